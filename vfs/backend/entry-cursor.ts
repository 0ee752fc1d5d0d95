// The directory listing of a directory that does not change, from its entries.
import type { DirCursor } from './backend.ts';
import type { Inode } from './inode.ts';

/** A listing of a directory that never changes. */
export class EntryCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly entries: Iterator<readonly [string, Inode]>;

  /** @param entries Name and inode of each entry, without `.` and `..`: a Map, for example. */
  constructor(entries: Iterable<readonly [string, Inode]>) {
    this.entries = entries[Symbol.iterator]();
  }

  next(): boolean {
    const step = this.entries.next();
    if (step.done === true) return false;
    const [name, inode] = step.value;
    this.name = name;
    this.ino = inode.ino;
    this.kind = inode.kind;
    return true;
  }

  close(): void {
    // Nothing is held.
  }
}
