// The layers of a directory's entries: adds one on top when they are shared, and joins those below while they are few.
import type { RamInode } from '../inode.ts';
import { PRESERVED } from './era.ts';
import { Cell, NameTable, type EntryValue } from '../name-table.ts';

/**
 * Gives a directory a new top layer; those below change no more. A layer that is not much smaller than the one below it
 * is joined with that, so that there are few: at most the logarithm of the number of names.
 * @returns The entries of the directory, in layers that change no more.
 */
export function addLayer(dir: RamInode): NameTable | null {
  if (dir.content === null) return null;
  let below = dir.children;
  below.freeze();
  if (below.map === null && below.base !== null) below = below.base;
  else while (isLarge(below)) below = join(below.base!, below);
  dir.content = new NameTable(dir, below);
  return below;
}

/** Gives a directory of a clone the entries of one of another store, as a base. */
export function shareNames(to: RamInode, dir: RamInode): void {
  if (dir.content === null) return;
  let names = dir.children;
  // A clone would add its own layer, and clones of that theirs.
  if (names.dir === dir && isLarge(names)) names = addLayer(dir)!;
  to.content = new NameTable(to, names.map === null && names.base !== null ? names.base : names);
}

/** True if a layer is to be joined with the one below. */
function isLarge({ map, base }: NameTable): boolean {
  return map !== null && base !== null && 2 * map.size >= (base.map === null ? 0 : base.map.size);
}

/** Makes a layer with the names of two. Their inodes are in cells from then on. */
function join(low: NameTable, high: NameTable): NameTable {
  const { dir, base } = low;
  if (dir !== null) {
    // It is the top layer of a directory of another store, where a map has no cells.
    low.freeze();
    dir.content = new NameTable(dir, low);
  }
  const map = new Map<string, EntryValue>();
  if (low.map !== null) {
    for (const name of low.map.keys()) put(map, name, shared(high.has(name) ? high : low, name), base);
  }
  if (high.map !== null) {
    for (const name of high.map.keys()) if (!map.has(name)) put(map, name, shared(high, name), base);
  }
  const joined = new NameTable(null, base);
  joined.setEntries(map, high.size);
  return joined;
}

/** Adds an entry to a joined layer; a dead name only if there is something that it hides. */
function put(map: Map<string, EntryValue>, name: string, entry: EntryValue, base: NameTable | null): void {
  if (entry !== null || (base !== null && base.find(name) !== null)) map.set(name, entry);
}

/** An entry for a second layer: an inode that can still change is put into a cell for both. */
function shared(layer: NameTable, name: string): EntryValue {
  const entry = layer.map!.get(name)!;
  if (entry === null || entry instanceof Cell || entry.era === PRESERVED) return entry;
  const cell = new Cell(entry);
  layer.map!.set(name, cell);
  return cell;
}
