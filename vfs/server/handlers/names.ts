// Handlers of Tunlinkat, Trenameat and Trename.
import { AT_REMOVEDIR, S_IFDIR } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import { RECLAIMED, type Inode } from '../../backend/inode.ts';
import {
  INTENT_FIND,
  INTENT_RENAME,
  INTENT_REPLACE,
  INTENT_RMDIR,
  INTENT_UNLINK,
} from '../../backend/lookup-intent.ts';
import { E } from '../../linux/errno.ts';
import { releaseUnused } from '../../backend/inode-refs.ts';
import { nameTaken, renamed } from '../fids/fid-life.ts';
import { bumpVersion } from '../qid.ts';
import { checkEntryName, checkRemoval, checkRename } from '../checks.ts';
import type { GuestServer } from '../guest-server.ts';
import type { Request } from '../request.ts';

/** Checks that the name that a fid was walked by still belongs to its inode. ENOENT, or what the lookup answers. */
export function checkWalked(backend: Backend, dir: Inode, name: string, inode: Inode): number {
  if (dir.state === RECLAIMED) return E.ENOENT;
  const found = backend.lookup(dir, name);
  if (typeof found === 'number') return found;
  releaseUnused(backend, found);
  return found === inode ? 0 : E.ENOENT;
}

/** Removes a name whose inode was looked up. The inode lives on while a fid is on it. The errnos of `checkRemoval`. */
export function unlink(server: GuestServer, dir: Inode, name: string, inode: Inode, rmdir: boolean): number {
  const { backend } = server;
  const errno = checkRemoval(backend, inode, rmdir) || backend.unlink(dir, name, inode);
  if (errno === 0) {
    bumpVersion(dir);
    nameTaken(server, inode);
  } else releaseUnused(backend, inode);
  return errno;
}

/**
 * Removes an entry of a directory. EBADF, ENOTDIR: the directory; EINVAL: unknown flags; EROFS; EINVAL, ENAMETOOLONG,
 * ENOENT: the name; then EISDIR, or with AT_REMOVEDIR ENOTDIR, EBUSY, ENOTEMPTY. (9P: unlinkat, unlinkat(2))
 */
export function unlinkat({ session, t }: Request): number {
  const dirFid = session.fids.get(t.dfid);
  if (dirFid === undefined || dirFid.xattr !== null) return E.EBADF;
  const dir = dirFid.inode;
  if (dir.kind !== S_IFDIR) return E.ENOTDIR;
  if ((t.flags & ~AT_REMOVEDIR) !== 0) return E.EINVAL;
  const { backend } = session.server;
  const errno = backend.readOnly ? E.EROFS : checkEntryName(backend, dir, t.name);
  if (errno !== 0) return errno;
  const rmdir = t.flags !== 0;
  const inode = backend.lookup(dir, t.name, rmdir ? INTENT_RMDIR : INTENT_UNLINK);
  return typeof inode === 'number' ? inode : unlink(session.server, dir, t.name, inode, rmdir);
}

/** Renames an inode that was looked up. The errnos of the new name, then of `checkRename`, then of Backend.rename. */
function move(
  server: GuestServer,
  oldDir: Inode,
  oldName: string,
  source: Inode,
  newDir: Inode,
  newName: string,
): number {
  const { backend } = server;
  const bad = checkEntryName(backend, newDir, newName);
  if (bad !== 0) return bad;
  const found = backend.lookup(newDir, newName, INTENT_REPLACE);
  if (typeof found === 'number' && found !== E.ENOENT) return found;
  const target = typeof found === 'number' ? null : found;
  // rename(2): two names of one file stay unchanged.
  if (target === source) return 0;
  const errno =
    checkRename(backend, oldDir, source, newDir, target) ||
    backend.rename(oldDir, oldName, source, newDir, newName, target);
  if (errno === 0) {
    bumpVersion(oldDir);
    if (newDir !== oldDir) bumpVersion(newDir);
    renamed(source, oldDir, oldName, newDir, newName);
    if (target !== null) nameTaken(server, target);
  } else if (target !== null) releaseUnused(backend, target);
  return errno;
}

/**
 * Renames an entry. EBADF, ENOTDIR: the directories; EROFS; EINVAL, ENAMETOOLONG, ENOENT: the old name; EINVAL,
 * ENAMETOOLONG: the new name; then the errnos of `checkRename`. (9P: renameat, rename(2))
 */
export function renameat({ session, t }: Request): number {
  const oldFid = session.fids.get(t.olddirfid);
  const newFid = session.fids.get(t.newdirfid);
  if (oldFid === undefined || newFid === undefined) return E.EBADF;
  if (oldFid.xattr !== null || newFid.xattr !== null) return E.EBADF;
  const oldDir = oldFid.inode;
  const newDir = newFid.inode;
  if (oldDir.kind !== S_IFDIR || newDir.kind !== S_IFDIR) return E.ENOTDIR;
  const { server } = session;
  const errno = server.backend.readOnly ? E.EROFS : checkEntryName(server.backend, oldDir, t.oldname);
  if (errno !== 0) return errno;
  // Errnos of the old name come before those of the new one, so that with a bad new name the old one is looked up.
  const intent = checkEntryName(server.backend, newDir, t.newname) === 0 ? INTENT_RENAME : INTENT_FIND;
  const source = server.backend.lookup(oldDir, t.oldname, intent);
  if (typeof source === 'number') return source;
  const failed = move(server, oldDir, t.oldname, source, newDir, t.newname);
  releaseUnused(server.backend, source);
  return failed;
}

/**
 * Renames the name that a fid was walked by. EBADF; ENOTDIR: `dfid`; EBUSY: the root; ENOENT: an orphan; EINVAL: it was
 * reached by `..`; ENOENT: the name stands for another file now; then as Trenameat for the new name. (9P: rename)
 */
export function rename({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  const dirFid = session.fids.get(t.dfid);
  if (fid === undefined || dirFid === undefined) return E.EBADF;
  if (fid.xattr !== null || dirFid.xattr !== null) return E.EBADF;
  if (dirFid.inode.kind !== S_IFDIR) return E.ENOTDIR;
  const { server } = session;
  const { inode, parent, name } = fid;
  if (inode === server.backend.root()) return E.EBUSY;
  if (server.backend.nlink(inode) === 0) return E.ENOENT;
  if (parent === null) return E.EINVAL;
  const errno = checkWalked(server.backend, parent, name, inode);
  if (errno !== 0) return errno;
  return move(server, parent, name, inode, dirFid.inode, t.name);
}
