import type { Inode } from './inode.ts';

/** What Tgetattr asks for: the reply message has these fields, so a backend fills it in place (stat(2), inode(7)). */
export interface Attr {
  /** Kind and permission bits. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  /** makedev(3) number of a device node, else 0. */
  rdev: number;
  /** Bytes; for a symlink the length of its target in bytes. */
  size: number;
  blksize: number;
  /** Blocks of 512 bytes. */
  blocks: number;
  atime_sec: number;
  atime_nsec: number;
  mtime_sec: number;
  mtime_nsec: number;
  ctime_sec: number;
  ctime_nsec: number;
  btime_sec: number;
  btime_nsec: number;
}

/** What Tsetattr asks for; the server has put the present time where none was sent. `valid` is SETATTR_* bits. */
export interface SetAttr {
  valid: number;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  atime_sec: number;
  atime_nsec: number;
  mtime_sec: number;
  mtime_nsec: number;
}

/** What Tstatfs asks for (statfs(2)). */
export interface StatFs {
  fstype: number;
  bsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
  files: number;
  ffree: number;
  /** An opaque number, in two halves. */
  fsid: number;
  namelen: number;
}

/**
 * A listing in progress, without `.` and `..`. Entries that are removed meanwhile are not given any
 * more, entries that stay are given once, entries that are added may or may not be (readdir(3)).
 */
export interface DirCursor {
  /** Moves to the next entry; false at the end. */
  next(): boolean;
  name: string;
  ino: number;
  /** S_IFMT bits. */
  kind: number;
  /**
   * The name of the entry that was given as number `index` (0, 1, …); empty when the directory has it no more. Without it
   * the server keeps the names.
   */
  nameAt?(index: number): string;
  /** Ends the listing early. */
  close(): void;
}

/** Something in a directory that its listing does not show. */
export interface Hidden {
  readonly name: string;
  /** Half a sentence. */
  readonly reason: string;
}

/** What a backend can do; the conformance suite skips by these flags and prints the reason. */
export interface Capabilities {
  /** Hard links can be made. */
  readonly hardLinks: boolean;
  /** Extended attributes are kept. */
  readonly xattrs: boolean;
  /** Files can be larger than memory: holes cost nothing. */
  readonly sparse: boolean;
  /** mknod of a fifo or a socket makes one. */
  readonly specialFiles: boolean;
  /** Times are kept to the nanosecond. */
  readonly nanoseconds: boolean;
}

/**
 * A store of inodes, addressed by object and never by path. The server decides what is allowed (names,
 * rename rules, who may be removed) and when data goes: a backend only does as it is told, and keeps an
 * inode's data, size, times and attributes after its last name is gone until `reclaim`.
 *
 * A method returns 0 or a positive Linux errno; one that returns a count returns it, or minus an errno;
 * one that returns an object returns it, or a positive errno. A method may also throw: the server
 * maps the error by its `code` (errno.ts, errnoOf).
 */
export interface Backend {
  /** For messages and for traces: `memfs`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /**
   * Whether every change is EROFS, times and O_TRUNC too, and nothing is `accessed`. The methods that change something
   * say so; the server does where Linux has the error before it looks at a name (unlink, rename).
   */
  readonly readOnly?: boolean;
  /**
   * Whether `rename` itself finds that a directory would be moved into itself (EINVAL), and that the target holds the
   * source (ENOTEMPTY), as that of a kernel does. Of others the server goes up from directory to directory.
   */
  readonly findsRings?: boolean;

  /** The directory that Tattach gives. */
  root(): Inode;

  /**
   * The entry `name` of a directory. ENOENT; the server has checked the name and that `dir` is a directory.
   * @param intent What for, and what else may be answered then (intent.ts); INTENT_FIND unless told; most backends need not
   *   care.
   */
  lookup(dir: Inode, name: string, intent?: number): Inode | number;
  /** The directory that holds this one; the root's is itself. ENOENT when it is gone. */
  parent(dir: Inode): Inode | number;
  /** How many names it has; 0 for what was removed, directories too. */
  nlink(inode: Inode): number;
  /** How many entries a directory has, without `.` and `..`; with `most`, it may stop counting there. */
  entries(dir: Inode, most?: number): number;

  getattr(inode: Inode, out: Attr): number;
  /** EFBIG, ENOSPC for a size; ENOTSUP for the mode of a symlink, which nobody looks at (chmod(2)). */
  setattr(inode: Inode, set: SetAttr): number;
  /** Size in bytes, for an append. */
  size(inode: Inode): number;

  /**
   * Makes a file, a directory or a special file that does not exist yet. `mode` has its S_IFMT bits,
   * `rdev` is 0 but for devices. ENOSPC, EPERM for a kind that cannot be made.
   */
  create(dir: Inode, name: string, mode: number, rdev: number, uid: number, gid: number): Inode | number;
  symlink(dir: Inode, name: string, target: string, uid: number, gid: number): Inode | number;
  link(dir: Inode, name: string, inode: Inode): number;
  /** Takes the name away, of an empty directory too; the inode itself stays until `reclaim`. */
  unlink(dir: Inode, name: string, inode: Inode): number;
  /** Moves a name; `target` is what the new name held until now and loses it, or null. */
  rename(oldDir: Inode, oldName: string, inode: Inode, newDir: Inode, newName: string, target: Inode | null): number;
  /** The target of a symlink; its times are touched by `accessed`. */
  readlink(inode: Inode): string | number;

  /** Opens a file or directory with Linux open(2) flags: a handle ≥ 0 for read, write and close; or −errno. */
  open(inode: Inode, flags: number): number;
  closeHandle(inode: Inode, handle: number): void;
  /** Copies file bytes from `offset` into `u8[start, end)`: the bytes copied, 0 at the end; or −errno. */
  read(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number;
  /** Copies `u8[start, end)` into the file at `offset`, filling a gap with zeros: the bytes copied; or −errno. */
  write(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number;
  /**
   * lseek(2), SEEK_DATA: the first offset from `offset` on that may hold anything but zeros; −ENXIO when none follows.
   * A backend without these two has data everywhere; extents.ts is for who calls them.
   */
  seekData?(inode: Inode, handle: number, offset: number): number;
  /** lseek(2), SEEK_HOLE: the first offset from `offset` on that is in a hole, or the size; −ENXIO from the size on. */
  seekHole?(inode: Inode, handle: number, offset: number): number;
  /**
   * Whether the blocks of `getattr` count all that holds data, so that a file that has shown as many bytes of it has no
   * more: for who reads a store that does not tell where data is.
   */
  countsBlocks?(inode: Inode): boolean;
  /** Touches times after one or more `read`s or `write`s of one message have moved bytes, a listing or `readlink`. */
  accessed(inode: Inode): void;
  modified(inode: Inode): void;
  fsync(inode: Inode, handle: number, datasync: boolean): number;

  /** Begins a listing. */
  list(dir: Inode): DirCursor | number;
  /** What a directory holds and does not list, for who promises to leave nothing out in silence. */
  hidden?(dir: Inode): readonly Hidden[];
  statfs(out: StatFs): number;

  /** The value of an extended attribute, ENODATA when it is not set. */
  getxattr(inode: Inode, name: string): Uint8Array | number;
  /** Sets one; `flags` is XATTR_CREATE, XATTR_REPLACE or 0. An empty value with XATTR_REPLACE removes it. */
  setxattr(inode: Inode, name: string, value: Uint8Array, flags: number): number;
  /** The names, in the order they were set. */
  listxattr(inode: Inode): string[] | number;

  /** The last fid is gone but the inode still has a name: what was held for it can be let go. */
  release(inode: Inode): void;
  /** The last name and the last fid are gone: frees the data. Not 0: it is kept and tried again later. */
  reclaim(inode: Inode): number;

  /**
   * Ends the backend: closes what it has open of the host, and what it opened itself, open handles too. From then on
   * every call is EIO and handles need not be closed; to close it again does nothing. Called by who made the backend,
   * never by a server or another backend that it was given to. Left out where nothing is held.
   */
  close?(): void;
}
