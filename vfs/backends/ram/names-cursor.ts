// The listing of a directory in memory.
import type { DirCursor } from '../../backend/backend.ts';
import type { RamInode } from './inode.ts';
import type { EntryValue, NameTable } from './name-table.ts';

const NONE = new Map<string, EntryValue>();

/**
 * A listing of a directory in memory. Keys and values are iterated side by side, since each pair would be an object.
 *
 * A directory of several layers is listed from the lowest one up. Each name is looked up from the top then, as is the
 * rest of a listing whose directory has got a new layer.
 */
export class NamesCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly dir: RamInode | null;
  /** The same if there was one layer at the beginning: until the directory gets another one, that layer has it, too. */
  private readonly plain: RamInode | null | undefined;
  /** The layer that is listed, and those above it, the next one last. */
  private layer: NameTable;
  private readonly above: NameTable[] = [];
  private names: Iterator<string>;
  private inodes: Iterator<EntryValue>;

  constructor(names: NameTable) {
    this.dir = names.dir;
    this.plain = names.base === null ? names.dir : undefined;
    this.layer = names;
    for (let { base } = names; base !== null; { base } = base) {
      this.above.push(this.layer);
      this.layer = base;
    }
    this.names = (this.layer.map ?? NONE).keys();
    this.inodes = (this.layer.map ?? NONE).values();
  }

  next(): boolean {
    if (this.layer.dir !== this.plain) return this.nextOfLayers();
    const { names, inodes } = this;
    for (;;) {
      const name = names.next();
      const { value } = inodes.next();
      if (name.done === true) return false;
      if (value === null) continue;
      const inode = value as RamInode;
      this.name = name.value;
      this.ino = inode.ino;
      this.kind = inode.kind;
      return true;
    }
  }

  private nextOfLayers(): boolean {
    for (;;) {
      const name = this.names.next();
      if (name.done === true) {
        if (!this.rise()) return false;
        continue;
      }
      // A name of a lower layer, be it dead there, was listed with that.
      if (this.layer.base !== null && this.layer.base.layerOf(name.value) !== null) continue;
      const inode = (this.dir?.children ?? this.layer).find(name.value);
      if (inode !== null) return this.fill(name.value, inode);
    }
  }

  /** Goes on with the next higher layer. Returns false if there is none. */
  private rise(): boolean {
    const next = this.above.pop();
    if (next === undefined) return false;
    this.layer = next;
    this.names = (next.map ?? NONE).keys();
    return true;
  }

  private fill(name: string, inode: RamInode): boolean {
    this.name = name;
    this.ino = inode.ino;
    this.kind = inode.kind;
    return true;
  }

  close(): void {
    // Holds nothing.
  }
}
