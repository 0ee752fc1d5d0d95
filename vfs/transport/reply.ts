// The check that a reply belongs to its request.
import { TYPE, type Message } from '../9p/codec.gen.ts';
import { E } from '../linux/errno.ts';

const RLERROR = TYPE.Rlerror;

/** Rerror of 9P2000, which 9P2000.L has no use for. */
const RERROR = 107;
/** The length of an Rlerror in bytes. */
const RLERROR_LENGTH = 11;

/**
 * Makes an Rlerror of an Rerror that holds an errno: nfs-ganesha sends its errors so, and Linux reads them
 * (p9_check_errors of net/9p/client.c).
 * @param frame One whole reply.
 */
export function repairError(frame: Uint8Array): void {
  if (frame[4] === RERROR && frame.length === RLERROR_LENGTH) frame[4] = RLERROR;
}

/** 0 if `r` answers `t`; the errno of an Rlerror; EPROTO for the reply of another request. */
export function replyErrno(t: Message, r: Message): number {
  if (r.tag !== t.tag) return E.EPROTO;
  if (r.type === t.type + 1) return 0;
  return r.type === RLERROR ? r.ecode : E.EPROTO;
}
