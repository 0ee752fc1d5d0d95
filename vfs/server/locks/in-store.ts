// The record locks that a store shares with other processes (Backend.recordLocks): those of all clients together.
import { LOCK_TYPE_UNLCK } from '../../9p/constants.ts';
import type { RecordLocks } from '../../backend/capabilities.ts';
import type { Inode } from '../../backend/inode.ts';
import { lockLength, type Lock } from './lock.ts';

/**
 * Locks in the store what a client is about to hold, or unlocks it there as far as no client holds it still.
 * @param left The locks of the file that will be left, of all clients.
 * @returns 0; EAGAIN: another process is in the way; ENOLCK.
 */
export function setInStore(store: RecordLocks, inode: Inode, wanted: Lock, left: readonly Lock[]): number {
  const { type, fid, start } = wanted;
  if (type !== LOCK_TYPE_UNLCK) return store.set(inode, fid.handle, type, start, lockLength(wanted));
  return unlockInStore(store, inode, [wanted], left);
}

/** Unlocks ranges in the store, as far as no client holds them still. Returns the first errno. */
export function unlockInStore(
  store: RecordLocks,
  inode: Inode,
  ranges: readonly Lock[],
  left: readonly Lock[],
): number {
  if (left.length === 0) return store.set(inode, -1, LOCK_TYPE_UNLCK, 0, 0);
  const sorted = left.toSorted((a, b) => a.start - b.start);
  let errno = 0;
  for (const range of ranges) {
    const { end } = range;
    let { start } = range;
    for (const held of sorted) {
      if (held.end <= start) continue;
      if (held.start >= end) break;
      if (held.start > start) errno ||= unlock(store, inode, { ...range, start, end: held.start });
      start = held.end;
    }
    if (start < end) errno ||= unlock(store, inode, { ...range, start });
  }
  return errno;
}

function unlock(store: RecordLocks, inode: Inode, range: Lock): number {
  return store.set(inode, -1, LOCK_TYPE_UNLCK, range.start, lockLength(range));
}
