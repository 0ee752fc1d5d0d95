// Writes filestat structs: file types, timestamps and attributes.
import {
  GETATTR_ATIME,
  GETATTR_CTIME,
  GETATTR_INO,
  GETATTR_MODE,
  GETATTR_MTIME,
  GETATTR_NLINK,
  GETATTR_SIZE,
} from '../../../vfs/9p/constants.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../../vfs/linux/constants.ts';
import type { FileAttributes } from '../../../vfs/client/attributes.ts';
import { FILETYPE, STRUCTS } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

/** Returns the WASI filetype of a mode's S_IFMT bits: UNKNOWN for a fifo, which WASI lacks. */
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
const NS = 1_000_000_000;
/** A multiplication by it is exact, and faster than a division by 2^32. */
const HIGH = 2 ** -32;

/** Writes a time as nanoseconds since 1970 (u64). A time before 1970 becomes 0. */
export function putTime(m: GuestMemory, ptr: number, sec: number, nsec: number): void {
  const { view } = m;
  if (sec < 0) sec = nsec = 0;
  // The lower half is exact in integers; a double is then precise enough for the upper half.
  const low = (Math.imul(sec, NS) + nsec) >>> 0;
  view.setUint32(ptr, low, true);
  view.setUint32(ptr + 4, ((sec * NS + nsec - low) * HIGH + 0.5) >>> 0, true);
}

/** The GETATTR_* bits of the attributes that `putAttr` writes. */
export const FILESTAT_MASK =
  GETATTR_MODE | GETATTR_NLINK | GETATTR_ATIME | GETATTR_MTIME | GETATTR_CTIME | GETATTR_INO | GETATTR_SIZE;

/** Writes attributes as a filestat. The caller has checked the bounds. */
export function putAttr(m: GuestMemory, ptr: number, r: FileAttributes, device: number): void {
  const { view } = m;
  view.setUint32(ptr + S.dev[0], device, true);
  view.setUint32(ptr + S.dev[0] + 4, 0, true);
  view.setUint32(ptr + S.ino[0], r.qid_path_lo, true);
  view.setUint32(ptr + S.ino[0] + 4, r.qid_path_hi, true);
  // With the padding.
  view.setUint32(ptr + S.filetype[0], filetypeOf(r.mode), true);
  view.setUint32(ptr + S.filetype[0] + 4, 0, true);
  view.setUint32(ptr + S.nlink[0], r.nlink, true);
  view.setUint32(ptr + S.nlink[0] + 4, (r.nlink * HIGH) >>> 0, true);
  view.setUint32(ptr + S.size[0], r.size, true);
  view.setUint32(ptr + S.size[0] + 4, (r.size * HIGH) >>> 0, true);
  putTime(m, ptr + S.atim[0], r.atime_sec, r.atime_nsec);
  putTime(m, ptr + S.mtim[0], r.mtime_sec, r.mtime_nsec);
  putTime(m, ptr + S.ctim[0], r.ctime_sec, r.ctime_nsec);
}

/** Writes the filestat of a stream: type, size and inode number; the other fields are 0 and nlink is 1. */
export function putPlainStat(m: GuestMemory, ptr: number, filetype: number, size: number, ino: number): void {
  m.u8.fill(0, ptr, ptr + STRUCTS.filestat.size);
  m.putU64(ptr + S.ino[0], ino);
  m.putU64(ptr + S.filetype[0], filetype);
  m.putU64(ptr + S.nlink[0], 1);
  m.putU64(ptr + S.size[0], size);
}
