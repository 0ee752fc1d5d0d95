// The records of attributes that a backend fills and reads: of an inode, to be set, of the file system.

/**
 * Attributes of an inode (stat(2), inode(7)). The Rgetattr message has these fields, so that a backend fills the reply
 * in place. Times are split: `_sec` are whole seconds since 1970-01-01 00:00 UTC, negative before; `_nsec` are the
 * nanoseconds within that second, 0 to 999,999,999. All numbers are integers from −(2^53 − 1) to 2^53 − 1.
 */
export interface Attr {
  /** S_IFMT bits and permission bits (07777). */
  mode: number;
  uid: number;
  gid: number;
  /** As `Backend.nlink`. */
  nlink: number;
  /** The makedev(3) number of a device node, else 0. */
  rdev: number;
  /** In bytes; of a symlink the length of its target in UTF-8. A directory's is the store's own choice. */
  size: number;
  /** Preferred size of a read or write, in bytes. */
  blksize: number;
  /** Allocated space in blocks of 512 bytes, whatever `blksize` is. */
  blocks: number;
  /** Last access. */
  atime_sec: number;
  atime_nsec: number;
  /** Last change of the data, or of a directory's entries. */
  mtime_sec: number;
  mtime_nsec: number;
  /** Last change of the data, of the attributes or of nlink. */
  ctime_sec: number;
  ctime_nsec: number;
  /** Creation. */
  btime_sec: number;
  btime_nsec: number;
}

/**
 * Attributes to set (chmod(2), chown(2), truncate(2), utimensat(2)): the fields whose SETATTR_* bit is in `valid`; the
 * others hold anything. The server has put the present time in where the client sent none (UTIME_NOW): there the _SET
 * bit is missing, and the ctime of the change is the same time.
 */
export interface SetAttr {
  valid: number;
  /** Permission bits; S_IFMT bits are ignored. */
  mode: number;
  uid: number;
  gid: number;
  /** In bytes. */
  size: number;
  /** Units as in `Attr`. */
  atime_sec: number;
  atime_nsec: number;
  mtime_sec: number;
  mtime_nsec: number;
}

/** Figures of the file system (statfs(2)). */
export interface StatFs {
  /** The server has set it to V9FS_MAGIC. */
  fstype: number;
  /** Bytes of a block: the unit of `blocks`, `bfree` and `bavail`. */
  bsize: number;
  /** Total, in blocks of `bsize` bytes. */
  blocks: number;
  /** Free blocks. */
  bfree: number;
  /** Free blocks that an unprivileged user may take. */
  bavail: number;
  /** Inodes in total. */
  files: number;
  /** Inodes that can still be made. */
  ffree: number;
  /** Longest name in bytes. The server has set it to NAME_MAX. */
  namelen: number;
}

/** Returns attributes that are all 0. */
export function noAttr(): Attr {
  return {
    mode: 0,
    uid: 0,
    gid: 0,
    nlink: 0,
    rdev: 0,
    size: 0,
    blksize: 0,
    blocks: 0,
    atime_sec: 0,
    atime_nsec: 0,
    mtime_sec: 0,
    mtime_nsec: 0,
    ctime_sec: 0,
    ctime_nsec: 0,
    btime_sec: 0,
    btime_nsec: 0,
  };
}

/** Returns a setattr that sets nothing. */
export function noSetAttr(): SetAttr {
  const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
  return { valid: 0, mode: 0, uid: 0, gid: 0, size: 0, ...times };
}

/**
 * Fills the attributes of a file of root's with one name, whose times are all the same, for a `getattr` that knows no
 * others. A caller may change single fields afterwards.
 * @param mode S_IFMT bits and permission bits.
 * @param size In bytes.
 * @param sec Seconds since 1970-01-01 00:00 UTC.
 * @param nsec Nanoseconds within that second.
 */
export function fillSimpleAttr(out: Attr, mode: number, size: number, sec = 0, nsec = 0): void {
  out.mode = mode;
  out.uid = out.gid = out.rdev = 0;
  out.nlink = 1;
  out.size = size;
  out.blksize = 4096;
  out.blocks = Math.ceil(size / 512);
  out.atime_sec = out.mtime_sec = out.ctime_sec = out.btime_sec = sec;
  out.atime_nsec = out.mtime_nsec = out.ctime_nsec = out.btime_nsec = nsec;
}
