import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import type { OverlayInode } from './inode.ts';
import { Journal, type SpareName } from './journal.ts';
import { letGo, passed, take } from './layer.ts';
import type { Table } from './table.ts';
import { check, must } from './walk.ts';

/** Where the lower inode of something that was renamed waits; both are held. */
interface Place {
  lower: Inode;
  dir: Inode;
  name: string;
}

/**
 * What the overlay has renamed and the lower layer still has by its old name. Directories wait in one of their own until
 * the one that they belong in is there: so they can change places. Files wait where they were, and in a directory that
 * goes until it does. What is in them need not be copied.
 */
export class Moves {
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly spareName: SpareName;
  private readonly journal: Journal;
  private readonly waiting = new Map<OverlayInode, Place>();
  private readonly placeOf = new Map<Inode, Place>();
  private store: Inode | null = null;
  private storeName = '';

  constructor(lower: Backend, table: Table, spareName: SpareName) {
    this.lower = lower;
    this.table = table;
    this.spareName = spareName;
    this.journal = new Journal(lower);
  }

  /** Takes all directories out of their places. */
  begin(): void {
    for (const dir of this.table.mergedDirectories()) {
      if (dir === this.table.top || dir.removed) continue;
      const { lower, parent, name } = dir;
      const from = must(this.lower.parent(lower!));
      take(from);
      try {
        const fromName = nameIn(this.lower, from, lower!);
        if ((parent!.lower !== from || fromName !== name) && fromName !== '') this.away(dir, from, fromName);
      } finally {
        letGo(this.lower, from);
      }
    }
  }

  private away(dir: OverlayInode, from: Inode, fromName: string): void {
    const store = this.openStore();
    const name = String(this.waiting.size);
    this.journal.rename(dir.lower!, from, fromName, store, name);
    this.wait(dir, dir.lower!, store, name);
  }

  private openStore(): Inode {
    if (this.store !== null) return this.store;
    const root = this.lower.root();
    this.storeName = this.spareName(root);
    this.store = this.journal.make(root, this.storeName);
    return this.store;
  }

  isStore(inode: Inode): boolean {
    return inode === this.store;
  }

  /** A file of the lower layer is to have another name; one that has several waits by the first that is found. */
  wait(inode: OverlayInode, lower: Inode, dir: Inode, name: string): void {
    if (this.waiting.has(inode)) return;
    take(lower);
    take(dir);
    const place = { lower, dir, name };
    this.waiting.set(inode, place);
    this.placeOf.set(lower, place);
  }

  /** The directories that wait. */
  directories(): OverlayInode[] {
    return [...this.waiting.keys()].filter((inode) => inode.isDir);
  }

  has(inode: OverlayInode): boolean {
    return this.waiting.has(inode);
  }

  /** Puts what waits in its place, which is free. */
  put(inode: OverlayInode, below: Inode, name: string): void {
    const place = this.waiting.get(inode)!;
    this.journal.rename(place.lower, place.dir, place.name, below, name);
    this.waiting.delete(inode);
    this.leave(place);
  }

  private leave(place: Place): void {
    this.placeOf.delete(place.lower);
    letGo(this.lower, place.lower);
    letGo(this.lower, place.dir);
  }

  /** Makes a directory, empty. */
  make(dir: Inode, name: string): void {
    this.journal.make(dir, name);
  }

  /** Gives another name to what is in the way: it may be waited for, or hold what is, and else goes later. */
  aside(dir: Inode, name: string, inode: Inode): void {
    const free = this.spareName(dir);
    this.journal.rename(inode, dir, name, dir, free);
    const place = this.placeOf.get(inode);
    if (place !== undefined && place.dir === dir && place.name === name) place.name = free;
  }

  /** All that have a place of their own are there: from here on nothing is taken back. */
  finish(): void {
    const { lower, store } = this;
    if (store !== null)
      check(lower.entries(store) > 0 ? E.ENOTEMPTY : lower.unlink(lower.root(), this.storeName, store));
    this.end();
  }

  /** Puts everything back where it was, unless it is finished. */
  undo(): void {
    this.journal.undo();
    this.end();
  }

  private end(): void {
    this.journal.forget();
    this.store = null;
    for (const place of this.waiting.values()) this.leave(place);
    this.waiting.clear();
  }
}

/** The name of a directory in the one that holds it; '' when it has none there. */
function nameIn(backend: Backend, dir: Inode, inode: Inode): string {
  const cursor = must(backend.list(dir));
  try {
    while (cursor.next()) {
      if (cursor.ino !== inode.ino) continue;
      const found = backend.lookup(dir, cursor.name);
      if (found === inode) return cursor.name;
      if (typeof found !== 'number') passed(backend, found);
      // One that cannot be looked up may be it.
      else if (found !== E.ENOENT) check(found);
    }
    return '';
  } finally {
    cursor.close();
  }
}
