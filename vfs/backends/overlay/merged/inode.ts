// The inode of the merged tree.
import { S_IFDIR } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';
import type { Whiteouts } from './whiteouts.ts';

/** Attributes that a copy in the upper layer cannot carry and that are shown all the same. */
export interface KeptAttributes {
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
 *
 * LIVE, QUEUED and RECLAIMED are as in any store. An orphan is a directory that is `removed`, or a file whose layers
 * count no name that shows (`lost`). Besides the references of the server (`refs`), the overlay counts its own: `holds`
 * includes one for a server that knows the inode, so that it outlives its fids while it is QUEUED.
 */
export class OverlayInode extends Inode {
  // Its inodes in the layers: at least one.

  upper: Inode | null = null;
  lower: Inode | null = null;
  /** True if `upper` is a copy of a lower inode; the inode number is that of the lower one. */
  copied = false;
  /** Attributes of the lower inode that a copy cannot carry. */
  kept: KeptAttributes | null = null;
  /** Open handles (handles.ts). */
  handles: number[] | null = null;

  // Its place in the tree.

  /** The directory it was last seen in, null for the root; and its name there, '' once that name was removed. */
  parent: OverlayInode | null = null;
  name = '';
  /** Other directories that fids may have come through, referenced as long as this inode is. */
  others: OverlayInode[] | null = null;

  // Its users. At 0 `holds` the layers may release their inodes, and the object is forgotten.

  /** Their number: a server, inodes last seen in this directory, a pin. */
  holds = 0;
  /** True while a server knows the inode, with or without a fid. */
  served = false;
  /** True if it is referenced for good: the layers could not reproduce its state. */
  pinned = false;

  // Its names, as they differ from those of the lower inode.

  /** True for a directory that was removed. */
  removed = false;
  /** For a file: the number of its lower names that do not show. */
  lost = 0;
  /** For a directory: the difference in subdirectories to the lower directory; may be negative. */
  subdirs = 0;
  /** For a merged directory: the lower names that do not show. */
  whiteouts: Whiteouts | null = null;

  get isDir(): boolean {
    return this.kind === S_IFDIR;
  }

  hides(name: string): boolean {
    return this.whiteouts !== null && this.whiteouts.has(name);
  }
}
