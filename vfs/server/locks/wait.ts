// Blocking record locks (fcntl(2) F_SETLKW): requests that are answered when the lock is free.
import { LOCK_BLOCKED, LOCK_SUCCESS } from '../../9p/constants.ts';
import type { Inode } from '../../backend/inode.ts';
import { E } from '../../linux/errno.ts';
import { sameOwner, type Lock } from './lock.ts';
import { findConflict, heldLocks, putLocks, setLock, waitersOf, type Waiter } from './locks.ts';
import { poll, settlePoll } from './poll.ts';
import { PENDING, type Request } from '../request.ts';

/** Most requests that wait for locks of a file: each change of its locks tries all of them. */
export const MAX_WAITING = 256;
/** Most requests of a session that wait. */
export const MAX_SESSION_WAITING = 1024;
/** Most owners that the search for a deadlock follows (MAX_DEADLK_ITERATIONS in the kernel's locks.c). */
const MAX_DEADLOCK_STEPS = 10;

/** A Tlock that waits. */
class LockWait implements Waiter {
  private readonly request: Request;
  readonly wanted: Lock;
  private readonly inode: Inode;

  constructor(request: Request, wanted: Lock) {
    this.request = request;
    this.wanted = wanted;
    // The fid may be clunked and reused before the request is answered.
    this.inode = wanted.fid.inode;
  }

  enqueue(): void {
    putLocks(this.inode, heldLocks(this.inode), [...waitersOf(this.inode), this]);
    // It is another process that is in the way: nobody tells when it unlocks.
    if (findConflict(this.inode, this.wanted) === undefined) poll(this.inode);
  }

  retry(): void {
    // Cancelled while the ones before it were answered.
    if (this.request.waiter !== this) return;
    const errno = findConflict(this.inode, this.wanted) === undefined ? setLock(this.inode, this.wanted) : E.EAGAIN;
    if (errno !== E.EAGAIN) this.respond(errno);
    // The new holder may wait for this owner (do_lock_file_wait in locks.c).
    else if (isDeadlock(this.inode, this.wanted)) this.respond(E.EDEADLK);
    else this.enqueue();
  }

  respond(errno: number): void {
    if (this.request.waiter !== this) return;
    this.request.r.status = LOCK_SUCCESS;
    this.request.respond!(errno);
    settlePoll(this.inode);
  }

  cancel(): void {
    this.request.waiter = null;
    const others = waitersOf(this.inode).filter((waiter) => waiter !== this);
    putLocks(this.inode, heldLocks(this.inode), others);
    settlePoll(this.inode);
  }
}

/**
 * Lets a Tlock wait for a lock that conflicts with others: it is answered when they are released. A request past the
 * limits is answered with status BLOCKED, and the client tries again.
 * @returns PENDING; 0 for BLOCKED; EDEADLK if the holder waits, itself or through others, for a lock of this owner.
 */
export function waitForLock(request: Request, wanted: Lock): number {
  const { inode, session } = wanted.fid;
  if (isDeadlock(inode, wanted)) return E.EDEADLK;
  if (waitersOf(inode).length >= MAX_WAITING || session.pending!.size >= MAX_SESSION_WAITING) {
    request.r.status = LOCK_BLOCKED;
    return 0;
  }
  const wait = new LockWait(request, wanted);
  wait.enqueue();
  request.waiter = wait;
  request.onCancel = () => wait.cancel();
  return PENDING;
}

/** True if the holder of a conflicting lock waits for `wanted`'s owner (posix_locks_deadlock in locks.c). */
function isDeadlock(inode: Inode, wanted: Lock): boolean {
  let holder = findConflict(inode, wanted);
  for (let step = 0; step < MAX_DEADLOCK_STEPS && holder !== undefined; step++) {
    const next = waitOf(holder);
    if (next === undefined) return false;
    holder = findConflict(next.fid.inode, next);
    if (holder !== undefined && sameOwner(holder, wanted)) return true;
  }
  return false;
}

/** The lock that the owner of another one waits for. */
function waitOf(owner: Lock): Lock | undefined {
  for (const { waiter } of owner.fid.session.pending?.values() ?? [])
    if (waiter !== null && sameOwner(waiter.wanted, owner)) return waiter.wanted;
  return undefined;
}
