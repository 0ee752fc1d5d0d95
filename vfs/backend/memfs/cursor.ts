import type { DirCursor } from '../backend.ts';
import type { CoreLink } from './core.ts';
import type { MemfsInode } from './inode.ts';

/** A listing of a memfs directory: the iterator of its Map goes on rightly when entries come and go. */
export class MemfsCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly entries: Iterator<[string, CoreLink | undefined]>;
  private readonly inodeOf: (link: CoreLink) => MemfsInode;

  constructor(dir: MemfsInode, inodeOf: (link: CoreLink) => MemfsInode) {
    this.entries = dir.link.children.entries();
    this.inodeOf = inodeOf;
  }

  next(): boolean {
    for (;;) {
      const step = this.entries.next();
      if (step.done === true) return false;
      const [name, link] = step.value;
      if (link === undefined || name === '.' || name === '..') continue;
      const inode = this.inodeOf(link);
      this.name = name;
      this.ino = inode.ino;
      this.kind = inode.kind;
      return true;
    }
  }

  close(): void {
    // Nothing is held.
  }
}
