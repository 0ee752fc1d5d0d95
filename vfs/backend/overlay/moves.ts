import { S_IFDIR } from '../../9p/constants.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import type { OverlayInode } from './inode.ts';
import { attempt, letGo, passed, take } from './layer.ts';
import type { Table } from './table.ts';
import { check, must, namesOf } from './walk.ts';

/** A lower directory on its way. */
interface Move {
  /** Its name in the store. */
  name: string;
  from: Inode;
  fromName: string;
}

/**
 * The directories of the lower layer that the overlay has renamed. They wait in a directory of their own until the one
 * that they belong in is there: so they can change places, and what is in them need not be copied.
 */
export class Moves {
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly waiting = new Map<OverlayInode, Move>();
  private store: Inode | null = null;
  private storeName = '';

  constructor(lower: Backend, table: Table) {
    this.lower = lower;
    this.table = table;
  }

  /** Takes all of them out of their places. */
  begin(): void {
    for (const dir of this.table.mergedDirectories()) {
      if (dir === this.table.top || dir.removed) continue;
      const { lower, parent, name } = dir;
      const from = must(this.lower.parent(lower!));
      take(from);
      const fromName = nameIn(this.lower, from, lower!);
      if ((parent!.lower === from && fromName === name) || fromName === '') letGo(this.lower, from);
      else this.away(dir, from, fromName);
    }
  }

  private away(dir: OverlayInode, from: Inode, fromName: string): void {
    const store = this.openStore();
    const name = String(this.waiting.size);
    this.waiting.set(dir, { name, from, fromName });
    check(this.lower.rename(from, fromName, dir.lower!, store, name, null));
  }

  private openStore(): Inode {
    if (this.store !== null) return this.store;
    const root = this.lower.root();
    const names = namesOf(this.lower, root);
    let i = 0;
    while (names.has(`.wasi9p-commit-${i}`)) i++;
    this.storeName = `.wasi9p-commit-${i}`;
    this.store = must(this.lower.create(root, this.storeName, S_IFDIR | 0o700, 0, 0, 0));
    take(this.store);
    return this.store;
  }

  isStore(inode: Inode): boolean {
    return inode === this.store;
  }

  /** Those that wait. */
  all(): OverlayInode[] {
    return [...this.waiting.keys()];
  }

  has(dir: OverlayInode): boolean {
    return this.waiting.has(dir);
  }

  /** Puts it in its place. */
  put(dir: OverlayInode, below: Inode, name: string): void {
    const move = this.waiting.get(dir)!;
    check(this.lower.rename(this.store!, move.name, dir.lower!, below, name, null));
    this.waiting.delete(dir);
    letGo(this.lower, move.from);
  }

  /** All are in place. */
  finish(): void {
    if (this.store === null) return;
    const { store } = this;
    check(this.lower.unlink(this.lower.root(), this.storeName, store));
    this.store = null;
    letGo(this.lower, store);
  }

  /** Puts back what has found no place; then the store is empty, or what is in it stays for the user to see. */
  undo(): void {
    for (const [dir, { name, from, fromName }] of [...this.waiting].reverse()) {
      attempt(() => this.lower.rename(this.store!, name, dir.lower!, from, fromName, null));
      letGo(this.lower, from);
    }
    this.waiting.clear();
    if (this.store !== null) attempt(() => (this.finish(), 0));
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
    }
    return '';
  } finally {
    cursor.close();
  }
}
