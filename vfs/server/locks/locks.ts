// The record locks of a file: who has which bytes, and who waits for some.
import { LOCK_TYPE_RDLCK, LOCK_TYPE_UNLCK } from '../../9p/constants.ts';
import type { Inode } from '../../backend/inode.ts';
import { E } from '../../linux/errno.ts';
import type { Fid } from '../fids/fid.ts';
import type { Session } from '../session.ts';
import { setInStore, unlockInStore } from './in-store.ts';
import { sameOwner, type Lock } from './lock.ts';

/** Most locks on a file; each request scans all of them. */
export const MAX_LOCKS = 4096;
/** Most locks of a session, on all files. */
export const MAX_SESSION_LOCKS = 1 << 16;

/** A request that waits for a lock (wait.ts). */
export interface Waiter {
  readonly wanted: Lock;
  /** Called when the locks of the file have changed: takes the wanted lock and responds, or waits again. */
  retry(): void;
  /** Ends the wait: 0 if the lock is set, or an errno. */
  respond(errno: number): void;
}

/** The record locks of an inode, and the requests that wait for one, in the order of their arrival. */
export class FileLocks {
  readonly held: Lock[];
  readonly waiting: Waiter[];

  constructor(held: Lock[], waiting: Waiter[]) {
    this.held = held;
    this.waiting = waiting;
  }

  /**
   * Releases the locks of a session on the file, or only those set through `fid`. A request that waits for a lock
   * through `fid` fails with EBADF, as when close(2) races with fcntl(2) F_SETLKW.
   */
  drop(inode: Inode, session: Session, fid?: Fid): void {
    const { held: before, waiting } = this;
    const stays = (held: Lock): boolean => (fid ? held.fid !== fid : held.fid.session !== session);
    const kept = before.filter(stays);
    session.locks += kept.length - before.length;
    const { recordLocks } = session.server.backend;
    if (recordLocks !== undefined && kept.length < before.length) {
      const gone = before.filter((held) => !stays(held));
      unlockInStore(recordLocks, inode, gone, kept);
    }
    replaceLocks(
      inode,
      kept,
      waiting.filter(({ wanted }) => wanted.fid !== fid),
    );
    for (const waiter of waiting) if (waiter.wanted.fid === fid) waiter.respond(E.EBADF);
  }
}

/** The locks held on a file. */
export function heldLocks(inode: Inode): readonly Lock[] {
  return (inode.locks as FileLocks | null)?.held ?? [];
}

/** The requests that wait for a lock on a file. */
export function waitersOf(inode: Inode): readonly Waiter[] {
  return (inode.locks as FileLocks | null)?.waiting ?? [];
}

/** Sets the locks of a file and the requests that wait. */
export function putLocks(inode: Inode, held: readonly Lock[], waiting: readonly Waiter[]): void {
  inode.locks = held.length + waiting.length > 0 ? new FileLocks([...held], [...waiting]) : null;
}

/** Replaces the locks of a file, and lets the waiting requests try again. */
function replaceLocks(inode: Inode, held: Lock[], waiting = waitersOf(inode)): void {
  putLocks(inode, held, []);
  for (const waiter of waiting) waiter.retry();
}

/** Lets the requests that wait for locks of a file try again. */
export function retryAll(inode: Inode): void {
  replaceLocks(inode, [...heldLocks(inode)]);
}

/** The first lock of another owner that conflicts with `wanted`, or undefined. */
export function findConflict(inode: Inode, wanted: Lock): Lock | undefined {
  return heldLocks(inode).find(
    (held) =>
      held.start < wanted.end &&
      wanted.start < held.end &&
      !(held.type === LOCK_TYPE_RDLCK && wanted.type === LOCK_TYPE_RDLCK) &&
      !sameOwner(held, wanted),
  );
}

/**
 * Sets a lock or, with type UNLCK, releases one. It replaces the owner's locks where they overlap, and merges with an
 * adjacent one of the same type and fid. The caller has checked for conflicts. ENOLCK: too many locks on the file, or
 * of the session; EAGAIN: another process has a conflicting lock on the file of a store that others lock.
 */
export function setLock(inode: Inode, wanted: Lock): number {
  const before = heldLocks(inode);
  const kept: Lock[] = [];
  const set = { ...wanted };
  for (const held of before) {
    if (!sameOwner(held, wanted) || held.end < wanted.start || wanted.end < held.start) kept.push(held);
    // Clunking a fid releases the locks set through it, so that those of two fids are not merged.
    else if (held.type === wanted.type && held.fid === wanted.fid) {
      set.start = Math.min(set.start, held.start);
      set.end = Math.max(set.end, held.end);
    } else {
      if (held.start < wanted.start) kept.push({ ...held, end: Math.min(held.end, wanted.start) });
      if (wanted.end < held.end) kept.push({ ...held, start: Math.max(held.start, wanted.end) });
    }
  }
  if (wanted.type !== LOCK_TYPE_UNLCK) kept.push(set);
  const { session } = wanted.fid;
  const more = kept.length - before.length;
  if (more > 0 && (kept.length > MAX_LOCKS || session.locks + more > MAX_SESSION_LOCKS)) return E.ENOLCK;
  const { recordLocks } = session.server.backend;
  const errno = recordLocks === undefined ? 0 : setInStore(recordLocks, inode, wanted, kept);
  if (errno !== 0) return errno;
  session.locks += more;
  replaceLocks(inode, kept);
  return 0;
}
