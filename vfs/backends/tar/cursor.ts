// The directory listing of an immutable directory.
import type { DirCursor } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';

/** A listing of a directory that never changes. */
export class MapCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly entries: Iterator<[string, Inode]>;

  constructor(dir: { readonly children: ReadonlyMap<string, Inode> }) {
    this.entries = dir.children.entries();
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
