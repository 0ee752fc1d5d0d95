// The directory listing of a merged directory.
import type { Backend, DirCursor } from '../../../backend/backend.ts';
import type { OverlayInode } from './inode.ts';
import { forget } from '../../../backend/inode-refs.ts';
import type { MergedTable } from './merged-table.ts';

/**
 * A listing of a merged directory: the upper entries, then the lower entries that are still visible when they are
 * reached. An entry that was copied up or replaced midway is reported as it is now.
 */
export class OverlayCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly upper: Backend;
  private readonly table: MergedTable;
  private readonly dir: OverlayInode;
  private above: DirCursor | null;
  private below: DirCursor | null;
  /** Names already returned from the upper directory, to skip in the lower one. */
  private readonly given: Set<string> | null;

  constructor(upper: Backend, table: MergedTable, dir: OverlayInode, above: DirCursor | null, below: DirCursor | null) {
    this.upper = upper;
    this.table = table;
    this.dir = dir;
    this.above = above;
    this.below = below;
    this.given = above !== null && below !== null ? new Set() : null;
  }

  next(): boolean {
    const { above, below } = this;
    if (above !== null) {
      if (above.next()) {
        this.give(above.name, this.table.inoOfUpper(above.ino), above.kind);
        this.given?.add(above.name);
        return true;
      }
      above.close();
      this.above = null;
    }
    if (below === null) return false;
    while (below.next()) if (this.giveLower(below)) return true;
    below.close();
    this.below = null;
    return false;
  }

  private give(name: string, ino: number, kind: number): void {
    this.name = name;
    this.ino = ino;
    this.kind = kind;
  }

  private giveLower({ name, ino, kind }: DirCursor): boolean {
    if (this.given?.has(name) === true) return false;
    if (!this.dir.hides(name)) {
      this.give(name, this.table.numbers.ofLower(ino), kind);
      return true;
    }
    const { upper } = this.dir;
    const found = upper === null ? 0 : this.upper.lookup(upper, name);
    if (typeof found === 'number') return false;
    this.give(name, this.table.inoOfUpper(found.ino), found.kind);
    forget(this.upper, found);
    return true;
  }

  close(): void {
    this.above?.close();
    this.below?.close();
    this.above = null;
    this.below = null;
  }
}
