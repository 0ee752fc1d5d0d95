// The checks of namei.c on names, removals and renames, in the kernel's order.
import { S_IFDIR } from '../linux/constants.ts';
import type { Backend } from '../backend/backend.ts';
import { RECLAIMED, type Inode } from '../backend/inode.ts';
import { E } from '../linux/errno.ts';

/** Longest name of an entry, in bytes (NAME_MAX of limits.h). */
export const NAME_MAX = 255;

const SLASH = 0x2f;

/** Whether a string has more than `limit` bytes in UTF-8; the count is only taken where it could matter. */
export function longerThan(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of a character of four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
  }
  return bytes > limit;
}

/** Whether a directory was removed (IS_DEADDIR in namei.c). */
function isGone(backend: Backend, dir: Inode): boolean {
  return dir.state === RECLAIMED || backend.nlink(dir) === 0;
}

/**
 * Whether `name` may be looked up in `dir`: EINVAL for an empty one or one with `/` or NUL; ENAMETOOLONG, but ENOENT in
 * a directory that was removed, where the kernel does not come to look at the name.
 */
export function checkWalkName(backend: Backend, dir: Inode, name: string): number {
  const { length } = name;
  if (length === 0) return E.EINVAL;
  for (let i = 0; i < length; i++) {
    const unit = name.charCodeAt(i);
    if (unit === SLASH || unit === 0) return E.EINVAL;
  }
  if (!longerThan(name, NAME_MAX)) return 0;
  return isGone(backend, dir) ? E.ENOENT : E.ENAMETOOLONG;
}

/** Whether `name` may be made, renamed or removed: as `checkWalkName`, and EINVAL for `.` and `..`. */
export function checkEntryName(backend: Backend, dir: Inode, name: string): number {
  if (name === '.' || name === '..') return E.EINVAL;
  return checkWalkName(backend, dir, name);
}

/** Whether entries may be made in `dir`: ENOTDIR; ENOENT when it was removed. */
export function checkParent(backend: Backend, dir: Inode): number {
  if (dir.kind !== S_IFDIR) return E.ENOTDIR;
  return isGone(backend, dir) ? E.ENOENT : 0;
}

/** What `unlinkat` checks of its victim: ENOTDIR, EISDIR, ENOTEMPTY, EBUSY for the root (POSIX unlink, rmdir). */
export function checkRemoval(backend: Backend, victim: Inode, rmdir: boolean): number {
  if (!rmdir) return victim.kind === S_IFDIR ? E.EISDIR : 0;
  if (victim.kind !== S_IFDIR) return E.ENOTDIR;
  if (victim === backend.root()) return E.EBUSY;
  return backend.entries(victim, 1) > 0 ? E.ENOTEMPTY : 0;
}

/** More levels than any tree has. */
const MAX_DEPTH = 1 << 20;

/**
 * Whether `dir` lies in `ancestor` or is it. True as well when no root is found above it: JavaScript can move a
 * directory of a memfs volume into itself, and nothing may be moved into what is then a ring.
 */
export function isWithin(backend: Backend, dir: Inode, ancestor: Inode): boolean {
  const root = backend.root();
  let at = dir;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (at === ancestor) return true;
    if (at === root) return false;
    const up = backend.parent(at);
    if (at !== dir && at.refs === 0) backend.release(at);
    if (typeof up === 'number') return false;
    at = up;
  }
  return true;
}

/**
 * What rename(2) checks once both names are looked up, in the order of the kernel's do_renameat2 and
 * vfs_rename: ENOENT for a removed new directory, EINVAL for a directory into itself, ENOTEMPTY for a target that
 * holds the source, then ENOTDIR, EISDIR, ENOTEMPTY for the target.
 * The same inode under both names is no error, and nothing is done: the caller looks first for that.
 */
export function checkRename(
  backend: Backend,
  oldDir: Inode,
  source: Inode,
  newDir: Inode,
  target: Inode | null,
): number {
  // The backend has not looked what it is: it checks all this itself.
  if (source.kind === 0) return 0;
  const gone = checkParent(backend, newDir);
  if (gone !== 0) return gone;
  const isDir = source.kind === S_IFDIR;
  // A ring comes before what is wrong with a target, which the backend does not know the order of.
  if (target !== null || !backend.findsRings) {
    if (isDir && isWithin(backend, newDir, source)) return E.EINVAL;
    if (target !== null && target.kind === S_IFDIR && oldDir !== newDir && isWithin(backend, oldDir, target)) {
      return E.ENOTEMPTY;
    }
  }
  if (target === null) return 0;
  if (isDir) {
    if (target.kind !== S_IFDIR) return E.ENOTDIR;
    return backend.entries(target, 1) > 0 ? E.ENOTEMPTY : 0;
  }
  return target.kind === S_IFDIR ? E.EISDIR : 0;
}
