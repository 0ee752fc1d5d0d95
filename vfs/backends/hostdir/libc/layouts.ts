// The layouts of the structs that libc and the kernel fill or read, the same on x64 and arm64, with glibc and musl.
// Each is read through 32-bit numbers, at the word that its field begins with.
import type { StatFs } from '../../../backend/backend.ts';
import type { ForeignLock } from '../../../backend/capabilities.ts';
import type { HostStat } from '../calls/host-stat.ts';

const HIGH = 0x1_0000_0000;

/** struct statx, in words of 32 bits. `mode` is 16 bits, in the low half of its word. */
const STATX = {
  mask: 0,
  blksize: 1,
  nlink: 4,
  uid: 5,
  gid: 6,
  mode: 7,
  ino: 8,
  size: 10,
  blocks: 12,
  atime: 16,
  btime: 20,
  ctime: 24,
  mtime: 28,
  rdev: 32,
  dev: 34,
} as const;
/** The size of struct statx in bytes. */
export const STATX_SIZE = 256;
/** The fields asked for: STATX_BASIC_STATS and STATX_BTIME. */
export const STATX_MASK = 0xfff;
const STATX_BTIME = 0x800;

/** Fills the record from struct statx. */
export function fillStatx(out: HostStat, u32: Uint32Array, i32: Int32Array): void {
  out.dev = u32[STATX.dev]! * HIGH + u32[STATX.dev + 1]!;
  out.inoLow = u32[STATX.ino]!;
  out.inoHigh = u32[STATX.ino + 1]!;
  out.mode = u32[STATX.mode]! & 0xffff;
  out.nlink = u32[STATX.nlink]!;
  out.uid = u32[STATX.uid]!;
  out.gid = u32[STATX.gid]!;
  out.rdev = makedev(u32[STATX.rdev]!, u32[STATX.rdev + 1]!);
  out.size = u32[STATX.size]! + u32[STATX.size + 1]! * HIGH;
  out.blksize = u32[STATX.blksize]!;
  out.blocks = u32[STATX.blocks]! + u32[STATX.blocks + 1]! * HIGH;
  out.atimeSec = u32[STATX.atime]! + i32[STATX.atime + 1]! * HIGH;
  out.atimeNsec = u32[STATX.atime + 2]!;
  out.mtimeSec = u32[STATX.mtime]! + i32[STATX.mtime + 1]! * HIGH;
  out.mtimeNsec = u32[STATX.mtime + 2]!;
  out.ctimeSec = u32[STATX.ctime]! + i32[STATX.ctime + 1]! * HIGH;
  out.ctimeNsec = u32[STATX.ctime + 2]!;
  // As libuv does for a file system without birth times.
  const born = (u32[STATX.mask]! & STATX_BTIME) !== 0 ? STATX.btime : STATX.ctime;
  out.btimeSec = u32[born]! + i32[born + 1]! * HIGH;
  out.btimeNsec = u32[born + 2]!;
}

/** makedev(3). */
function makedev(major: number, minor: number): number {
  if (major === 0 && minor === 0) return 0;
  const low = ((major & 0xfff) << 8) | (minor & 0xff);
  return low + Math.floor(minor / 0x100) * 0x10_0000 + Math.floor(major / 0x1000) * 0x1000 * HIGH;
}

/** struct statfs, in words of 32 bits; all fields used have 64 bits. */
const STATFS = { type: 0, bsize: 2, blocks: 4, bfree: 6, bavail: 8, files: 10, ffree: 12 } as const;
/** More than struct statfs has on any libc. */
export const STATFS_SIZE = 256;

/** Fills the record from struct statfs. */
export function fillStatFs(out: StatFs, u32: Uint32Array): void {
  out.bsize = count(u32, STATFS.bsize);
  out.blocks = count(u32, STATFS.blocks);
  out.bfree = count(u32, STATFS.bfree);
  out.bavail = count(u32, STATFS.bavail);
  out.files = count(u32, STATFS.files);
  out.ffree = count(u32, STATFS.ffree);
}

/** f_type of struct statfs. */
export function fsTypeOf(u32: Uint32Array): number {
  return u32[STATFS.type]!;
}

function count(u32: Uint32Array, at: number): number {
  return Math.min(u32[at]! + u32[at + 1]! * HIGH, Number.MAX_SAFE_INTEGER);
}

/** The size of struct timespec[2] in bytes: for each time 64 bits of seconds and 64 bits of nanoseconds. */
export const TIMES_SIZE = 32;
/** Nanoseconds that stand for the present time, or for a time that stays. */
export const UTIME_NOW = 0x3fffffff;
export const UTIME_OMIT = 0x3ffffffe;

/**
 * Writes one of two times for utimensat(2).
 * @param which 0 for the access time, 1 for the modification time.
 */
export function writeTime(u32: Uint32Array, which: 0 | 1, sec: number, nsec: number): void {
  const at = which * 4;
  u32[at] = sec >>> 0;
  u32[at + 1] = Math.floor(sec / HIGH) >>> 0;
  u32[at + 2] = nsec;
  u32[at + 3] = 0;
}

/** struct flock, in words of 32 bits: `type` is 16 bits, as the whence above it; `start` and `length` have 64. */
const FLOCK = { type: 0, start: 2, length: 4, pid: 6 } as const;
/** The size of struct flock in bytes. */
export const FLOCK_SIZE = 32;

/** Writes struct flock, with offsets from the beginning of the file. F_OFD_SETLK and F_OFD_GETLK want a pid of 0. */
export function writeLock(u32: Uint32Array, type: number, start: number, length: number): void {
  u32.fill(0);
  u32[FLOCK.type] = type;
  u32[FLOCK.start] = start >>> 0;
  u32[FLOCK.start + 1] = Math.floor(start / HIGH);
  u32[FLOCK.length] = length >>> 0;
  u32[FLOCK.length + 1] = Math.floor(length / HIGH);
}

/** Fills the record from struct flock. Ends beyond 2^53 are the end of the file. */
export function readLock(out: ForeignLock, u32: Uint32Array): void {
  out.type = u32[FLOCK.type]! & 0xffff;
  out.start = count(u32, FLOCK.start);
  const length = count(u32, FLOCK.length);
  out.length = out.start + length >= Number.MAX_SAFE_INTEGER ? 0 : length;
  // −1 for the lock of an open file.
  out.pid = Math.max(0, u32[FLOCK.pid]! | 0);
}

/** struct linux_dirent64, in bytes. */
export const DIRENT = { ino: 0, reclen: 16, type: 18, name: 19 } as const;

/** The size of struct open_how in bytes: flags, mode and resolve have 64 bits each. */
export const OPEN_HOW_SIZE = 24;

/** Writes struct open_how for openat2(2). */
export function writeHow(u32: Uint32Array, flags: number, mode: number, resolve: number): void {
  u32.fill(0);
  u32[0] = flags;
  u32[2] = mode;
  u32[4] = resolve;
}
