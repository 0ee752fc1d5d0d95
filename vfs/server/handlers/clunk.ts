// Handlers of Tclunk and Tremove.
import { S_IFDIR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Fid } from '../fids/fid.ts';
import { dropFid } from '../fids/fid-life.ts';
import type { Request } from '../request.ts';
import type { Session } from '../session.ts';
import { checkWalked, unlink } from './names.ts';

/** Drops a fid. EBADF: no such fid; after Txattrcreate the errnos of setxattr(2). (clunk(5)) */
export function clunk({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  return fid === undefined ? E.EBADF : dropFid(session, fid);
}

/**
 * Removes the name that the fid was walked by, and drops the fid even if that fails. EBADF: no such fid, or one of an
 * attribute; EBUSY: the root; EINVAL: it was reached by `..`; ENOENT: the name is gone, or stands for another file now;
 * else as Tunlinkat. (remove(5))
 */
export function remove({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined) return E.EBADF;
  const errno = removeName(session, fid);
  dropFid(session, fid);
  return errno;
}

function removeName(session: Session, fid: Fid): number {
  const { backend } = session.server;
  const { inode, parent, name } = fid;
  if (fid.xattr !== null) return E.EBADF;
  if (inode === backend.root()) return E.EBUSY;
  if (parent === null) return E.EINVAL;
  const errno = backend.nlink(inode) === 0 ? E.ENOENT : checkWalked(backend, parent, name, inode);
  if (errno !== 0) return errno;
  return unlink(session.server, parent, name, inode, inode.kind === S_IFDIR);
}
