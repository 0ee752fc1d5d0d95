// A POSIX record lock (fcntl(2)).
import type { Fid } from '../fids/fid.ts';

/** The end of a lock to the end of the file, however far the file grows. */
const TO_EOF = Number.MAX_SAFE_INTEGER;

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
