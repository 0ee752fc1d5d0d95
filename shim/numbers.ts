import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../vfs/9p/constants.ts';
import { FSTFLAGS } from './abi.ts';
import type { Times } from './descriptor.ts';

/** The largest whole number that is exact: offsets and sizes inside are numbers. */
const MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A filesize argument as a number: −1 for one that is negative as a 64-bit off_t (EINVAL); one that is too large to be
 * exact becomes the largest exact one, which no file reaches.
 */
export function sizeArgument(value: bigint): number {
  const signed = BigInt.asIntN(64, value);
  return signed < 0n ? -1 : signed > MAX ? Number.MAX_SAFE_INTEGER : Number(signed);
}

/** The largest off_t. */
const OFF_MAX = 2n ** 63n - 1n;

/** Whether `size` bytes from `offset` on end behind the largest off_t: EINVAL (rw_verify_area of read_write.c). */
export function overflows(offset: bigint, size: number): boolean {
  return offset > MAX && BigInt.asIntN(64, offset) + BigInt(size) > OFF_MAX;
}

const NS = 1_000_000_000n;
const ALL = FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW | FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW;

/** The times of a set_times call; null when the flags contradict each other or mean nothing (EINVAL). */
export function timesArgument(atim: bigint, mtim: bigint, flags: number): Times | null {
  if ((flags & ~ALL) !== 0) return null;
  if (
    (flags & (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW)) === (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW) ||
    (flags & (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)) === (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)
  )
    return null;
  const a = BigInt.asUintN(64, atim);
  const m = BigInt.asUintN(64, mtim);
  return {
    valid:
      ((flags & (FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW)) !== 0 ? SETATTR_ATIME : 0) |
      ((flags & FSTFLAGS.ATIM) !== 0 ? SETATTR_ATIME_SET : 0) |
      ((flags & (FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)) !== 0 ? SETATTR_MTIME : 0) |
      ((flags & FSTFLAGS.MTIM) !== 0 ? SETATTR_MTIME_SET : 0),
    aSec: Number(a / NS),
    aNsec: Number(a % NS),
    mSec: Number(m / NS),
    mNsec: Number(m % NS),
  };
}
