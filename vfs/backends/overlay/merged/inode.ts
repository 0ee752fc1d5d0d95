// The inode of the merged tree.
import { S_IFDIR } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';

/** Attributes that a copy in the upper layer cannot carry and that are shown all the same. */
export interface Kept {
  /**
   * True if the ctime below is shown, until the next change of the inode: a copy-up is not a change. False: the ctime
   * of the layer.
   */
  hasCtime: boolean;
  ctime_sec: number;
  ctime_nsec: number;
  /** True if the birth time and rdev below are shown. False: those of the layer. */
  hasBtime: boolean;
  btime_sec: number;
  btime_nsec: number;
  rdev: number;
}

/**
 * An inode of the merged tree: one object for all its names and both layers. It has a lower inode until its first
 * change, then an upper one. A directory keeps both while the lower one has entries to show, a file while names in the
 * lower layer lead to it.
 */
export class OverlayInode extends Inode {
  upper: Inode | null = null;
  lower: Inode | null = null;
  /** The directory it was last seen in, null for the root; and its name there, '' once that name was removed. */
  parent: OverlayInode | null = null;
  name = '';
  /** Other directories that fids may have come through, referenced as long as this inode is. */
  others: OverlayInode[] | null = null;
  /** The reference count: the server, inodes last seen in it, a pin. At 0 the layers may release their inodes. */
  holds = 0;
  /** True while the server knows the inode, with or without a fid. */
  served = false;
  /** True if it is referenced for good: the layers could not reproduce its state. */
  pinned = false;
  /** True for a copy of a lower inode. */
  copied = false;
  /** True for a directory that was removed. */
  removed = false;
  /** True once it was reclaimed. */
  dead = false;
  /**
   * For a merged directory: the names of the lower directory that do not show, since they were removed or the upper
   * directory has them. The value is true if the lower directory has an entry of that name.
   */
  hidden: Map<string, boolean> | null = null;
  /** The number of hidden names that the lower directory has. */
  covered = 0;
  /** The difference in subdirectories to the lower directory; may be negative. */
  subdirs = 0;
  /** For a file: the number of its lower names that do not show. */
  lost = 0;
  /** Open handles (handles.ts). */
  handles: number[] | null = null;
  kept: Kept | null = null;

  get isDir(): boolean {
    return this.kind === S_IFDIR;
  }

  hides(name: string): boolean {
    return this.hidden !== null && this.hidden.has(name);
  }
}
