import { S_IFDIR } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import type { OverlayInode } from './inode.ts';
import { attempt, has, letGo, passed, take } from './layer.ts';
import type { Table } from './table.ts';
import { check, must, namesOf } from './walk.ts';

/** A lower directory on its way. */
interface Move {
  /** Its name in the store. */
  name: string;
  from: Inode;
  fromName: string;
  /** Where it was put; null while it waits. */
  to: Inode | null;
  toName: string;
}

/** A lower directory that was made. */
interface Made {
  dir: Inode;
  name: string;
  inode: Inode;
}

/**
 * The directories of the lower layer that the overlay has renamed. They wait in a directory of their own until the one
 * that they belong in is there: so they can change places, and what is in them need not be copied. Until the last one
 * has its place, all of it can be undone.
 */
export class Moves {
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly moves = new Map<OverlayInode, Move>();
  private readonly mades: Made[] = [];
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
    const name = String(this.moves.size);
    const errno = this.lower.rename(from, fromName, dir.lower!, store, name, null);
    // What did not leave its place must not be put back there.
    if (errno === 0) this.moves.set(dir, { name, from, fromName, to: null, toName: '' });
    else letGo(this.lower, from);
    check(errno);
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

  /** All that were taken out of their places. */
  all(): OverlayInode[] {
    return [...this.moves.keys()];
  }

  /** Whether it waits. */
  has(dir: OverlayInode): boolean {
    return this.moves.get(dir)?.to === null;
  }

  /** Puts it in its place. */
  put(dir: OverlayInode, below: Inode, name: string): void {
    const move = this.moves.get(dir)!;
    check(this.lower.rename(this.store!, move.name, dir.lower!, below, name, null));
    take(below);
    move.to = below;
    move.toName = name;
  }

  /** Makes an empty directory, which is to have its attributes later. */
  make(dir: Inode, name: string): void {
    const inode = must(this.lower.create(dir, name, S_IFDIR | 0o700, 0, 0, 0));
    take(dir);
    take(inode);
    this.mades.push({ dir, name, inode });
  }

  /** All are in place. */
  finish(): void {
    this.removeStore();
    this.forget();
  }

  private removeStore(): void {
    const { lower, store } = this;
    if (store === null) return;
    check(lower.entries(store) > 0 ? E.ENOTEMPTY : lower.unlink(lower.root(), this.storeName, store));
  }

  private forget(): void {
    if (this.store !== null) letGo(this.lower, this.store);
    this.store = null;
    for (const { from, to } of this.moves.values()) {
      letGo(this.lower, from);
      if (to !== null) letGo(this.lower, to);
    }
    for (const { dir, inode } of this.mades) {
      letGo(this.lower, inode);
      letGo(this.lower, dir);
    }
    this.moves.clear();
    this.mades.length = 0;
  }

  /**
   * Puts all back where they were, unless it is finished: first those that have found a place leave it, for it may be
   * that of another, and what was made goes. What cannot go back stays where it is.
   * @returns the name of the directory in the root where such are left; '' when there are none.
   */
  undo(): string {
    const moves = [...this.moves].reverse();
    for (const [dir, move] of moves) if (move.to !== null) this.attempt(() => this.takeBack(dir, move));
    for (const made of this.mades.reverse()) this.attempt(() => this.unmake(made));
    for (const [dir, move] of moves) if (move.to === null) this.attempt(() => this.putBack(dir, move));
    const errno = attempt(() => (this.removeStore(), 0));
    const left = errno === 0 ? '' : this.storeName;
    this.forget();
    return left;
  }

  private unmake({ dir, name, inode }: Made): void {
    const { lower } = this;
    if (lower.nlink(dir) === 0 || lower.lookup(dir, name) !== inode) return;
    check(lower.entries(inode) > 0 ? E.ENOTEMPTY : lower.unlink(dir, name, inode));
  }

  private takeBack(dir: OverlayInode, move: Move): void {
    const { lower } = this;
    const { to, toName, name, from } = move;
    if (lower.nlink(from) === 0) return;
    check(lower.rename(to!, toName, dir.lower!, this.store!, name, null));
    letGo(lower, to!);
    move.to = null;
  }

  private putBack(dir: OverlayInode, { name, from, fromName }: Move): void {
    const { lower } = this;
    if (lower.nlink(from) === 0 || has(lower, from, fromName)) return;
    check(lower.rename(this.store!, name, dir.lower!, from, fromName, null));
  }

  /** What fails while things are set right is not told of: what made them wrong is. */
  private attempt(step: () => void): void {
    attempt(() => (step(), 0));
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
