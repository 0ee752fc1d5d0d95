// The checks of namei.c on names, removals and renames, in the kernel's order.
import { S_IFDIR } from '../linux/constants.ts';
import type { Backend } from '../backend/backend.ts';
import { RECLAIMED, type Inode } from '../backend/inode.ts';
import { releaseUnused } from '../backend/inode-refs.ts';
import { byteLength } from '../lib/utf8.ts';
import { E } from '../linux/errno.ts';
import { NAME_MAX } from '../linux/limits.ts';

const SLASH = 0x2f;

/** True if a string has more than `limit` bytes. They are counted only if the length leaves it open. */
export function longerThan(text: string, limit: number): boolean {
  return text.length * 3 > limit && byteLength(text) > limit;
}

/** True if a directory was removed (IS_DEADDIR in namei.c). */
function isGone(backend: Backend, dir: Inode): boolean {
  return dir.state === RECLAIMED || backend.nlink(dir) === 0;
}

/**
 * Checks a name to be looked up in `dir`. EINVAL: empty, or with `/` or NUL; ENAMETOOLONG, but ENOENT in a removed
 * directory, where the kernel does not check the length.
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

/** Checks a name to be made, renamed or removed. EINVAL for `.` and `..`, then as `checkWalkName`. */
export function checkEntryName(backend: Backend, dir: Inode, name: string): number {
  if (name === '.' || name === '..') return E.EINVAL;
  return checkWalkName(backend, dir, name);
}

/** Checks that entries can be made in `dir`. ENOTDIR; ENOENT: it was removed. */
export function checkParent(backend: Backend, dir: Inode): number {
  if (dir.kind !== S_IFDIR) return E.ENOTDIR;
  return isGone(backend, dir) ? E.ENOENT : 0;
}

/**
 * Checks an inode to be removed. Without `rmdir`, EISDIR: a directory. With it, ENOTDIR; EBUSY: the root; ENOTEMPTY
 * (unlink(2), rmdir(2)).
 */
export function checkRemoval(backend: Backend, victim: Inode, rmdir: boolean): number {
  if (!rmdir) return victim.kind === S_IFDIR ? E.EISDIR : 0;
  if (victim.kind !== S_IFDIR) return E.ENOTDIR;
  if (victim === backend.root()) return E.EBUSY;
  return backend.entries(victim, 1) > 0 ? E.ENOTEMPTY : 0;
}

/** A tree that is deeper is taken for a cycle. */
const MAX_DEPTH = 1 << 20;

/**
 * True if `dir` is `ancestor` or lies below it. Also true if no root is found above `dir`: JavaScript can move a
 * directory of a memfs volume into itself, and nothing may be moved into such a cycle.
 */
export function isWithin(backend: Backend, dir: Inode, ancestor: Inode): boolean {
  const root = backend.root();
  let at = dir;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (at === ancestor) return true;
    if (at === root) return false;
    const up = backend.parent(at);
    if (at !== dir) releaseUnused(backend, at);
    if (typeof up === 'number') return false;
    at = up;
  }
  return true;
}

/**
 * Checks a rename after both names are looked up, in the order of do_renameat2 and vfs_rename of the kernel. ENOENT:
 * the new directory was removed; EINVAL: a directory into itself; ENOTEMPTY: the target contains the source; then
 * ENOTDIR, EISDIR, ENOTEMPTY for the kind of the target. The caller has handled two names of one inode, where nothing
 * is done.
 */
export function checkRename(
  backend: Backend,
  oldDir: Inode,
  source: Inode,
  newDir: Inode,
  target: Inode | null,
): number {
  // The short answer to INTENT_RENAME: the backend checks all this itself.
  if (source.kind === 0) return 0;
  const gone = checkParent(backend, newDir);
  if (gone !== 0) return gone;
  const isDir = source.kind === S_IFDIR;
  // A cycle is reported before a wrong target; the backend's own check comes after both.
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
