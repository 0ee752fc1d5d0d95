// WASI filetypes from the S_IFMT bits of a mode, and back.
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../../vfs/linux/constants.ts';
import { FILETYPE } from './structs.ts';

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

/** The S_IFMT bits of each WASI filetype. A socket has no type there: SOCKET_DGRAM comes back as SOCKET_STREAM. */
const KINDS = [0, S_IFBLK, S_IFCHR, S_IFDIR, S_IFREG, S_IFSOCK, S_IFSOCK, S_IFLNK];

/** Returns the S_IFMT bits of a WASI filetype, 0 for UNKNOWN. */
export function kindOfFiletype(filetype: number): number {
  return KINDS[filetype] ?? 0;
}
