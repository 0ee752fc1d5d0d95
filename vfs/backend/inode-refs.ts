// Reference counts and states of inodes. This file alone writes `refs` and `state`: the server and the overlay, which
// both hold inodes of a backend, go through it.
import type { Backend } from './backend.ts';
import { LIVE, QUEUED, RECLAIMED, type Inode } from './inode.ts';

/** The fields of an inode that are read-only to everyone else. */
interface Counted {
  refs: number;
  state: number;
}

/** Takes a reference on a LIVE inode. */
export function ref(inode: Counted): void {
  inode.refs++;
}

/** Drops a reference. The caller decides later what becomes of an inode without one; else see `unref`. */
export function dropRef(inode: Counted): void {
  inode.refs--;
}

/** True if an inode is referenced although it has no name. */
export function isOrphan(backend: Backend, inode: Inode): boolean {
  return inode.refs > 0 && backend.nlink(inode) === 0;
}

/**
 * Called when a caller is done with the result of a lookup: the backend may release an unreferenced inode. An
 * errno is ignored.
 */
export function releaseUnused(backend: Pick<Backend, 'release'>, found: Inode | number): void {
  if (typeof found !== 'number' && found.refs === 0 && found.state === LIVE) backend.release(found);
}

/** LIVE → QUEUED: the inode has neither references nor names. Returns false, and does nothing, if it is not LIVE. */
export function queue(inode: Counted): boolean {
  if (inode.state !== LIVE) return false;
  inode.state = QUEUED;
  return true;
}

/** QUEUED → LIVE: an inode was reached again before it was reclaimed, through `..` of an orphan below it. */
export function unqueue(inode: Counted): void {
  inode.state = LIVE;
}

/** QUEUED → RECLAIMED. Returns 0; or the errno of the backend, and the inode stays QUEUED. Throws what that throws. */
export function reclaim(backend: Backend, inode: Counted & Inode): number {
  const errno = backend.reclaim(inode);
  if (errno === 0) inode.state = RECLAIMED;
  return errno;
}

/**
 * Called when a holder without a reclaim queue is done with an inode: without references it is reclaimed at once if it
 * has no name, and released otherwise.
 * @returns 0; or the errno of `reclaim`, and the inode stays LIVE.
 */
export function forget(backend: Backend, inode: Inode): number {
  if (inode.refs > 0 || inode.state !== LIVE) return 0;
  if (backend.nlink(inode) > 0) {
    backend.release(inode);
    return 0;
  }
  queue(inode);
  let errno = -1;
  try {
    errno = reclaim(backend, inode);
  } finally {
    if (errno !== 0) unqueue(inode);
  }
  return errno;
}

/**
 * Drops a reference, for a holder without a reclaim queue.
 * @returns 0; or the errno of `reclaim`, and the reference is kept.
 */
export function unref(backend: Backend, inode: Inode): number {
  dropRef(inode);
  const errno = forget(backend, inode);
  if (errno !== 0) ref(inode);
  return errno;
}
