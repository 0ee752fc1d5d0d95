import { S_IFMT, S_IFREG } from '../../9p/constants.ts';
import { Inode } from '../inode.ts';
import type { CoreLink, CoreNode } from './core.ts';

/**
 * The server's view of a memfs node: an inode number that is never used again (memfs reuses its own at once) and
 * times to the nanosecond (memfs keeps milliseconds).
 */
export class MemfsInode extends Inode {
  readonly node: CoreNode;
  /** The entry it was last seen under; of a directory the only one, which holds its children. */
  link: CoreLink;
  /** Taken out of its directory by this server. */
  removed = false;
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
  xattrs: Map<string, Uint8Array> | null = null;

  constructor(ino: number, node: CoreNode, link: CoreLink) {
    super(ino, node.mode & S_IFMT || S_IFREG);
    this.node = node;
    this.link = link;
  }
}
