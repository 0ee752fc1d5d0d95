// Decodes i64 arguments that arrive as two 32-bit halves: offsets, sizes and timestamps.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../../vfs/9p/constants.ts';
import { FSTFLAGS } from './structs.ts';

/** The times of a set_times call: seconds and nanoseconds, and the 9P `valid` bits that say which count. */
export interface Times {
  valid: number;
  aSec: number;
  aNsec: number;
  mSec: number;
  mNsec: number;
}

// An i64 comes as its two halves, both signed 32-bit numbers (gate.ts).

const TWO_32 = 0x1_0000_0000;

/** A signed i64 as a number, which is not exact beyond 2^53. */
export function longArgument(lo: number, hi: number): number {
  return hi * TWO_32 + (lo >>> 0);
}

/**
 * A filesize argument as a number: −1 for one that is negative as a 64-bit off_t (EINVAL); one that is too large to be
 * exact becomes the largest exact one, which no file reaches.
 */
export function sizeArgument(lo: number, hi: number): number {
  return hi < 0 ? -1 : Math.min(longArgument(lo, hi), Number.MAX_SAFE_INTEGER);
}

/** Whether `size` bytes (32 bits) from an offset on end behind the largest off_t: EINVAL (rw_verify_area of read_write.c). */
export function overflows(lo: number, hi: number, size: number): boolean {
  return hi === 0x7fff_ffff && (lo >>> 0) + size >= TWO_32;
}

const NS = 1_000_000_000;
const ALL = FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW | FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW;

/** The times of a set_times call; null when the flags contradict each other or mean nothing (EINVAL). */
export function timesArgument(aLo: number, aHi: number, mLo: number, mHi: number, flags: number): Times | null {
  if ((flags & ~ALL) !== 0) return null;
  if (
    (flags & (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW)) === (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW) ||
    (flags & (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)) === (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)
  )
    return null;
  const aSec = seconds(aLo, aHi);
  const mSec = seconds(mLo, mHi);
  return {
    valid:
      ((flags & (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW)) !== 0 ? SETATTR_ATIME : 0) |
      ((flags & FSTFLAGS.ATIM) !== 0 ? SETATTR_ATIME_SET : 0) |
      ((flags & (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)) !== 0 ? SETATTR_MTIME : 0) |
      ((flags & FSTFLAGS.MTIM) !== 0 ? SETATTR_MTIME_SET : 0),
    aSec,
    aNsec: rest(aLo, aSec),
    mSec,
    mNsec: rest(mLo, mSec),
  };
}

/** The whole seconds of a time in nanoseconds (u64). */
function seconds(lo: number, hi: number): number {
  // A double is near enough to the whole: one second too many or too few is seen by what is left.
  const sec = Math.floor(((hi >>> 0) * TWO_32 + (lo >>> 0)) / NS);
  const left = rest(lo, sec);
  return left < 0 ? sec - 1 : left >= NS ? sec + 1 : sec;
}

/** What is left of a time when its seconds are taken, from its lower half: the upper one is the same in both. */
function rest(lo: number, sec: number): number {
  return (lo - Math.imul(sec, NS)) | 0;
}
