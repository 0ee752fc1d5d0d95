// Writes filestat structs: file types, timestamps, and the attributes of an Rgetattr.
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
import type { Message } from '../../../vfs/9p/codec.gen.ts';
import { FILETYPE, STRUCTS } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

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
const NS = 1_000_000_000;
/** Exact, and faster than a division by 2^32. */
const HIGH = 2 ** -32;

/** Puts a time into memory as nanoseconds since 1970; WASI has none before that, so an earlier one is 0. */
export function putTime(m: GuestMemory, ptr: number, sec: number, nsec: number): void {
  const { view } = m;
  if (sec < 0) sec = nsec = 0;
  // The lower half is exact in whole numbers; then a double is near enough to the whole to tell the upper half.
  const low = (Math.imul(sec, NS) + nsec) >>> 0;
  view.setUint32(ptr, low, true);
  view.setUint32(ptr + 4, ((sec * NS + nsec - low) * HIGH + 0.5) >>> 0, true);
}

/** What `putAttr` needs of a file: GETATTR_* bits. */
export const FILESTAT_MASK =
  GETATTR_MODE | GETATTR_NLINK | GETATTR_ATIME | GETATTR_MTIME | GETATTR_CTIME | GETATTR_INO | GETATTR_SIZE;

/** Writes the attributes of an Rgetattr as a filestat. The caller has checked the bounds. */
export function putAttr(m: GuestMemory, ptr: number, r: Message, device: number): void {
  const { view } = m;
  view.setUint32(ptr + S.dev[0], device, true);
  view.setUint32(ptr + S.dev[0] + 4, 0, true);
  view.setUint32(ptr + S.ino[0], r.qid_path_lo, true);
  view.setUint32(ptr + S.ino[0] + 4, r.qid_path_hi, true);
  // The padding behind it is zeroed with it.
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

/** Writes the filestat of something that is no file of ours: only its type, size and inode mean anything. */
export function putPlainStat(m: GuestMemory, ptr: number, filetype: number, size: number, ino: number): void {
  m.u8.fill(0, ptr, ptr + STRUCTS.filestat.size);
  m.putU64(ptr + S.ino[0], ino);
  m.putU64(ptr + S.filetype[0], filetype);
  m.putU64(ptr + S.nlink[0], 1);
  m.putU64(ptr + S.size[0], size);
}
