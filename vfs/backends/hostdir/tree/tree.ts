// The interface of a host tree, implemented by proc-tree.ts (descriptors) and path-tree.ts (paths).
import type { HostInode } from './inode.ts';
import type { Listings } from './listings.ts';
import type { Names } from './names.ts';
import type { InodeTable } from './table.ts';
import type { Stats } from '../node/node.ts';

/** A time for utimes of node:fs. */
export type HostTime = number | Date;

/**
 * The access to inodes: by held descriptors where the host has them (proc-tree.ts), otherwise by checked paths
 * (path-tree.ts). All methods throw the errors of node:fs or a HostError; those that say so return an errno.
 */
export interface HostTree {
  /** The guarantees that this tree cannot give, in a sentence or two; empty if it gives them all. */
  readonly limits: string;
  readonly table: InodeTable;
  readonly root: HostInode;
  readonly listings: Listings;

  /**
   * Looks up a name in a directory. Returns an inode or an errno.
   * @param intent As in Backend.lookup: an assumed inode and ENOENT are valid answers where the following call finds
   *   out.
   */
  lookup(dir: HostInode, name: string, intent: number): HostInode | number;
  /** Returns the parent of a directory; ESTALE outside the root. */
  parent(dir: HostInode): HostInode | number;
  /** Creates a file at a path of `entry`. Returns its descriptor. */
  create(path: string, flags: number, mode: number): number;
  /** Returns the inode of a file that was just created. Takes the descriptor over. */
  adopt(dir: HostInode, name: string, fd: number): HostInode;
  /**
   * Returns the inode of a directory or symlink that was just created; one without a name if another process has
   * removed it.
   */
  adoptName(dir: HostInode, name: string, kind: number): HostInode;
  /** Called after a change of the entries of a directory. */
  changed(dir: HostInode): void;
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

  /** Returns a path for calls that act on a name in a directory without following a symlink. */
  entry(dir: HostInode, name: string): string;
  /** Returns a path of the root itself, for statfs. */
  pathOfRoot(): string;
  /** True if the inode stands for a name that was not looked up. */
  isAssumed(inode: HostInode): boolean;
  /** Returns a path that leads to this inode only; null if there is none. */
  statfsPath(inode: HostInode): string | null;
  /** Returns a path that led to the inode a moment ago, or null. */
  lastName(inode: HostInode): string | null;
  /** Returns a path that is a name of the inode now, or ENOENT. */
  nameOf(inode: HostInode): string | number;
  /** Reads the target of a symlink into the inode. */
  readTarget(inode: HostInode): void;
  /** True if the name is taken by another inode that the host does not distinguish, as `Foo` for `foo`. */
  aliased(dir: HostInode, name: string, inode: HostInode): boolean;

  stat(inode: HostInode): Stats;
  /** Opens an inode with flags of the host. Returns a descriptor. */
  open(inode: HostInode, flags: number): number;
  /**
   * Returns true if the inode's own descriptor can serve as a handle; it counts as one until `returned`.
   * @param quiet True if reads must not move the access time.
   */
  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean;
  /**
   * Called with a new descriptor for reading, which may become the inode's own and be shared.
   * @param before The ctime before the open.
   */
  share(inode: HostInode, fd: number, before: bigint, quiet: boolean): void;
  /**
   * Opens a directory for its names.
   * @param atATime As in openNames; default 1.
   */
  names(dir: HostInode, atATime?: number): Names;
  /** Returns the names as bytes, which may not be UTF-8. */
  listBytes(dir: HostInode): Uint8Array[];
  chmod(inode: HostInode, mode: number): void;
  chown(inode: HostInode, uid: number, gid: number): void;
  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): void;
}
