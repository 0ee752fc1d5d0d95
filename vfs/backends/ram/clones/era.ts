// The time between two clones of a store, to tell inodes that a clone may share from those that it cannot.

import type { NameTable } from '../name-table.ts';

/** The stores made so far that have an era. */
let stores = 0;

/** Returns a number for a new store. */
export function newHome(): number {
  return ++stores;
}

/**
 * The time of a store from one clone to the next. An inode of the store's present era is shared with no clone; one of an
 * earlier era must be preserved before it changes.
 */
export class Era {
  /** The number of the store; 0 for preserved inodes, which belong to no store. */
  readonly home: number;
  /** Layer and name of what was preserved in this era, by turns, while it is the present one. */
  private preserved: (NameTable | string)[] = [];

  constructor(home: number) {
    this.home = home;
  }

  /** An entry of a layer holds a preserved inode from now on. */
  note(layer: NameTable, name: string): void {
    this.preserved.push(layer, name);
  }

  /** Frees what was preserved in this era, once the store is the only one. */
  clear(): void {
    const all = this.preserved;
    for (let i = 0; i < all.length; i += 2) (all[i] as NameTable).clear(all[i + 1] as string);
    this.preserved = [];
  }

  /** The era is over: what it preserved is freed when the layers are joined. */
  end(): void {
    this.preserved = [];
  }
}

/** The era of preserved inodes, which never change. */
export const PRESERVED = new Era(0);
