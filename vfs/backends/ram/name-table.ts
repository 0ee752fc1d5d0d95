// The entries of a directory in insertion order, safe against hash chains that grow under churn; shared in layers.
import { COST, nameCost } from '../../backend/space.ts';
import type { RamInode } from './inode.ts';
import { NamesCursor } from './names-cursor.ts';

/** The cost of dead names that is allowed beyond that of live ones; paid for by the directory's own cost. */
const SPARE = 4 * COST.name;

/** The entry of several layers: one place in which its inode can be replaced for all of them. */
export class Cell {
  inode: RamInode;

  constructor(inode: RamInode) {
    this.inode = inode;
  }
}

/** The value of an entry. A Cell occurs only in a layer that is not the top one of any directory. */
export type EntryValue = RamInode | Cell | null;

/**
 * The entries of a directory, in insertion order.
 *
 * A removed name stays in the map as a dead one, with null, and is reused when the name comes back. If it were deleted,
 * V8 would leave it in the chain of its hash until the map is full: a name created and removed again and again (a lock
 * file, a temporary file) would make its own chain as long as the directory. Dead names are deleted together once they
 * cost more than the live ones; they are all different, so that they lie in different chains. A listing in progress
 * continues correctly, since the iterators of a Map do.
 *
 * After a clone the entries are shared: they become the base of a layer that has the changes only (layers.ts). There a
 * dead name hides that of the base. The methods from `get` to `remove` act on the top layer of a directory.
 */
export class NameTable {
  /** null until the first entry. Others than layers.ts and the cursor do not touch it. */
  map: Map<string, EntryValue> | null = null;
  /** The directory of which this is the top layer; null for the layers below. */
  dir: RamInode | null;
  /** The layer below, with the entries of which `map` has no name; null if there is none. */
  base: NameTable | null;
  private dead = 0;
  /** The number of entries of the base whose name is not in `map`. */
  private inherited: number;
  /** The cost of the live and of the dead names, in bytes. */
  private liveCost = 0;
  private deadCost = 0;
  /** The last name found, and its inode: paths go through the same directories again and again. */
  private last = '';
  private found: RamInode | null = null;

  constructor(dir: RamInode | null, base: NameTable | null = null) {
    this.dir = dir;
    this.base = base;
    this.inherited = base === null ? 0 : base.size;
  }

  /** The number of entries. */
  get size(): number {
    return (this.map === null ? 0 : this.map.size - this.dead) + this.inherited;
  }

  /** The inode of a name of this layer; null if there is none, or only in the base. */
  get(name: string): RamInode | null {
    if (name === this.last) return this.found;
    const inode = (this.map?.get(name) ?? null) as RamInode | null;
    if (inode !== null) {
      this.last = name;
      this.found = inode;
    }
    return inode;
  }

  /** Lets the next `get` of a name return an inode. */
  remember(name: string, inode: RamInode | null): void {
    this.last = name;
    this.found = inode;
  }

  /** Adds a name, which must not exist. */
  add(name: string, inode: RamInode): void {
    const map = (this.map ??= new Map<string, EntryValue>());
    const before = map.size;
    map.set(name, inode);
    const cost = nameCost(name);
    this.liveCost += cost;
    if (map.size > before) return;
    this.dead--;
    this.deadCost -= cost;
  }

  /** Puts an entry of the base into this layer, with the inode that the directory's store has for it; null to remove it. */
  adopt(name: string, inode: RamInode | null): void {
    (this.map ??= new Map<string, EntryValue>()).set(name, inode);
    this.liveCost += nameCost(name);
    this.inherited--;
    this.remember(name, inode);
  }

  /** Removes a name, which must exist. */
  remove(name: string): void {
    if (this.base !== null && !this.has(name)) this.adopt(name, null);
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

  private bury(map: Map<string, EntryValue>): void {
    const { base } = this;
    if (this.size === 0) {
      // A listing in progress may keep the old map: it has no live entries left.
      this.map = null;
      this.base = null;
      this.dead = 0;
      this.liveCost = 0;
    } else if (base === null) {
      for (const [name, inode] of map) if (inode === null) map.delete(name);
      this.dead = 0;
    } else this.buryAbove(map, base);
    this.deadCost = 0;
  }

  /** Deletes the dead names that hide nothing. The others cost as much as live ones, so that burials stay rare. */
  private buryAbove(map: Map<string, EntryValue>, base: NameTable): void {
    this.dead = 0;
    this.liveCost = 0;
    for (const [name, inode] of map) {
      if (inode === null && base.find(name) === null) map.delete(name);
      else {
        if (inode === null) this.dead++;
        this.liveCost += nameCost(name);
      }
    }
  }

  /** True if this layer has the name, live or dead: the base is not asked then. */
  has(name: string): boolean {
    return this.map !== null && this.map.has(name);
  }

  /** The inode of a name in this layer or those below, in whatever store it is; null if there is none. */
  find(name: string): RamInode | null {
    const layer = this.layerOf(name);
    const entry = layer === null ? null : layer.map!.get(name)!;
    return entry instanceof Cell ? entry.inode : entry;
  }

  /** The first layer from this one down that has a name, live or dead. */
  layerOf(name: string): NameTable | null {
    if (this.has(name)) return this;
    let layer = this.base;
    while (layer !== null && !layer.has(name)) layer = layer.base;
    return layer;
  }

  /**
   * Replaces the inode of an entry below this layer, which keeps it itself.
   * @returns The layer in which it was; null if there is none.
   */
  replaceBelow(name: string, inode: RamInode, preserved: RamInode): NameTable | null {
    const layer = this.base === null || this.has(name) ? null : this.base.layerOf(name);
    if (layer === null) return null;
    const entry = layer.map!.get(name)!;
    if (entry instanceof Cell) entry.inode = preserved;
    else layer.map!.set(name, preserved);
    this.adopt(name, inode);
    return layer;
  }

  /** Forgets the inode of an entry that a layer above hides, once no other store has this layer. */
  clear(name: string): void {
    this.map!.set(name, null);
    this.dead++;
  }

  /** Makes this the layer of no directory: it changes no more. */
  freeze(): void {
    this.dir = null;
    this.last = '';
    this.found = null;
  }

  /** Fills a new layer with entries, of which `base` may have some; `size` is that of both. */
  setEntries(map: Map<string, EntryValue>, size: number): void {
    this.map = map;
    for (const entry of map.values()) if (entry === null) this.dead++;
    this.inherited = size - (map.size - this.dead);
  }

  list(): NamesCursor {
    return new NamesCursor(this);
  }
}
