// Treaddir of a client on a wire: it ends with the entries that it has when its time is over, since others wait.
import type { Message } from '../../9p/codec.gen.ts';
import type { Iov } from '../../lib/iov.ts';
import { MAX_LISTING, readdir } from './io.ts';
import type { Request } from '../request.ts';

/** Milliseconds after which a listing is answered with what it has. The client goes on at the last cookie. */
export const SLICE_MS = 4;
/** Bytes that are listed between two looks at the clock: some hundred entries. */
const PIECE = 4096;
/** Places in an entry: the cookie, the length of the name, and the name. */
const COOKIE = 13;
const NAME_LENGTH = 22;
const NAME = 24;

/** As `readdir`, for at most about SLICE_MS; at least one piece is listed. */
export function readdirSlice(request: Request): number {
  const { session, t, r } = request;
  // A client in this process waits within the call: the others cannot come before the end of its listing anyway.
  if (session.pending === null) return readdir(request);
  const payload = request.payload!;
  const first = payload.start[0]!;
  const end = first + Math.min(t.count, payload.total, MAX_LISTING);
  const deadline = performance.now() + SLICE_MS;
  let at = first;
  for (;;) {
    const errno = list(request, payload, at, Math.min(at + PIECE, end));
    if (errno !== 0) {
      // Not one more entry fits; another errno comes again with the next request.
      if (at === first) return errno;
      break;
    }
    if (r.count === 0) break;
    goOnBehind(t, payload.u8, at, at + r.count);
    at += r.count;
    if (performance.now() >= deadline) break;
  }
  r.count = at - first;
  return 0;
}

function list(request: Request, payload: Iov, start: number, end: number): number {
  request.t.count = Math.max(0, end - start);
  payload.single(payload.u8, start, end);
  return readdir(request);
}

/** Makes the cookie that of the last entry in [at, end). */
function goOnBehind(t: Message, u8: Uint8Array, at: number, end: number): void {
  let last = at;
  while (at < end) {
    last = at;
    at += NAME + u8[at + NAME_LENGTH]! + u8[at + NAME_LENGTH + 1]! * 0x100;
  }
  const low = last + COOKIE;
  t.cookie_lo = word(u8, low);
  t.cookie_hi = word(u8, low + 4);
}

function word(u8: Uint8Array, at: number): number {
  return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
}
