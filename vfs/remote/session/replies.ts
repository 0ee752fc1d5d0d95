// Replies that the session gives itself, and the parts of replies that it reads.
import { TYPE, type Message } from '../../9p/codec.gen.ts';
import type { Iov } from '../../lib/iov.ts';

/** Makes `r` the reply of a request that needs none of the server. Returns 0. */
export function answer(t: Message, r: Message): number {
  r.type = t.type + 1;
  r.tag = t.tag;
  return 0;
}

/** Makes `r` an Rlerror. Returns the errno. */
export function refuse(t: Message, r: Message, errno: number): number {
  r.type = TYPE.Rlerror;
  r.tag = t.tag;
  r.ecode = errno;
  return errno;
}

/** The cookie of the last entry of an Rreaddir, in halves; null without a whole entry. */
export function lastCookie({ u8, start }: Iov, count: number): [number, number] | null {
  const view = new DataView(u8.buffer, u8.byteOffset + start[0]!, count);
  let last: [number, number] | null = null;
  for (let at = 0; at + 24 <= count; at += 24 + view.getUint16(at + 22, true)) {
    last = [view.getUint32(at + 13, true), view.getUint32(at + 17, true)];
  }
  return last;
}
