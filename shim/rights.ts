/** $rights: bit n of the mask is the n-th name. All fit in 30 bits, so a mask is a number. */
export const RIGHTS_NAMES = [
  'FD_DATASYNC',
  'FD_READ',
  'FD_SEEK',
  'FD_FDSTAT_SET_FLAGS',
  'FD_SYNC',
  'FD_TELL',
  'FD_WRITE',
  'FD_ADVISE',
  'FD_ALLOCATE',
  'PATH_CREATE_DIRECTORY',
  'PATH_CREATE_FILE',
  'PATH_LINK_SOURCE',
  'PATH_LINK_TARGET',
  'PATH_OPEN',
  'FD_READDIR',
  'PATH_READLINK',
  'PATH_RENAME_SOURCE',
  'PATH_RENAME_TARGET',
  'PATH_FILESTAT_GET',
  'PATH_FILESTAT_SET_SIZE',
  'PATH_FILESTAT_SET_TIMES',
  'FD_FILESTAT_GET',
  'FD_FILESTAT_SET_SIZE',
  'FD_FILESTAT_SET_TIMES',
  'PATH_SYMLINK',
  'PATH_REMOVE_DIRECTORY',
  'PATH_UNLINK_FILE',
  'POLL_FD_READWRITE',
  'SOCK_SHUTDOWN',
  'SOCK_ACCEPT',
] as const;

/** Each right's bit by name. */
export const RIGHTS = Object.fromEntries(RIGHTS_NAMES.map((name, bit) => [name, 2 ** bit])) as {
  readonly [N in (typeof RIGHTS_NAMES)[number]]: number;
};

/** Every right there is. */
export const RIGHTS_ALL = 2 ** RIGHTS_NAMES.length - 1;

const R = RIGHTS;

/** What can be done with an open file, whatever it was opened for. */
const FILE_BASE =
  R.FD_FDSTAT_SET_FLAGS |
  R.FD_ADVISE |
  R.FD_SEEK |
  R.FD_TELL |
  R.FD_SYNC |
  R.FD_DATASYNC |
  R.FD_FILESTAT_GET |
  R.FD_FILESTAT_SET_TIMES |
  R.POLL_FD_READWRITE;

/** What can be done with a directory. */
export const RIGHTS_DIRECTORY =
  R.PATH_CREATE_DIRECTORY |
  R.PATH_CREATE_FILE |
  R.PATH_LINK_SOURCE |
  R.PATH_LINK_TARGET |
  R.PATH_OPEN |
  R.FD_READDIR |
  R.PATH_READLINK |
  R.PATH_RENAME_SOURCE |
  R.PATH_RENAME_TARGET |
  R.PATH_FILESTAT_GET |
  R.PATH_FILESTAT_SET_SIZE |
  R.PATH_FILESTAT_SET_TIMES |
  R.PATH_SYMLINK |
  R.PATH_REMOVE_DIRECTORY |
  R.PATH_UNLINK_FILE |
  R.FD_READ |
  R.FD_SYNC |
  R.FD_DATASYNC |
  R.FD_FDSTAT_SET_FLAGS |
  R.FD_FILESTAT_GET |
  R.FD_FILESTAT_SET_TIMES |
  R.POLL_FD_READWRITE;

/** What can be done with stdin, or with stdout and stderr, when they are no files. */
export const RIGHTS_STREAM_IN = R.FD_READ | R.FD_FDSTAT_SET_FLAGS | R.FD_FILESTAT_GET | R.POLL_FD_READWRITE;
export const RIGHTS_STREAM_OUT =
  R.FD_WRITE | R.FD_FDSTAT_SET_FLAGS | R.FD_FILESTAT_GET | R.FD_SYNC | R.FD_DATASYNC | R.POLL_FD_READWRITE;

/** The base rights of a file opened for reading, writing or both. */
export function fileRights(read: boolean, write: boolean): number {
  const reading = read ? R.FD_READ : 0;
  return FILE_BASE | reading | (write ? R.FD_WRITE | R.FD_ALLOCATE | R.FD_FILESTAT_SET_SIZE : 0);
}

const UINT32 = 0xffff_ffffn;

/** A rights argument of the guest as a number; bits that mean nothing are dropped, as Go's runtime sets them all. */
export function rightsArgument(rights: bigint): number {
  return Number(rights & UINT32) & RIGHTS_ALL;
}
