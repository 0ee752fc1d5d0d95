// POSIX record locks on inodes (fcntl(2)).
import { LOCK_TYPE_RDLCK, LOCK_TYPE_UNLCK } from '../9p/constants.ts';
import type { Inode } from '../backend/inode.ts';
import { E } from '../linux/errno.ts';
import type { Fid } from './fid.ts';
import type { Session } from './session.ts';

/** To the end of the file, however far it grows. */
const TO_EOF = Number.MAX_SAFE_INTEGER;
/** The most pieces that a file is locked in: each is looked at for each lock that is asked for. */
export const MAX_LOCKS = 4096;
/** The most pieces that a session has locked in all files. */
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

/** Whether a range ends where a file still can. */
export function isLockable(start: number, length: number): boolean {
  return length <= TO_EOF - start;
}

/** The end of a range of `length` bytes; a length of 0 reaches to the end of the file. */
export function lockEnd(start: number, length: number): number {
  return length === 0 ? TO_EOF : start + length;
}

/** The `length` field of a lock as fcntl(2) has it. */
export function lockLength(lock: Lock): number {
  return lock.end === TO_EOF ? 0 : lock.end - lock.start;
}

function sameOwner(a: Lock, b: Lock): boolean {
  return a.fid.session === b.fid.session && a.procId === b.procId && a.clientId === b.clientId;
}

function locksOf(inode: Inode): Lock[] {
  return (inode.locks as Lock[] | null) ?? [];
}

/** The first lock of another owner that stands in the way of `wanted`, or undefined. */
export function findConflict(inode: Inode, wanted: Lock): Lock | undefined {
  return locksOf(inode).find(
    (held) =>
      held.start < wanted.end &&
      wanted.start < held.end &&
      !(held.type === LOCK_TYPE_RDLCK && wanted.type === LOCK_TYPE_RDLCK) &&
      !sameOwner(held, wanted),
  );
}

/**
 * Sets or, with type UNLCK, takes away: the owner's older locks give way where they overlap, and one of the same type
 * that touches becomes one with it. ENOLCK: there are too many pieces, of the file or of the session.
 */
export function setLock(inode: Inode, wanted: Lock): number {
  const before = locksOf(inode);
  const kept: Lock[] = [];
  const set = { ...wanted };
  for (const held of before) {
    if (!sameOwner(held, wanted) || held.end < wanted.start || wanted.end < held.start) kept.push(held);
    // A lock goes with the fid by which it was set: those of two fids stay two.
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
  inode.locks = kept.length > 0 ? kept : null;
  return 0;
}

/** Takes away the locks that a session has set on a file, or only those set through one of its fids. */
export function dropLocks(inode: Inode, session: Session, fid?: Fid): void {
  const before = locksOf(inode);
  const kept = before.filter((held) => (fid ? held.fid !== fid : held.fid.session !== session));
  session.locks += kept.length - before.length;
  inode.locks = kept.length > 0 ? kept : null;
}
