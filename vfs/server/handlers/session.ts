// Handlers of Tversion, Tauth, Tattach and Tflush.
import { IOHDRSZ, NOFID, NOTAG, VERSION } from '../../9p/constants.ts';
import { E } from '../../linux/errno.ts';
import { checkNewFid, makeFid } from '../fids/fid-life.ts';
import { setQid } from '../qid.ts';
import type { Request } from '../request.ts';

/** Smallest msize that carries every message with a name in it, and a little data. */
export const MIN_MSIZE = 512;

/**
 * Resets the session: all its fids are clunked. The reply's msize is the smaller of both; a version other than
 * 9P2000.L, or 9P2000.L and a suffix, is answered with "unknown". EINVAL: a tag that is not NOTAG, or msize below 512.
 * (version(5))
 */
export function version({ session, t, r }: Request): number {
  if (t.tag !== NOTAG) return E.EINVAL;
  session.reset();
  session.msize = 0;
  if (t.msize < Math.max(MIN_MSIZE, IOHDRSZ + 1)) return E.EINVAL;
  const msize = Math.min(t.msize, session.server.msize);
  const known = t.version === VERSION || t.version.startsWith(`${VERSION}.`);
  if (known) session.msize = msize;
  r.msize = msize;
  r.version = known ? VERSION : 'unknown';
  return 0;
}

/** ENOENT: no authentication is required, as diod answers. (attach(5), 9P: auth) */
export function auth(_request: Request): number {
  return E.ENOENT;
}

/**
 * Makes `fid` stand for the root of the tree, whose name is empty or `/`.
 * EPERM: an afid, since there is no authentication; EPERM: another aname; EBADF: the fid is in use; EMFILE. (attach(5))
 */
export function attach({ session, t, r }: Request): number {
  if (t.afid !== NOFID) return E.EPERM;
  if (t.aname !== '' && t.aname !== '/') return E.EPERM;
  const errno = checkNewFid(session, t.fid);
  if (errno !== 0) return errno;
  const root = session.server.backend.root();
  makeFid(session, t.fid, root, null, '');
  setQid(r, root);
  return 0;
}

/**
 * Cancels the pending request of `oldtag`, which is then not answered. All others have been answered already. (flush(5))
 */
export function flush({ session, t }: Request): number {
  session.cancel(t.oldtag);
  return 0;
}
