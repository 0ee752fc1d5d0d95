// Handlers of Tversion, Tauth, Tattach and Tflush.
import type { Message } from '../../9p/codec.gen.ts';
import { IOHDRSZ, NOFID, NOTAG, VERSION } from '../../9p/constants.ts';
import { E } from '../../linux/errno.ts';
import { checkNewFid, clunkAll, makeFid, setQid } from '../inode-refs.ts';
import type { Session } from '../session.ts';

/** Smallest msize that carries every message with a name in it, and a little data. */
const MIN_MSIZE = 512;

/**
 * Begins the session anew: all its fids are clunked. The answer's msize is the smaller of both; a version other
 * than 9P2000.L is answered with "unknown". EINVAL: an msize too small, or a tag that is not NOTAG. (version(5))
 */
export function version(session: Session, t: Message, r: Message): number {
  if (t.tag !== NOTAG) return E.EINVAL;
  clunkAll(session);
  session.msize = 0;
  if (t.msize < Math.max(MIN_MSIZE, IOHDRSZ + 1)) return E.EINVAL;
  const msize = Math.min(t.msize, session.server.msize);
  const known = t.version === VERSION || t.version.startsWith(`${VERSION}.`);
  if (known) session.msize = msize;
  r.msize = msize;
  r.version = known ? VERSION : 'unknown';
  return 0;
}

/** ENOENT, which clients take for no authentication being required, as diod says it. (attach(5), 9P: auth) */
export function auth(_session: Session, _t: Message, _r: Message): number {
  return E.ENOENT;
}

/**
 * Makes `fid` stand for the root. The tree has one name, empty or `/`.
 * EPERM: an afid, for none is ever handed out; EPERM: another aname; EBADF: the fid is in use. (attach(5))
 */
export function attach(session: Session, t: Message, r: Message): number {
  if (t.afid !== NOFID) return E.EPERM;
  if (t.aname !== '' && t.aname !== '/') return E.EPERM;
  const errno = checkNewFid(session, t.fid);
  if (errno !== 0) return errno;
  const root = session.server.backend.root();
  makeFid(session, t.fid, root, null, '');
  setQid(r, root);
  return 0;
}

/** Each request is answered before the next is taken, so there is never one to abort. (flush(5)) */
export function flush(_session: Session, _t: Message, _r: Message): number {
  return 0;
}
