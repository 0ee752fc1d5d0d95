// The entries of a directory in insertion order, safe against hash chains that grow under churn.
import type { DirCursor } from '../../backend/backend.ts';
import { COST, nameCost } from '../../backend/space.ts';
import type { RamInode } from './inode.ts';

/** The cost of dead names that is allowed beyond that of live ones; paid for by the directory's own cost. */
const SPARE = 4 * COST.name;

/**
 * The entries of a directory, in insertion order.
 *
 * A removed name stays in the map as a dead one, with null, and is reused when the name comes back. If it were deleted,
 * V8 would leave it in the chain of its hash until the map is full: a name created and removed again and again (a lock
 * file, a temporary file) would make its own chain as long as the directory. Dead names are deleted together once they
 * cost more than the live ones; they are all different, so that they lie in different chains. A listing in progress
 * continues correctly, since the iterators of a Map do.
 */
export class Names {
  /** null until the first entry. */
  private map: Map<string, RamInode | null> | null = null;
  private dead = 0;
  /** The cost of the live and of the dead names, in bytes. */
  private liveCost = 0;
  private deadCost = 0;
  /** The last name found, and its inode: paths go through the same directories again and again. */
  private last = '';
  private found: RamInode | null = null;

  /** The number of entries. */
  get size(): number {
    return this.map === null ? 0 : this.map.size - this.dead;
  }

  get(name: string): RamInode | null {
    if (name === this.last) return this.found;
    const inode = this.map?.get(name) ?? null;
    if (inode !== null) {
      this.last = name;
      this.found = inode;
    }
    return inode;
  }

  /** Adds a name, which must not exist. */
  add(name: string, inode: RamInode): void {
    const map = (this.map ??= new Map<string, RamInode | null>());
    const before = map.size;
    map.set(name, inode);
    const cost = nameCost(name);
    this.liveCost += cost;
    if (map.size > before) return;
    this.dead--;
    this.deadCost -= cost;
  }

  /** Removes a name, which must exist. */
  remove(name: string): void {
    const map = this.map!;
    map.set(name, null);
    if (name === this.last) {
      this.last = '';
      this.found = null;
    }
    const cost = nameCost(name);
    this.liveCost -= cost;
    this.deadCost += cost;
    this.dead++;
    if (this.deadCost > SPARE + this.liveCost) this.bury(map);
  }

  private bury(map: Map<string, RamInode | null>): void {
    // A listing in progress may keep the old map: it has no live entries left.
    if (this.size === 0) this.map = null;
    else for (const [name, inode] of map) if (inode === null) map.delete(name);
    this.dead = 0;
    this.deadCost = 0;
  }

  list(): NamesCursor {
    return new NamesCursor(this.map);
  }
}

/**
 * A listing of a directory in memory. Keys and values are iterated side by side, since each pair would be an object.
 */
export class NamesCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly names: Iterator<string> | null;
  private readonly inodes: Iterator<RamInode | null> | null;

  constructor(map: Map<string, RamInode | null> | null) {
    this.names = map === null ? null : map.keys();
    this.inodes = map === null ? null : map.values();
  }

  next(): boolean {
    const { names, inodes } = this;
    if (names === null || inodes === null) return false;
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

  close(): void {
    // Holds nothing.
  }
}
