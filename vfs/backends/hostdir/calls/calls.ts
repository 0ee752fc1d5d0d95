// The calls of the host that the tree of descriptors is made of. Implemented through node:fs and /proc (proc-calls.ts)
// and through libc (libc/libc-calls.ts). Types only.
import type { SetAttr, StatFs } from '../../../backend/backend.ts';
import type { ForeignLock } from '../../../backend/capabilities.ts';
import type { NameIterator } from '../tree/listings/name-iterator.ts';
import type { Way } from '../options.ts';
import type { HostStat } from './host-stat.ts';

/**
 * Calls on an open descriptor. Each returns a result ≥ 0, or −errno; none throws for an error of the host. None retries,
 * neither after EINTR nor after EMFILE.
 */
export interface FileCalls {
  /** read(2) at a position, of at most 2^30 bytes. Returns a count. */
  read(fd: number, u8: Uint8Array, at: number, length: number, position: number): number;
  /** write(2) at a position, of at most 2^30 bytes. Returns a count. */
  write(fd: number, u8: Uint8Array, at: number, length: number, position: number): number;
  /** ftruncate(2). */
  truncate(fd: number, size: number): number;
  /** fallocate(2) with mode 0. −ENOTSUP: the file system has none, or there is no such call. */
  allocate(fd: number, offset: number, length: number): number;
  /** fsync(2), or fdatasync(2). */
  sync(fd: number, dataOnly: boolean): number;
  /** fstat(2). The descriptor may be one of O_PATH. */
  stat(fd: number, out: HostStat): number;
  /** close(2). The descriptor is closed whatever it returns. */
  close(fd: number): number;
  /** lseek(2) with SEEK_DATA or SEEK_HOLE, whichever `whence` is; −ENOSYS where there is no such call. */
  seek(fd: number, offset: number, whence: number): number;
  /**
   * fcntl(2) F_OFD_SETLK: locks bytes for an open file, or unlocks them; never waits. −EAGAIN: another open file, or
   * another process, has a conflicting lock; −ENOSYS where there is no such call.
   * @param type LOCK_TYPE_*, which are the numbers of fcntl(2).
   * @param length 0 for the end of the file, however far it grows.
   */
  lock(fd: number, type: number, start: number, length: number): number;
  /** fcntl(2) F_OFD_GETLK: the lock that would make `lock` fail. −ENOSYS where there is no such call. */
  foreignLock(fd: number, type: number, start: number, length: number, out: ForeignLock): number;
  /** fcntl(2) F_DUPFD_CLOEXEC: another descriptor of the same open file. −ENOSYS where there is no such call. */
  duplicate(fd: number): number;
}

/** Flags of open(2) with the numbers of this host. */
export interface HostFlags {
  readonly O_RDONLY: number;
  readonly O_WRONLY: number;
  readonly O_RDWR: number;
  readonly O_CREAT: number;
  readonly O_EXCL: number;
  readonly O_APPEND: number;
  readonly O_DIRECTORY?: number;
  readonly O_NOFOLLOW?: number;
  readonly O_SYNC?: number;
  readonly O_DSYNC?: number;
  readonly O_NOATIME?: number;
}

/** News of changes in directories, which the kernel has by the time that the change is done. */
export interface DirectoryNews {
  /** Begins to watch a directory, given by its descriptor. Returns the number of the watch, or −1. */
  watch(dir: number): number;
  /** Ends a watch. News of it may still come. */
  unwatch(watch: number): void;
  /**
   * Calls `changed` for each watch of a directory whose entries or permissions have changed, which may have ended.
   * @returns False if news were lost.
   */
  poll(changed: (watch: number) => void): boolean;
  close(): void;
}

/**
 * Calls below a directory and on an inode, both given by descriptors of O_PATH. A `name` is one component, checked by
 * the callee (−EINVAL), and never a symlink that is followed. Results as in FileCalls.
 */
export interface HostCalls extends FileCalls {
  readonly way: Way;
  readonly flags: HostFlags;
  /**
   * True if `readlink`, `link` and `utimes` act on the inode of a descriptor, so that no name has to be found and
   * checked for it.
   */
  readonly exact: boolean;
  /** True if names that are not UTF-8 can be reached and are listed. */
  readonly rawNames: boolean;

  /** Opens the news of changes in directories, with a descriptor of its own; null if there are none here. */
  news(): DirectoryNews | null;
  /** Returns a descriptor of its own for a directory that node:fs has opened with O_PATH, or that one. */
  own(fd: number): number;
  /** Opens one name, with O_NOFOLLOW. Returns a descriptor. */
  openAt(dir: number, name: string, flags: number, mode: number): number;
  /**
   * Opens a path of several names with O_PATH, beneath a directory and without any symlink on the way; a symlink at the
   * end is opened itself. Returns a descriptor; −ENOSYS where there is no such call, or none at present.
   */
  openBeneath(dir: number, names: readonly string[]): number;
  /** Opens the directory `levels` above, with O_PATH; at most the root of the host. Returns a descriptor. */
  openUp(dir: number, levels: number): number;
  /** Opens the inode of a descriptor anew. The caller knows that it is a regular file or a directory, or O_PATH is set. */
  reopen(fd: number, flags: number): number;
  /** lstat(2) of one name. */
  statAt(dir: number, name: string, out: HostStat): number;
  mkdirAt(dir: number, name: string, mode: number): number;
  /** mknod(2) of a fifo or a socket. −EPERM if not `exact`. */
  mknodAt(dir: number, name: string, mode: number): number;
  symlinkAt(target: string, dir: number, name: string): number;
  unlinkAt(dir: number, name: string): number;
  rmdirAt(dir: number, name: string): number;
  renameAt(oldDir: number, oldName: string, newDir: number, newName: string): number;
  /** link(2) of a name; a symlink itself is linked. */
  linkAt(oldDir: number, oldName: string, newDir: number, newName: string): number;
  /** link(2) of the inode of a descriptor. Only if `exact`. */
  link(fd: number, dir: number, name: string): number;
  /** The target of the symlink of a descriptor. Only if `exact`. */
  readlink(fd: number): Uint8Array | number;
  /** The target of a symlink by its name. */
  readlinkAt(dir: number, name: string): Uint8Array | number;
  chmod(fd: number, mode: number): number;
  /** −1 leaves an owner as it is. */
  chown(fd: number, uid: number, gid: number): number;
  /** utimensat(2) of the times in `set.valid`. Only if `exact`. */
  utimens(fd: number, set: SetAttr): number;
  /** utimes(2) as node:fs takes times. Only if not `exact`. */
  utimes(fd: number, atime: number | Date, mtime: number | Date): number;
  /** A copy of the value of an extended attribute, or −errno; −ENOTSUP if not `exact`, as those below. */
  getxattr(fd: number, name: string): Uint8Array | number;
  /** setxattr(2); removexattr(2) for an empty value with XATTR_REPLACE. */
  setxattr(fd: number, name: string, value: Uint8Array, flags: number): number;
  /** The names of all extended attributes, or −errno. */
  listxattr(fd: number): string[] | number;
  statfs(fd: number, out: StatFs): number;
  /** f_type of statfs(2), or −errno. */
  fsType(fd: number): number;
  /**
   * Begins to read the names of a directory, with a descriptor of its own, or −errno.
   * @param atATime The number of entries read ahead, where that matters.
   */
  names(dir: number, atATime: number): NameIterator | number;
  /** All names of a directory as bytes, also those that cannot be reached. Only if not `rawNames`. */
  listBytes(dir: number): Uint8Array[] | number;
  /** The path of a descriptor at present; null if it was removed; empty if it cannot be determined. */
  placeOf(fd: number): string | null;
}
