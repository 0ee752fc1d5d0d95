import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../vfs/9p/constants.ts';
import type { Message } from '../vfs/9p/codec.gen.ts';
import { FILETYPE, STRUCTS } from './abi.ts';
import type { GuestMemory } from './memory.ts';

/** The WASI filetype of a mode's S_IFMT bits; a fifo has none. */
export function filetypeOf(mode: number): number {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FILETYPE.REGULAR_FILE;
    case S_IFDIR:
      return FILETYPE.DIRECTORY;
    case S_IFLNK:
      return FILETYPE.SYMBOLIC_LINK;
    case S_IFCHR:
      return FILETYPE.CHARACTER_DEVICE;
    case S_IFBLK:
      return FILETYPE.BLOCK_DEVICE;
    case S_IFSOCK:
      return FILETYPE.SOCKET_STREAM;
    default:
      return FILETYPE.UNKNOWN;
  }
}

const S = STRUCTS.filestat.fields;
const NS = 1_000_000_000n;

// The time that was put last, as its two halves: the three times of a file are often the same.
let lastSec = 0;
let lastNsec = 0;
let lastLow = 0;
let lastHigh = 0;

/** Puts a time into memory as nanoseconds since 1970; WASI has none before that, so an earlier one is 0. */
export function putTime(m: GuestMemory, ptr: number, sec: number, nsec: number): void {
  if (sec !== lastSec || nsec !== lastNsec) {
    lastSec = sec;
    lastNsec = nsec;
    splitTime(sec, nsec);
  }
  m.view.setUint32(ptr, lastLow, true);
  m.view.setUint32(ptr + 4, lastHigh, true);
}

/** Takes sec * 10^9 + nsec apart into `lastLow` and `lastHigh`. */
function splitTime(sec: number, nsec: number): void {
  if (sec < 0 || sec >= 0x4_0000_0000) {
    const time = sec < 0 ? 0n : BigInt.asUintN(64, BigInt(sec) * NS + BigInt(nsec));
    lastLow = Number(time & 0xffff_ffffn) | 0;
    lastHigh = Number(time >> 32n) | 0;
    return;
  }
  // Without a BigInt: sec is split so that each product is exact.
  const high = Math.floor(sec / 0x10000);
  const low = sec % 0x10000;
  // sec * 10^9 = high * 2^16 * 10^9 + low * 10^9; 10^9 = 2^9 * 1953125.
  const lowPart = low * 1_000_000_000 + nsec;
  const highPart = high * 1_000_000_000;
  const highLow = (highPart % 0x10000) * 0x10000;
  const sum = lowPart + highLow;
  lastLow = (sum % 0x1_0000_0000) | 0;
  lastHigh = (Math.floor(highPart / 0x10000) + Math.floor(sum / 0x1_0000_0000)) | 0;
}

/** Writes the attributes of an Rgetattr as a filestat. The caller has checked the bounds. */
export function putAttr(m: GuestMemory, ptr: number, r: Message, device: number): void {
  const { view } = m;
  m.putU64(ptr + S.dev[0], device);
  view.setUint32(ptr + S.ino[0], r.qid_path_lo, true);
  view.setUint32(ptr + S.ino[0] + 4, r.qid_path_hi, true);
  // The padding behind it is zeroed with it.
  m.putU64(ptr + S.filetype[0], filetypeOf(r.mode));
  m.putU64(ptr + S.nlink[0], r.nlink);
  m.putU64(ptr + S.size[0], r.size);
  putTime(m, ptr + S.atim[0], r.atime_sec, r.atime_nsec);
  putTime(m, ptr + S.mtim[0], r.mtime_sec, r.mtime_nsec);
  putTime(m, ptr + S.ctim[0], r.ctime_sec, r.ctime_nsec);
}

/** Writes the filestat of something that is no file of ours: only its type, size and inode mean anything. */
export function putPlainStat(m: GuestMemory, ptr: number, filetype: number, size: number, ino: number): void {
  m.u8.fill(0, ptr, ptr + STRUCTS.filestat.size);
  m.putU64(ptr + S.ino[0], ino);
  m.putU64(ptr + S.filetype[0], filetype);
  m.putU64(ptr + S.nlink[0], 1);
  m.putU64(ptr + S.size[0], size);
}
