// Calls on a layer in short form: steps that may throw, single attributes, extended attributes.
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
import { nowNsec, nowSec, readClock } from '../../../lib/clock.ts';
import { E, errnoOf } from '../../../linux/errno.ts';
import type { Attr, Backend, SetAttr } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { forget } from '../../../backend/inode-refs.ts';

/** Runs a step that may throw; returns its result, or the errno of the exception. */
export function attempt(step: () => number): number {
  try {
    return step();
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** True if a directory of a layer has an entry, or if the lookup fails with another errno than ENOENT. */
export function has(backend: Backend, dir: Inode, name: string): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found === 'number') return found !== E.ENOENT;
  forget(backend, found);
  return true;
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

/** Sets the owner and the group. */
export function setOwner(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(inode, setting(SETATTR_UID | SETATTR_GID, 0, from));
}

/** Sets atime and mtime. */
export function setTimes(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(
    inode,
    setting(SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET, 0, from),
  );
}

/** Sets the mtime. */
export function setMtime(backend: Backend, inode: Inode, from: Attr): number {
  return backend.setattr(inode, setting(SETATTR_MTIME | SETATTR_MTIME_SET, 0, from));
}

/** Sets mtime to now, for a directory whose lower entry was removed without the layer's knowledge. */
export function touch(backend: Backend, inode: Inode): number {
  readClock();
  const set = setting(SETATTR_MTIME, 0, null);
  set.mtime_sec = nowSec;
  set.mtime_nsec = nowNsec;
  return backend.setattr(inode, set);
}

/** Copies the extended attributes. A layer without support for them is not an error. */
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
