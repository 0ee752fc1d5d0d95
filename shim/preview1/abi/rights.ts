// $rights of wasi_snapshot_preview1: the bits, and the rights that each kind of descriptor has.

/** $rights: each right's bit by name. All fit in 30 bits, so a mask is a number. */
export enum RIGHTS {
  FD_DATASYNC = 1 << 0,
  FD_READ = 1 << 1,
  FD_SEEK = 1 << 2,
  FD_FDSTAT_SET_FLAGS = 1 << 3,
  FD_SYNC = 1 << 4,
  FD_TELL = 1 << 5,
  FD_WRITE = 1 << 6,
  FD_ADVISE = 1 << 7,
  FD_ALLOCATE = 1 << 8,
  PATH_CREATE_DIRECTORY = 1 << 9,
  PATH_CREATE_FILE = 1 << 10,
  PATH_LINK_SOURCE = 1 << 11,
  PATH_LINK_TARGET = 1 << 12,
  PATH_OPEN = 1 << 13,
  FD_READDIR = 1 << 14,
  PATH_READLINK = 1 << 15,
  PATH_RENAME_SOURCE = 1 << 16,
  PATH_RENAME_TARGET = 1 << 17,
  PATH_FILESTAT_GET = 1 << 18,
  PATH_FILESTAT_SET_SIZE = 1 << 19,
  PATH_FILESTAT_SET_TIMES = 1 << 20,
  FD_FILESTAT_GET = 1 << 21,
  FD_FILESTAT_SET_SIZE = 1 << 22,
  FD_FILESTAT_SET_TIMES = 1 << 23,
  PATH_SYMLINK = 1 << 24,
  PATH_REMOVE_DIRECTORY = 1 << 25,
  PATH_UNLINK_FILE = 1 << 26,
  POLL_FD_READWRITE = 1 << 27,
  SOCK_SHUTDOWN = 1 << 28,
  SOCK_ACCEPT = 1 << 29,
}

/** The names of the rights, in the order of their bits. */
export function rightsNames(): (keyof typeof RIGHTS)[] {
  return Object.keys(RIGHTS).filter((name) => /^\D/.test(name)) as (keyof typeof RIGHTS)[];
}

/** All rights. */
export const RIGHTS_ALL = 2 ** 30 - 1;

/** The rights of an open file, independent of its access mode. */
const FILE_BASE =
  RIGHTS.FD_FDSTAT_SET_FLAGS |
  RIGHTS.FD_ADVISE |
  RIGHTS.FD_SEEK |
  RIGHTS.FD_TELL |
  RIGHTS.FD_SYNC |
  RIGHTS.FD_DATASYNC |
  RIGHTS.FD_FILESTAT_GET |
  RIGHTS.FD_FILESTAT_SET_TIMES |
  RIGHTS.POLL_FD_READWRITE;

/** The base rights of a directory. */
export const RIGHTS_DIRECTORY =
  RIGHTS.PATH_CREATE_DIRECTORY |
  RIGHTS.PATH_CREATE_FILE |
  RIGHTS.PATH_LINK_SOURCE |
  RIGHTS.PATH_LINK_TARGET |
  RIGHTS.PATH_OPEN |
  RIGHTS.FD_READDIR |
  RIGHTS.PATH_READLINK |
  RIGHTS.PATH_RENAME_SOURCE |
  RIGHTS.PATH_RENAME_TARGET |
  RIGHTS.PATH_FILESTAT_GET |
  RIGHTS.PATH_FILESTAT_SET_SIZE |
  RIGHTS.PATH_FILESTAT_SET_TIMES |
  RIGHTS.PATH_SYMLINK |
  RIGHTS.PATH_REMOVE_DIRECTORY |
  RIGHTS.PATH_UNLINK_FILE |
  RIGHTS.FD_READ |
  RIGHTS.FD_SYNC |
  RIGHTS.FD_DATASYNC |
  RIGHTS.FD_FDSTAT_SET_FLAGS |
  RIGHTS.FD_FILESTAT_GET |
  RIGHTS.FD_FILESTAT_SET_TIMES |
  RIGHTS.POLL_FD_READWRITE;

/** The base rights of stdin. */
export const RIGHTS_STREAM_IN =
  RIGHTS.FD_READ | RIGHTS.FD_FDSTAT_SET_FLAGS | RIGHTS.FD_FILESTAT_GET | RIGHTS.POLL_FD_READWRITE;
/** The base rights of stdout and stderr. */
export const RIGHTS_STREAM_OUT =
  RIGHTS.FD_WRITE |
  RIGHTS.FD_FDSTAT_SET_FLAGS |
  RIGHTS.FD_FILESTAT_GET |
  RIGHTS.FD_SYNC |
  RIGHTS.FD_DATASYNC |
  RIGHTS.POLL_FD_READWRITE;

/** The rights that a terminal lacks: isatty of wasi-libc is true for a character device without them. */
export const RIGHTS_SEEK = RIGHTS.FD_SEEK | RIGHTS.FD_TELL;

/** The base rights of a file opened for reading, writing or both. */
export function fileRights(read: boolean, write: boolean): number {
  const reading = read ? RIGHTS.FD_READ : 0;
  return FILE_BASE | reading | (write ? RIGHTS.FD_WRITE | RIGHTS.FD_ALLOCATE | RIGHTS.FD_FILESTAT_SET_SIZE : 0);
}

/** The rights in the lower half of an argument. Unknown bits are ignored, because Go's runtime sets all of them. */
export function rightsArgument(rights: number): number {
  return rights & RIGHTS_ALL;
}
