// The interface of a host tree, implemented by descriptor-tree.ts (descriptors) and path-tree.ts (paths).
import type { SetAttr, StatFs } from '../../../backend/backend.ts';
import type { FileCalls, HostFlags } from '../calls/calls.ts';
import type { Way } from '../options.ts';
import type { HostStat } from '../calls/host-stat.ts';
import type { HostInode } from './inode.ts';
import type { Listings } from './listings/listings.ts';
import type { NameIterator } from './listings/name-iterator.ts';
import type { InodeTable } from './table.ts';

/** A time for utimes of node:fs. */
export type HostTime = number | Date;

/** A directory and a name in it. */
export type DirName = readonly [dir: HostInode, name: string];

/**
 * The access to inodes: by held descriptors where the host has them (descriptor-tree.ts), otherwise by checked paths
 * (path-tree.ts). A method returns 0 or a positive errno; one that returns a descriptor returns it or −errno; one that
 * returns an object returns it or an errno. Any may also throw an error with a `code`, as the methods of Backend may.
 */
export interface HostTree {
  readonly way: Way;
  /** The guarantees that this tree cannot give, in a sentence or two; empty if it gives them all. */
  readonly limits: string;
  readonly table: InodeTable;
  readonly root: HostInode;
  readonly listings: Listings;
  /** Calls on open descriptors. */
  readonly calls: FileCalls;
  readonly flags: HostFlags;
  /** True if names and attributes are remembered without a look (HostDirOptions). */
  readonly cached: boolean;
  /** Forgets them, and remembers no more. */
  uncache(): void;
  /** True if `link` and `utimens` act on an inode; otherwise `linkAt` and `utimes` do what can be done. */
  readonly exact: boolean;
  /** As in HostCalls. */
  readonly rawNames: boolean;

  /**
   * Looks up a name in a directory. Returns an inode or an errno.
   * @param intent As in Backend.lookup: an assumed inode and ENOENT are valid answers where the following call finds
   *   out.
   */
  lookup(dir: HostInode, name: string, intent: number): HostInode | number;
  /** Returns the parent of a directory; ESTALE outside the root. */
  parent(dir: HostInode, intent: number): HostInode | number;
  /** Looks at one name without an inode: lstat(2). */
  statName(dir: HostInode, name: string, out: HostStat): number;
  /** Creates a regular file, with O_EXCL. Returns its inode. */
  create(dir: HostInode, name: string, mode: number): HostInode | number;
  /** Creates a directory. Returns its inode; one without a name if another process has removed it. */
  mkdir(dir: HostInode, name: string, mode: number): HostInode | number;
  /** Creates a fifo or a socket, as `mkdir`. EPERM if not `exact`. */
  mknod(dir: HostInode, name: string, mode: number): HostInode | number;
  /** Creates a symlink, as `mkdir`. */
  symlink(dir: HostInode, name: string, target: string): HostInode | number;
  unlink(dir: HostInode, name: string): number;
  rmdir(dir: HostInode, name: string): number;
  rename(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number;
  /** Links whatever has a name. */
  linkAt(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number;
  /** Links an inode. Only if `exact`. */
  link(inode: HostInode, dir: HostInode, name: string): number;
  /** Called when a read, a write or a name changes the attributes of an inode. */
  touched(inode: HostInode): void;
  /** Called after a change of an entry of a directory. */
  changed(dir: HostInode, name: string): void;
  /** Called after an inode was given this name. */
  place(inode: HostInode, dir: HostInode, name: string): void;
  /** Called before a name is removed, so that an inode in use survives. */
  hold(inode: HostInode): void;
  /** The inode has no fid: its descriptor may be closed, now or later. */
  release(inode: HostInode): void;
  /** Closes the descriptor of an inode and forgets it. */
  close(inode: HostInode): void;
  /** Closes the descriptors that `release` left open. */
  trim(): void;
  /** Closes all descriptors. */
  closeAll(): void;
  /** Called after a handle was closed that is the inode's own descriptor. */
  returned(inode: HostInode): void;
  /** The number of descriptors that hold inodes. */
  descriptors(): number;
  /** The number of known inodes. */
  known(): number;
  /** True if the inode stands for a name that was not looked up. */
  isAssumed(inode: HostInode): boolean;
  /** Returns an entry that led to the inode a moment ago, or null. */
  lastName(inode: HostInode): DirName | null;
  /** Returns an entry that leads to the inode now, or ENOENT. */
  nameOf(inode: HostInode): DirName | number;
  /** Reads the target of a symlink into the inode. */
  readTarget(inode: HostInode): number;
  /** True if the name is taken by another inode that the host does not distinguish, as `Foo` for `foo`. */
  aliased(dir: HostInode, name: string, inode: HostInode): boolean;

  stat(inode: HostInode, out: HostStat): number;
  /** Updates the inode's own record of its attributes. */
  look(inode: HostInode): number;
  /** Opens an inode with flags of the host. Returns a descriptor or −errno. */
  open(inode: HostInode, flags: number): number;
  /**
   * Returns true if the inode's own descriptor can serve as a handle; it counts as one until `returned`.
   * @param quiet True if reads must not move the access time.
   */
  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean;
  /**
   * Called with a new descriptor for reading, which may become the inode's own and be shared.
   * @param before `changes` of the inode before the open.
   */
  share(inode: HostInode, fd: number, before: number, quiet: boolean): void;
  /**
   * Opens a directory for its names.
   * @param atATime As in openNames; default 1.
   */
  names(dir: HostInode, atATime?: number): NameIterator | number;
  /**
   * True if the `kind` and inode number that `names` has of an entry are those of stat(2), unless the entry is a
   * directory, on which another file system may be mounted.
   */
  listsInodes(dir: HostInode): boolean;
  /** Returns the names as bytes. Only if not `rawNames`. */
  listBytes(dir: HostInode): Uint8Array[] | number;
  chmod(inode: HostInode, mode: number): number;
  chown(inode: HostInode, uid: number, gid: number): number;
  /** utimensat(2). Only if `exact`. */
  utimens(inode: HostInode, set: SetAttr): number;
  /** utimes(2) as node:fs takes times. Only if not `exact`. */
  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): number;
  /** As in FileCalls, with positive errnos. ENOTSUP if not `exact`. */
  getxattr(inode: HostInode, name: string): Uint8Array | number;
  setxattr(inode: HostInode, name: string, value: Uint8Array, flags: number): number;
  listxattr(inode: HostInode): string[] | number;
  /** The file system of the root. */
  statfs(out: StatFs): number;
  /** f_type of the file system of an inode; −1 if it cannot be determined. */
  fsType(inode: HostInode): number;
}
