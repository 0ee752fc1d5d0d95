import { S_IFMT } from '../../9p/constants.ts';
import type { DirCursor } from '../backend.ts';
import type { HostInode } from './inode.ts';
import { BIG_OR_NONE, type Fs } from './node.ts';
import type { HostTree } from './tree.ts';

/**
 * A listing: the names as they were when it began, each looked at when its turn comes, so that what was removed
 * meanwhile is left out and the inode number is the one that stat gives.
 *
 * A name of the host that is not UTF-8 is hidden: node:fs gives it with replacement characters, and no file of that
 * name is there.
 */
export class HostCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly fs: Fs;
  private readonly tree: HostTree;
  private readonly dir: HostInode;
  private readonly names: string[];
  private at = 0;

  constructor(fs: Fs, tree: HostTree, dir: HostInode) {
    this.fs = fs;
    this.tree = tree;
    this.dir = dir;
    const names = tree.list(dir);
    // Two names that are not UTF-8 may look the same, or like one that is there.
    this.names = names.some((name) => name.includes('\ufffd')) ? [...new Set(names)] : names;
  }

  next(): boolean {
    while (this.at < this.names.length) {
      const name = this.names[this.at++]!;
      const st = this.fs.lstatSync(this.tree.entry(this.dir, name), BIG_OR_NONE);
      if (st === undefined) continue;
      this.name = name;
      this.ino = this.tree.table.inoOf(st);
      this.kind = Number(st.mode) & S_IFMT;
      return true;
    }
    return false;
  }

  close(): void {
    this.at = this.names.length;
  }
}
