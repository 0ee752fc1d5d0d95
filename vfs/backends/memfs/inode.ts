// The inode of a memfs node.
import { S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { Inode } from '../../backend/inode.ts';
import type { Xattrs } from '../../backend/xattrs.ts';
import type { CoreLink, CoreNode } from './core.ts';

/**
 * The server's view of a memfs node: an inode number that is never used again (memfs reuses its own at once) and
 * times to the nanosecond (memfs keeps milliseconds).
 */
export class MemfsInode extends Inode {
  /** Of the root another one after `reset()`. */
  node: CoreNode;
  /** The entry it was last seen under; of a directory the only one, which holds its children. */
  link: CoreLink;
  /** A directory that is out of the tree, or a file without names: by this server, or by JavaScript. */
  removed = false;
  /** Names that memfs counts and that are lost, as of the backend's epoch. */
  lost = 0;
  epoch = 0;
  /** How many names were found, when they were last looked for, in which epoch. */
  names = 0;
  counted = -1;
  atime_sec = 0;
  atime_nsec = 0;
  mtime_sec = 0;
  mtime_nsec = 0;
  ctime_sec = 0;
  ctime_nsec = 0;
  /** The Date objects that the times above were put into, to see when JavaScript has set others. */
  atime: Date | null = null;
  mtime: Date | null = null;
  ctime: Date | null = null;
  /** Extended attributes, in the order they were set. */
  xattrs: Xattrs | null = null;

  constructor(ino: number, node: CoreNode, link: CoreLink) {
    super(ino, node.mode & S_IFMT || S_IFREG);
    this.node = node;
    this.link = link;
  }
}
