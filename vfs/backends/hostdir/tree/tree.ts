// The interface of a host tree, implemented by proc-tree.ts (descriptors) and path-tree.ts (paths).
import type { HostInode } from './inode.ts';
import type { Listings } from './listings.ts';
import type { Names } from './names.ts';
import type { InodeTable } from './table.ts';
import type { Stats } from '../node/node.ts';

/** A time as utimes of node:fs takes it. */
export type HostTime = number | Date;

/**
 * How inodes are reached: by held descriptors where the host has them (proc-tree.ts), else by paths that are
 * checked (path-tree.ts). All methods throw what node:fs throws, or a HostError; those that say so return an errno.
 */
export interface HostTree {
  /** What this way cannot promise, in a sentence or two; empty when nothing. */
  readonly limits: string;
  readonly table: InodeTable;
  readonly root: HostInode;
  readonly listings: Listings;

  /**
   * The entry of a directory, or an errno.
   * @param intent As in Backend.lookup: `unseen` and ENOENT are answers where the call that follows knows better.
   */
  lookup(dir: HostInode, name: string, intent: number): HostInode | number;
  /** The directory above, never one outside the root's: ESTALE. */
  parent(dir: HostInode): HostInode | number;
  /** Makes a file at what `entry` gave: its descriptor. */
  create(path: string, flags: number, mode: number): number;
  /** The record of the file that was just made: by its descriptor, which is kept. */
  adopt(dir: HostInode, name: string, fd: number): HostInode;
  /** What is known of the directory or symlink that was just made; one without a name when others have removed it. */
  adoptName(dir: HostInode, name: string, kind: number): HostInode;
  /** Called once entries of a directory were changed. */
  changed(dir: HostInode): void;
  /** Called once an inode has this name. */
  place(inode: HostInode, dir: HostInode, name: string): void;
  /** Called before a name is taken, so that an inode in use outlives it. */
  hold(inode: HostInode): void;
  /** Nobody uses the inode: its descriptor may be closed, at once or later. */
  release(inode: HostInode): void;
  /** Closes the inode's descriptor and forgets it. */
  close(inode: HostInode): void;
  /** Closes what `release` has left open. */
  trim(): void;
  /** Closes all. */
  closeAll(): void;
  /** A handle was closed that was the inode's own descriptor. */
  returned(inode: HostInode): void;
  /** How many descriptors hold inodes. */
  descriptors(): number;
  /** How many inodes are known. */
  known(): number;

  /** A path for calls that act on a name in a directory and follow no symlink there. */
  entry(dir: HostInode, name: string): string;
  /** A path of the root itself, for statfs. */
  pathOfRoot(): string;
  /** Whether it stands for a name that nobody has looked at. */
  isAssumed(inode: HostInode): boolean;
  /** A path that leads to the inode and to nothing else; null where there is none. */
  statfsPath(inode: HostInode): string | null;
  /** A path that led to the inode a moment ago, or null. */
  lastName(inode: HostInode): string | null;
  /** A path that leads to the inode now, as some name of it; ENOENT. */
  nameOf(inode: HostInode): string | number;
  /** Reads the target of a symlink into the inode. */
  readTarget(inode: HostInode): void;
  /** Whether the name stands for something else that the host does not tell apart, as `Foo` for `foo`. */
  aliased(dir: HostInode, name: string, inode: HostInode): boolean;

  stat(inode: HostInode): Stats;
  /** Opens with the host's flags: a descriptor. */
  open(inode: HostInode, flags: number): number;
  /**
   * Whether the inode's own descriptor does for a handle; then it counts as one until `returned`.
   * @param quiet Reading must not move the access time.
   */
  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean;
  /** Called with a new descriptor for reading, and the ctime before: it may become the inode's own, and shares. */
  share(inode: HostInode, fd: number, before: bigint, quiet: boolean): void;
  /** Opens a directory for the names in it; `atATime` as in openNames, 1 unless told. */
  names(dir: HostInode, atATime?: number): Names;
  /** The names as they are, which need not be UTF-8. */
  listBytes(dir: HostInode): Uint8Array[];
  chmod(inode: HostInode, mode: number): void;
  chown(inode: HostInode, uid: number, gid: number): void;
  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): void;
}
