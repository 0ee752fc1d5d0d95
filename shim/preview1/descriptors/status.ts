// The attributes that the guest's stat calls ask for, and those of a stream.
import {
  GETATTR_ATIME,
  GETATTR_CTIME,
  GETATTR_INO,
  GETATTR_MODE,
  GETATTR_MTIME,
  GETATTR_NLINK,
  GETATTR_SIZE,
} from '../../../vfs/9p/constants.ts';
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import { kindOfFiletype } from '../abi/filetype.ts';

/** The GETATTR_* bits of the attributes in a filestat. */
export const FILESTAT_MASK =
  GETATTR_MODE | GETATTR_NLINK | GETATTR_ATIME | GETATTR_MTIME | GETATTR_CTIME | GETATTR_INO | GETATTR_SIZE;

/** Fills in the attributes of a stream: type and inode number; the other fields of a filestat are 0, and nlink is 1. */
export function streamStatus(into: FileStatus, filetype: number, ino: number): void {
  const { attributes: r } = into;
  r.qid_path_lo = ino >>> 0;
  r.qid_path_hi = (ino / 2 ** 32) >>> 0;
  r.mode = kindOfFiletype(filetype);
  r.nlink = 1;
  into.device = r.size = 0;
  r.atime_sec = r.atime_nsec = r.mtime_sec = r.mtime_nsec = r.ctime_sec = r.ctime_nsec = 0;
}
