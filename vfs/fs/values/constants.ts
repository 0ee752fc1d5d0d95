// `constants` of node:fs.
import * as linux from '../../linux/constants.ts';

/** `constants` of node:fs, with the numbers of x86 Linux, which 9P uses on every machine. */
export const constants = Object.freeze({
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
  COPYFILE_EXCL: 1,
  COPYFILE_FICLONE: 2,
  COPYFILE_FICLONE_FORCE: 4,
  O_RDONLY: linux.O_RDONLY,
  O_WRONLY: linux.O_WRONLY,
  O_RDWR: linux.O_RDWR,
  O_CREAT: linux.O_CREAT,
  O_EXCL: linux.O_EXCL,
  O_TRUNC: linux.O_TRUNC,
  O_APPEND: linux.O_APPEND,
  O_DIRECTORY: linux.O_DIRECTORY,
  O_NOFOLLOW: linux.O_NOFOLLOW,
  O_SYNC: linux.O_SYNC,
  O_DSYNC: linux.O_DSYNC,
  O_NONBLOCK: linux.O_NONBLOCK,
  S_IFMT: linux.S_IFMT,
  S_IFREG: linux.S_IFREG,
  S_IFDIR: linux.S_IFDIR,
  S_IFLNK: linux.S_IFLNK,
  S_IFCHR: linux.S_IFCHR,
  S_IFBLK: linux.S_IFBLK,
  S_IFIFO: linux.S_IFIFO,
  S_IFSOCK: linux.S_IFSOCK,
});
