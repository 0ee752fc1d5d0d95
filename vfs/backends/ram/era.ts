// The time between two clones of a store, to tell inodes that a clone may share from those that it cannot.

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

  constructor(home: number) {
    this.home = home;
  }
}

/** The era of preserved inodes, which never change. */
export const PRESERVED = new Era(0);
