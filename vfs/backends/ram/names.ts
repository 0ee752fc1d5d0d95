// The entries of a directory in insertion order, safe against hash chains that grow under churn.
import type { DirCursor } from '../../backend/backend.ts';
import { COST, nameCost } from '../../backend/space.ts';
import type { RamInode } from './inode.ts';

/** What dead names may cost however few live ones there are: a directory's own cost pays for them. */
const SPARE = 4 * COST.name;

/**
 * The entries of a directory, in the order in which they were made.
 *
 * A name that is removed stays in the map as a dead one, with null, and lives again when it comes back. Were it deleted,
 * V8 would leave it in the chain of its hash until the map is full: a name made and removed again and again (a lock
 * file, a temporary one) would make its own chain as long as the directory. Dead names are deleted all at once when they
 * cost more than the live ones; each is another name, so that they lie in chains of their own, and a running listing goes on
 * rightly, since the iterators of a Map do.
 */
export class Names {
  /** null while nothing was entered. */
  private map: Map<string, RamInode | null> | null = null;
  private dead = 0;
  /** What the live names cost, and the dead ones, in bytes. */
  private liveCost = 0;
  private deadCost = 0;
  /** The name that was found last, and its inode: paths go through the same directories again and again. */
  private last = '';
  private found: RamInode | null = null;

  /** How many entries there are. */
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

  /** Enters a name that is not there. */
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

  /** Takes away a name that is there. */
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
    // A listing that has the map may go on with it: nothing that is in it has to come.
    if (this.size === 0) this.map = null;
    else for (const [name, inode] of map) if (inode === null) map.delete(name);
    this.dead = 0;
    this.deadCost = 0;
  }

  list(): NamesCursor {
    return new NamesCursor(this.map);
  }
}

/** A listing of a directory in memory. Names and inodes are gone through side by side: a pair would be an object each. */
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
    // Nothing is held.
  }
}
