// Reference counts on a layer's inodes, and setattr calls in short form.
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  SETATTR_UID,
} from '../../../9p/constants.ts';
import { nowNsec, nowSec, tick } from '../../../lib/clock.ts';
import { E, errnoOf } from '../../../linux/errno.ts';
import type { Attr, Backend, SetAttr } from '../../../backend/backend.ts';
import { LIVE, RECLAIMED, type Inode } from '../../../backend/inode.ts';

// What the overlay is to its layers: one more user of their inodes, who counts as a server's fids do.

/** Uses an inode of a layer. */
export function ref(inode: Inode): void {
  inode.refs++;
}

/**
 * Uses it no more: without another user and without a name it is reclaimed, with a name the layer may let go of it.
 * An errno: it could not be reclaimed and is still used.
 */
export function unref(backend: Backend, inode: Inode): number {
  if (--inode.refs > 0) return 0;
  return settle(backend, inode);
}

/** The same for an inode that was come upon and not used. */
export function passed(backend: Backend, inode: Inode): void {
  if (inode.refs === 0 && settle(backend, inode) !== 0) inode.refs = 0;
}

function settle(backend: Backend, inode: Inode): number {
  if (inode.state !== LIVE) return 0;
  if (backend.nlink(inode) > 0) {
    backend.release(inode);
    return 0;
  }
  const errno = backend.reclaim(inode);
  if (errno === 0) inode.state = RECLAIMED;
  else inode.refs = 1;
  return errno;
}

/** Runs a step that may throw: what it returns, or the errno of what it threw. */
export function attempt(step: () => number): number {
  try {
    return step();
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** Whether a directory of a layer has an entry; what cannot be looked up is taken for there. */
export function has(backend: Backend, dir: Inode, name: string): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found === 'number') return found !== E.ENOENT;
  passed(backend, found);
  return true;
}

/** Attributes to be filled. */
export function noAttr(): Attr {
  return {
    mode: 0,
    uid: 0,
    gid: 0,
    nlink: 0,
    rdev: 0,
    size: 0,
    blksize: 0,
    blocks: 0,
    atime_sec: 0,
    atime_nsec: 0,
    mtime_sec: 0,
    mtime_nsec: 0,
    ctime_sec: 0,
    ctime_nsec: 0,
    btime_sec: 0,
    btime_nsec: 0,
  };
}

function setting(valid: number, size: number, from: Attr | null): SetAttr {
  return {
    valid,
    mode: from?.mode ?? 0,
    uid: from?.uid ?? 0,
    gid: from?.gid ?? 0,
    size,
    atime_sec: from?.atime_sec ?? 0,
    atime_nsec: from?.atime_nsec ?? 0,
    mtime_sec: from?.mtime_sec ?? 0,
    mtime_nsec: from?.mtime_nsec ?? 0,
  };
}

export function setSize(backend: Backend, inode: Inode, size: number): number {
  return backend.setattr(inode, setting(SETATTR_SIZE, size, null));
}

export function setMode(backend: Backend, inode: Inode, mode: number): number {
  const set = setting(SETATTR_MODE, 0, null);
  set.mode = mode & 0o7777;
  return backend.setattr(inode, set);
}

/** Gives the file the user and the group of another. */
export function setOwner(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(inode, setting(SETATTR_UID | SETATTR_GID, 0, from));
}

/** Gives the file the times of another. */
export function setTimes(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(
    inode,
    setting(SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET, 0, from),
  );
}

/** Gives the file the mtime of another. */
export function setMtime(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(inode, setting(SETATTR_MTIME | SETATTR_MTIME_SET, 0, from));
}

/** mtime and ctime are the present: an entry was taken that the layer does not know of. */
export function touch(backend: Backend, inode: Inode): number {
  tick();
  const set = setting(SETATTR_MTIME, 0, null);
  set.mtime_sec = nowSec;
  set.mtime_nsec = nowNsec;
  return backend.setattr(inode, set);
}

/** Copies the extended attributes; a layer that keeps none is no reason to fail. */
export function copyXattrs(from: Backend, source: Inode, to: Backend, target: Inode): number {
  const names = from.listxattr(source);
  if (typeof names === 'number') return names === E.ENOTSUP ? 0 : names;
  for (const name of names) {
    const value = from.getxattr(source, name);
    if (typeof value === 'number') return value;
    const errno = attempt(() => to.setxattr(target, name, value, 0));
    if (errno === E.ENOTSUP) return 0;
    if (errno !== 0) return errno;
  }
  return 0;
}
