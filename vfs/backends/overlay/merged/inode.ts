// The inode of the merged tree.
import { S_IFDIR } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';

/** What a copy in the upper layer cannot hold, and shows all the same. */
export interface Kept {
  /** The ctime to show until the next change of the inode; a copy-up is none. False: the layer's own. */
  hasCtime: boolean;
  ctime_sec: number;
  ctime_nsec: number;
  /** When the lower file was made; false while it is the layer's own to tell. */
  hasBtime: boolean;
  btime_sec: number;
  btime_nsec: number;
  rdev: number;
}

/**
 * A file of the merged tree: one object however many names and layers it has. It has an inode of the lower layer until
 * it is first changed, then one of the upper layer. A directory keeps both as long as its lower one has entries to
 * show, and a file does as long as names in the lower layer lead to it.
 */
export class OverlayInode extends Inode {
  upper: Inode | null = null;
  lower: Inode | null = null;
  /** The directory it was last seen in, null for the root; and its name there, '' once that was taken away. */
  parent: OverlayInode | null = null;
  name = '';
  /** Other directories that fids may have come by: they stay as long as this one is held. */
  others: OverlayInode[] | null = null;
  /** How many hold it: the server, what was seen in it, the overlay itself. With none the layers may let go. */
  holds = 0;
  /** The server has it, with a fid or in passing. */
  served = false;
  /** It is held for good: what the overlay knows of it, the layers could not tell again. */
  pinned = false;
  /** It is a copy of a lower inode. */
  copied = false;
  /** A directory that was taken out of the tree. */
  removed = false;
  /** Reclaimed. */
  dead = false;
  /**
   * Of a directory with both layers: names of the lower one that do not count, as the upper one has them or they went;
   * and whether the lower one has them at all.
   */
  hidden: Map<string, boolean> | null = null;
  /** How many of them the lower directory has. */
  covered = 0;
  /** How many directories it has more than its lower one, or fewer. */
  subdirs = 0;
  /** Of a file: how many of its lower names do not count any more. */
  lost = 0;
  /** Its open handles (handles.ts). */
  handles: number[] | null = null;
  kept: Kept | null = null;

  get isDir(): boolean {
    return this.kind === S_IFDIR;
  }

  hides(name: string): boolean {
    return this.hidden !== null && this.hidden.has(name);
  }
}
