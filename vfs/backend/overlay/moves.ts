import { S_IFDIR } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import type { OverlayInode } from './inode.ts';
import { Journal, type SpareName } from './journal.ts';
import { letGo, passed, take } from './layer.ts';
import type { Table } from './table.ts';
import { check, fail, heldDuring, must } from './walk.ts';

/** Where the lower inode of something that was renamed waits. The directory is held, but not a file: there may be many. */
interface Place {
  ino: number;
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
  /** By the number of the lower inode. */
  private readonly placeOf = new Map<number, Place>();
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
    const names = new NamesFound(this.lower);
    for (const dir of this.table.mergedDirectories()) {
      if (dir === this.table.top || dir.removed) continue;
      const { lower, parent, name } = dir;
      const from = must(this.lower.parent(lower!));
      take(from);
      try {
        const fromName = names.of(lower!, from, name);
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
    take(this.store);
    return this.store;
  }

  isStore(inode: Inode): boolean {
    return inode === this.store;
  }

  /** A file of the lower layer is to have another name; one that has several waits by the first that is found. */
  wait(inode: OverlayInode, lower: Inode, dir: Inode, name: string): void {
    if (this.waiting.has(inode)) return;
    take(dir);
    const place = { ino: lower.ino, dir, name };
    this.waiting.set(inode, place);
    this.placeOf.set(lower.ino, place);
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
    heldDuring(this.lower, place.dir, place.name, (lower) => {
      if (lower.ino !== place.ino) return;
      this.journal.rename(lower, place.dir, place.name, below, name);
      this.waiting.delete(inode);
    });
    // Somebody has taken it meanwhile, or put another in its place.
    if (this.waiting.has(inode)) fail(E.ESTALE);
    this.leave(place);
  }

  private leave(place: Place): void {
    this.placeOf.delete(place.ino);
    letGo(this.lower, place.dir);
  }

  /** Makes a directory, empty. */
  make(dir: Inode, name: string): void {
    passed(this.lower, this.journal.make(dir, name));
  }

  /** Gives another name to what is in the way: it may be waited for, or hold what is, and else goes later. */
  aside(dir: Inode, name: string, inode: Inode): void {
    const free = this.spareName(dir);
    this.journal.rename(inode, dir, name, dir, free);
    const place = this.placeOf.get(inode.ino);
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
    if (this.store !== null) letGo(this.lower, this.store);
    this.store = null;
    for (const place of this.waiting.values()) this.leave(place);
    this.waiting.clear();
  }
}

/** Finds the names of directories in those that hold them, each of which it lists once at most. */
class NamesFound {
  private readonly lower: Backend;
  private readonly listings = new Map<number, Map<number, string>>();

  constructor(lower: Backend) {
    this.lower = lower;
  }

  /** The name of a directory in another, most likely `guess`; '' when it has none there. */
  of(inode: Inode, dir: Inode, guess: string): string {
    if (leadsTo(this.lower, dir, guess, inode)) return guess;
    const name = this.listing(dir).get(inode.ino) ?? '';
    return name !== '' && leadsTo(this.lower, dir, name, inode) ? name : '';
  }

  private listing(dir: Inode): Map<number, string> {
    const known = this.listings.get(dir.ino);
    if (known !== undefined) return known;
    const names = new Map<number, string>();
    const cursor = must(this.lower.list(dir));
    while (cursor.next()) if (cursor.kind === S_IFDIR) names.set(cursor.ino, cursor.name);
    cursor.close();
    this.listings.set(dir.ino, names);
    return names;
  }
}

/** @throws Error for a name that cannot be looked up: it may lead there. */
function leadsTo(backend: Backend, dir: Inode, name: string, inode: Inode): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found !== 'number' && found !== inode) passed(backend, found);
  if (typeof found === 'number' && found !== E.ENOENT) check(found);
  return found === inode;
}
