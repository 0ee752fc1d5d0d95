// The inodes of a store without a name, which its clones do not get.
import { RECLAIMED } from '../../backend/inode.ts';
import type { RamInode } from './inode.ts';

/** Places of reclaimed inodes that are left in the list, beside as many as there are others. */
const SPARE = 256;

/** The inodes that have lost their last name and are not reclaimed. */
export class OrphanList {
  /** The number of them. */
  count = 0;
  /** In [0, length) also reclaimed ones. It is reused, so that nothing is allocated. */
  private readonly list: (RamInode | null)[] = [];
  private length = 0;

  add(inode: RamInode): void {
    if (this.length > SPARE + 2 * this.count) this.compact();
    this.list[this.length++] = inode;
    this.count++;
  }

  /** One of them is about to be reclaimed. */
  remove(): void {
    this.count--;
    if (this.count === 0) this.length = 0;
  }

  private compact(): void {
    let kept = 0;
    this.each((inode) => {
      this.list[kept++] = inode;
    });
    this.list.length = this.length = kept;
  }

  each(act: (inode: RamInode) => void): void {
    for (let i = 0; i < this.length; i++) {
      const inode = this.list[i]!;
      if (inode.state !== RECLAIMED) act(inode);
    }
  }
}
