// The inode of a memfs node.
import { S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { Inode } from '../../backend/inode.ts';
import type { Xattrs } from '../../backend/xattrs.ts';
import type { CoreLink, CoreNode } from './core.ts';

/**
 * The inode of a memfs node: with an inode number that is never reused (memfs reuses its own at once) and times in
 * nanoseconds (memfs has milliseconds).
 *
 * An orphan is an inode that is `removed`, or whose node counts no name but those `lost`: JavaScript removes names
 * without telling memfs, so that both are recounted when `epoch` is over.
 */
export class MemfsInode extends Inode {
  /** Replaced for the root by `reset()`. */
  node: CoreNode;
  /** The entry it was last seen under; for a directory the only one, which holds its children. */
  link: CoreLink;
  /**
   * True for a directory outside the tree, or a file without names, whether removed by this server or by JavaScript.
   */
  removed = false;
  /** Names that memfs still counts although they are lost, as of `epoch`. */
  lost = 0;
  epoch = 0;
  /** The number of names found by the last count, and the epoch of that count. */
  names = 0;
  counted = -1;
  atime_sec = 0;
  atime_nsec = 0;
  mtime_sec = 0;
  mtime_nsec = 0;
  ctime_sec = 0;
  ctime_nsec = 0;
  btime_sec = 0;
  btime_nsec = 0;
  /** The Date objects made of the times above, to detect those set by JavaScript. */
  atime: Date | null = null;
  mtime: Date | null = null;
  ctime: Date | null = null;
  btime: Date | null = null;
  /** The name under which it was listed last, which is valid in 9P. */
  listedAs = '';
  /** Extended attributes, in insertion order. */
  xattrs: Xattrs | null = null;

  constructor(ino: number, node: CoreNode, link: CoreLink) {
    super(ino, node.mode & S_IFMT || S_IFREG);
    this.node = node;
    this.link = link;
    // memfs has had it since 4.70.
    node._btime ??= node._ctime;
  }
}
