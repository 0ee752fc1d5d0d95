// Handlers of Tlopen and Tlcreate (open(2), do_open in namei.c).
import type { Message } from '../../9p/codec.gen.ts';
import { SETATTR_SIZE } from '../../9p/constants.ts';
import { O_ACCMODE, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import type { SetAttr } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';
import { INTENT_CREATE } from '../../backend/lookup-intent.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED } from '../fids/fid.ts';
import { releaseUnused } from '../../backend/inode-refs.ts';
import { moveFid } from '../fids/fid-life.ts';
import { bumpVersion, setQid } from '../qid.ts';
import { checkEntryName, checkParent } from '../checks.ts';
import type { GuestServer } from '../guest-server.ts';
import type { Request } from '../request.ts';

/** Attempts of O_CREAT to make or find a name that another process makes and removes. */
const MAKE_TRIES = 99;

/** The attributes that O_TRUNC sets. */
const TRUNCATE: SetAttr = {
  valid: SETATTR_SIZE,
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  atime_sec: 0,
  atime_nsec: 0,
  mtime_sec: 0,
  mtime_nsec: 0,
};

/** Opens an inode. Returns the backend's handle, or −errno in the order EISDIR, ENOTDIR, ELOOP, ENXIO, EINVAL. */
function openInode(server: GuestServer, inode: Inode, flags: number): number {
  const access = flags & O_ACCMODE;
  if (inode.kind === S_IFDIR) {
    if (access !== O_RDONLY || (flags & O_TRUNC) !== 0) return -E.EISDIR;
  } else if ((flags & O_DIRECTORY) !== 0) return -E.ENOTDIR;
  else if (inode.kind === S_IFLNK) return -E.ELOOP;
  else if (inode.kind !== S_IFREG) return -E.ENXIO;
  if (access === O_ACCMODE) return -E.EINVAL;
  const handle = server.backend.open(inode, flags);
  if (handle < 0 || (flags & O_TRUNC) === 0) return handle;
  const errno = truncate(server, inode);
  if (errno === 0) return handle;
  server.backend.closeHandle(inode, handle);
  return -errno;
}

/** O_TRUNC. Never throws, since the caller must close the handle. */
function truncate(server: GuestServer, inode: Inode): number {
  try {
    const errno = server.backend.setattr(inode, TRUNCATE);
    if (errno === 0) bumpVersion(inode);
    return errno;
  } catch (thrown) {
    return server.errnoOf(thrown);
  }
}

/**
 * Opens the fid with Linux open(2) flags. EBADF; EINVAL: already open; EISDIR: a directory for writing or with O_TRUNC;
 * ENOTDIR: O_DIRECTORY on another kind; ELOOP: a symlink; ENXIO: a fifo, socket or device; EINVAL: access mode 3;
 * EROFS. (9P: lopen)
 */
export function lopen({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined) return E.EBADF;
  if (fid.flags !== UNOPENED || fid.xattr !== null) return E.EINVAL;
  const handle = openInode(session.server, fid.inode, t.flags);
  if (handle < 0) return -handle;
  fid.flags = t.flags;
  fid.handle = handle;
  setQid(r, fid.inode);
  r.iounit = 0;
  return 0;
}

/**
 * Makes the regular file `name` in the directory and opens it; then the fid stands for the file. A file that exists is
 * opened, unless O_EXCL is set. EBADF; EINVAL: the fid is open; ENOTDIR; EINVAL, ENAMETOOLONG: the name; EINVAL:
 * O_DIRECTORY, or access mode 3; EEXIST: O_EXCL; EISDIR: the name is a directory's; or, of a new file, ENOENT: the
 * directory was removed, EROFS, ENOSPC; then as lopen. (9P: lcreate, open(2) O_CREAT)
 */
export function lcreate({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined) return E.EBADF;
  if (fid.flags !== UNOPENED || fid.xattr !== null) return E.EINVAL;
  const dir = fid.inode;
  if (dir.kind !== S_IFDIR) return E.ENOTDIR;
  const errno = checkEntryName(session.server.backend, dir, t.name);
  if (errno !== 0) return errno;
  // With these flags the file could be made, but not opened.
  if ((t.flags & O_DIRECTORY) !== 0 || (t.flags & O_ACCMODE) === O_ACCMODE) return E.EINVAL;
  const { server } = session;
  let found: Inode | number;
  let isNew: boolean;
  let tries = MAKE_TRIES;
  do {
    found = server.backend.lookup(dir, t.name, INTENT_CREATE);
    isNew = found === E.ENOENT || found === 0;
    if (isNew) found = (found === 0 ? 0 : checkParent(server.backend, dir)) || createFile(server, dir, t);
    if (found === E.EEXIST) {
      // A short answer of the backend, a case-insensitive host, or a file that another process has just made.
      isNew = false;
      found = server.backend.lookup(dir, t.name);
      if (found === E.ENOENT) found = E.EEXIST;
    }
  } while (found === E.EEXIST && --tries);
  const inode = isNew ? found : existing(server, found, t.flags);
  if (typeof inode === 'number') return inode;
  // A new file is not truncated (FMODE_CREATED in fs/namei.c), which would touch its times.
  const handle = openInode(server, inode, isNew ? t.flags & ~O_TRUNC : t.flags);
  if (handle < 0) {
    releaseUnused(server.backend, inode);
    return -handle;
  }
  moveFid(session, fid, inode, dir, t.name);
  fid.flags = t.flags;
  fid.handle = handle;
  setQid(r, inode);
  r.iounit = 0;
  return 0;
}

/** The inode that has the name already, if O_CREAT may open it; or EEXIST, EISDIR, or the errno of the lookup. */
function existing(server: GuestServer, found: Inode | number, flags: number): Inode | number {
  if (typeof found === 'number') return found;
  const errno = (flags & O_EXCL) !== 0 ? E.EEXIST : found.kind === S_IFDIR ? E.EISDIR : 0;
  if (errno === 0) return found;
  releaseUnused(server.backend, found);
  return errno;
}

function createFile(server: GuestServer, dir: Inode, t: Message): Inode | number {
  const inode = server.backend.create(dir, t.name, S_IFREG | (t.mode & 0o7777), 0, 0, t.gid);
  if (typeof inode !== 'number') bumpVersion(dir);
  return inode;
}
