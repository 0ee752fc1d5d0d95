// Decodes i64 arguments that arrive as two 32-bit halves: offsets, sizes and timestamps.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../../vfs/9p/constants.ts';
import { FSTFLAGS } from './structs.ts';

/** The times of a set_times call: seconds and nanoseconds since 1970, and the SETATTR_* bits of those to set. */
export interface Times {
  valid: number;
  aSec: number;
  aNsec: number;
  mSec: number;
  mNsec: number;
}

// The gate passes an i64 as two halves, both signed 32-bit numbers.

const TWO_32 = 0x1_0000_0000;

/** A signed i64 as a number; not exact beyond 2^53. */
export function longArgument(lo: number, hi: number): number {
  return hi * TWO_32 + (lo >>> 0);
}

/**
 * A filesize argument as a number: −1 if it is negative as a 64-bit off_t (EINVAL for the caller). A size past 2^53 − 1
 * becomes 2^53 − 1, which no file reaches.
 */
export function sizeArgument(lo: number, hi: number): number {
  return hi < 0 ? -1 : Math.min(longArgument(lo, hi), Number.MAX_SAFE_INTEGER);
}

/** True if `size` bytes (32 bits) at an offset end past the largest off_t: EINVAL (rw_verify_area, read_write.c). */
export function overflows(lo: number, hi: number, size: number): boolean {
  return hi === 0x7fff_ffff && (lo >>> 0) + size >= TWO_32;
}

const NS = 1_000_000_000;
const ALL = FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW | FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW;

/**
 * Decodes the arguments of a set_times call: two timestamps in nanoseconds (u64), each as two halves, and fstflags.
 * Returns null for contradictory or unknown flags (EINVAL).
 */
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
  // A double can be one second off: the remainder shows it.
  const sec = Math.floor(((hi >>> 0) * TWO_32 + (lo >>> 0)) / NS);
  const left = rest(lo, sec);
  return left < 0 ? sec - 1 : left >= NS ? sec + 1 : sec;
}

/** The nanoseconds of a time without its seconds. The lower halves suffice, because the result fits in 32 bits. */
function rest(lo: number, sec: number): number {
  return (lo - Math.imul(sec, NS)) | 0;
}
