// Handlers of Tmkdir, Tsymlink, Tmknod, Tlink and Treadlink.
import type { Message } from '../../9p/codec.gen.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../linux/constants.ts';
import type { Inode } from '../../backend/inode.ts';
import { INTENT_FIND, INTENT_CREATE } from '../../backend/lookup-intent.ts';
import { E } from '../../linux/errno.ts';
import { PATH_MAX } from '../../linux/limits.ts';
import { releaseUnused } from '../../backend/inode-refs.ts';
import { bumpVersion, setQid } from '../qid.ts';
import { checkEntryName, checkParent, longerThan } from '../checks.ts';
import type { Request } from '../request.ts';
import type { Session } from '../session.ts';

/**
 * The directory of `dfid`, if `name` can be made in it. Errnos in the order of filename_create in the kernel: EBADF,
 * ENOTDIR, EINVAL, ENAMETOOLONG, EEXIST, ENOENT (the directory was removed), EROFS.
 */
function newEntry(session: Session, t: Message, intent: number): Inode | number {
  const fid = session.fids.get(t.dfid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const dir = fid.inode;
  if (dir.kind !== S_IFDIR) return E.ENOTDIR;
  const { backend } = session.server;
  const errno = checkEntryName(backend, dir, t.name);
  if (errno !== 0) return errno;
  const found = backend.lookup(dir, t.name, intent);
  if (typeof found !== 'number') {
    releaseUnused(backend, found);
    return E.EEXIST;
  }
  if (found === 0) return dir;
  if (found !== E.ENOENT) return found;
  return checkParent(backend, dir) || (backend.readOnly ? E.EROFS : dir);
}

/** Puts the qid of the new inode into the reply, or returns the errno. */
function made(session: Session, r: Message, dir: Inode, inode: Inode | number): number {
  if (typeof inode === 'number') return inode;
  bumpVersion(dir);
  setQid(r, inode);
  releaseUnused(session.server.backend, inode);
  return 0;
}

/** Makes a directory. The errnos of `newEntry`, then ENOSPC. (9P: mkdir) */
export function mkdir({ session, t, r }: Request): number {
  const dir = newEntry(session, t, INTENT_CREATE);
  if (typeof dir === 'number') return dir;
  const mode = S_IFDIR | (t.mode & 0o7777);
  return made(session, r, dir, session.server.backend.create(dir, t.name, mode, 0, 0, t.gid));
}

/**
 * Makes a symlink. ENOENT: empty target; EINVAL: a target with NUL; ENAMETOOLONG: a target of PATH_MAX bytes or more;
 * the errnos of `newEntry`; ENOSPC. (9P: symlink)
 */
export function symlink({ session, t, r }: Request): number {
  if (t.symtgt.length === 0) return E.ENOENT;
  if (t.symtgt.includes('\0')) return E.EINVAL;
  if (longerThan(t.symtgt, PATH_MAX - 1)) return E.ENAMETOOLONG;
  const dir = newEntry(session, t, INTENT_CREATE);
  if (typeof dir === 'number') return dir;
  return made(session, r, dir, session.server.backend.symlink(dir, t.name, t.symtgt, 0, t.gid));
}

/**
 * Makes a fifo, a socket or a regular file. The errnos of `newEntry`; EPERM: a device or directory; EINVAL: an unknown
 * kind; EPERM: the store cannot make it; ENOSPC. (9P: mknod, mknod(2))
 */
export function mknod({ session, t, r }: Request): number {
  const dir = newEntry(session, t, INTENT_FIND);
  if (typeof dir === 'number') return dir;
  const kind = t.mode & S_IFMT || S_IFREG;
  if (kind === S_IFDIR || kind === S_IFCHR || kind === S_IFBLK) return E.EPERM;
  if (kind !== S_IFREG && kind !== S_IFIFO && kind !== S_IFSOCK) return E.EINVAL;
  const mode = kind | (t.mode & 0o7777);
  return made(session, r, dir, session.server.backend.create(dir, t.name, mode, 0, 0, t.gid));
}

/**
 * Makes a hard link. EBADF; the errnos of `newEntry`; EPERM: a directory; ENOENT: an orphan; ENOSPC. (9P: link,
 * link(2))
 */
export function link({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const { inode } = fid;
  const { backend } = session.server;
  const bad = inode.kind === S_IFDIR ? E.EPERM : backend.nlink(inode) === 0 ? E.ENOENT : 0;
  // EEXIST comes before the errnos of the file.
  const dir = newEntry(session, t, bad === 0 ? INTENT_CREATE : INTENT_FIND);
  if (typeof dir === 'number') return dir;
  if (bad !== 0) return bad;
  const errno = backend.link(dir, t.name, inode);
  if (errno === 0) bumpVersion(dir);
  return errno;
}

/** Reads the target of a symlink. EBADF; EINVAL: not a symlink. (9P: readlink) */
export function readlink({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  if (fid.inode.kind !== S_IFLNK) return E.EINVAL;
  const { backend } = session.server;
  const target = backend.readlink(fid.inode);
  if (typeof target === 'number') return target;
  backend.accessed(fid.inode);
  r.target = target;
  return 0;
}
