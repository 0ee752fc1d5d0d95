// POSIX record locks on inodes (fcntl(2)).
import { LOCK_TYPE_RDLCK, LOCK_TYPE_UNLCK } from '../9p/constants.ts';
import type { Inode } from '../backend/inode.ts';
import { E } from '../linux/errno.ts';
import type { Fid } from './fid.ts';
import type { Session } from './session.ts';

/** The end of a lock to the end of the file, however far the file grows. */
const TO_EOF = Number.MAX_SAFE_INTEGER;
/** Most locks on a file; each request scans all of them. */
export const MAX_LOCKS = 4096;
/** Most locks of a session, on all files. */
export const MAX_SESSION_LOCKS = 1 << 16;

/** A POSIX record lock (fcntl(2), F_SETLK): the bytes [start, end). */
export interface Lock {
  fid: Fid;
  type: number;
  start: number;
  end: number;
  procId: number;
  clientId: string;
}

/** True if a range ends within the largest file, 2^53 − 1 bytes. */
export function isLockable(start: number, length: number): boolean {
  return length <= TO_EOF - start;
}

/** The end of a range of `length` bytes; length 0 means to the end of the file. */
export function lockEnd(start: number, length: number): number {
  return length === 0 ? TO_EOF : start + length;
}

/** The length of a lock as in struct flock: 0 means to the end of the file. */
export function lockLength(lock: Lock): number {
  return lock.end === TO_EOF ? 0 : lock.end - lock.start;
}

/** True if two locks belong to one process of one client. */
export function sameOwner(a: Lock, b: Lock): boolean {
  return a.fid.session === b.fid.session && a.procId === b.procId && a.clientId === b.clientId;
}

/** A request that waits for a lock (lock-wait.ts). */
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
    const kept = before.filter((held) => (fid ? held.fid !== fid : held.fid.session !== session));
    session.locks += kept.length - before.length;
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
 * of the session.
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
  session.locks += more;
  replaceLocks(inode, kept);
  return 0;
}
