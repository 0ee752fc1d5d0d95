// The check that a reply belongs to its request.
import { TYPE, type Message } from '../9p/codec.gen.ts';
import { E } from '../linux/errno.ts';

const RLERROR = TYPE.Rlerror;

/** 0 if `r` answers `t`; the errno of an Rlerror; EPROTO for the reply of another request. */
export function replyErrno(t: Message, r: Message): number {
  if (r.tag !== t.tag) return E.EPROTO;
  if (r.type === t.type + 1) return 0;
  return r.type === RLERROR ? r.ecode : E.EPROTO;
}
