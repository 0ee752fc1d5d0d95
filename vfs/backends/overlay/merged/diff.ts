// Compares the overlay with its lower layer and lists the changed paths.
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { sameData } from '../layer/data.ts';
import type { OverlayInode } from './inode.ts';
import { attrOf } from '../layer/look.ts';
import { Reach, type Path } from '../layer/reach.ts';
import type { Table } from './table.ts';
import { fail, heldDuring, must, namesOf } from '../layer/walk.ts';
import { finish } from '../layer/work.ts';

/** What a path is. */
export type Kind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device';

/** A path that is not in the overlay what it is in the lower layer. */
export interface Change {
  /** From the root, without a slash before it: `src/main.o`; the root itself is `.`. */
  path: string;
  change: 'added' | 'changed' | 'removed';
  /** What it is now, or was when it is removed. */
  kind: Kind;
}

const KINDS: Readonly<Record<number, Kind>> = {
  [S_IFREG]: 'file',
  [S_IFDIR]: 'directory',
  [S_IFLNK]: 'symlink',
  [S_IFIFO]: 'fifo',
  [S_IFSOCK]: 'socket',
};

/** The overlay, as a backend. */
export interface Merged extends Backend {
  readonly lower: Backend;
}

/** Characters of all paths that are told of. */
const MOST_TEXT = 2 ** 28;

/** What differs between an overlay and its lower layer, sorted by path. ENOMEM for too many, or too deep, to be told. */
export function diff(merged: Merged, table: Table): Change[] {
  const { changes } = new Diff(merged, table).run();
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A directory that is to be looked at: one of both trees, or all that is below it in one of them. */
interface Pending {
  path: Path;
  change: 'compared' | 'added' | 'removed';
}

class Diff {
  readonly changes: Change[] = [];
  private readonly merged: Merged;
  private readonly lower: Backend;
  /** A lower name that was never touched may lead to a file that was changed by another. */
  private readonly thorough: boolean;
  private readonly pending: Pending[] = [{ path: [], change: 'compared' }];
  private told = 0;
  private readonly mine: Reach;
  private readonly theirs: Reach;

  constructor(merged: Merged, table: Table) {
    this.merged = merged;
    this.lower = merged.lower;
    this.thorough = table.hasAliases();
    this.mine = new Reach(merged);
    this.theirs = new Reach(merged.lower);
  }

  run(): this {
    const { pending, mine, theirs } = this;
    try {
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        const { path, change } = next;
        if (change === 'compared') this.directory(path, mine.dir(path) as OverlayInode, theirs.dir(path));
        else if (change === 'added') this.below(this.merged, path, mine.dir(path), change);
        else this.below(this.lower, path, theirs.dir(path), change);
      }
    } finally {
      mine.forget();
      theirs.forget();
    }
    return this;
  }

  private add(path: Path, change: Change['change'], kind: number): void {
    const text = path.join('/') || '.';
    this.told += text.length;
    if (this.told > MOST_TEXT) fail(E.ENOMEM);
    this.changes.push({ path: text, change, kind: KINDS[kind] ?? 'device' });
  }

  /** Compares a directory with what has its path in the lower layer. */
  private directory(path: Path, dir: OverlayInode, below: Inode): void {
    // Never copied up, so as it was.
    if (dir.upper === null && dir.lower === below && !this.thorough) return;
    if (dir.upper !== null && this.differs(dir, below)) this.add(path, 'changed', S_IFDIR);
    const mine = namesOf(this.merged, dir);
    const theirs = namesOf(this.lower, below);
    for (const name of mine) {
      heldDuring(this.merged, dir, name, (inode) => {
        if (!theirs.has(name)) this.all([...path, name], inode, 'added');
        else heldDuring(this.lower, below, name, (lower) => this.pair([...path, name], inode as OverlayInode, lower));
      });
    }
    for (const name of theirs) {
      if (!mine.has(name)) {
        heldDuring(this.lower, below, name, (lower) => this.all([...path, name], lower, 'removed'));
      }
    }
  }

  /** Compares what is at one path in both. */
  private pair(path: Path, inode: OverlayInode, lower: Inode): void {
    if (inode.kind === lower.kind) {
      if (inode.isDir) this.pending.push({ path, change: 'compared' });
      else if ((inode.upper !== null || inode.lower !== lower) && this.differs(inode, lower)) {
        this.add(path, 'changed', inode.kind);
      }
      return;
    }
    this.add(path, 'changed', inode.kind);
    if (inode.isDir) this.pending.push({ path, change: 'added' });
    if (lower.kind === S_IFDIR) this.pending.push({ path, change: 'removed' });
  }

  private differs(inode: OverlayInode, lower: Inode): boolean {
    return differs(this.merged, inode, this.lower, lower);
  }

  /** An entry and all below it, of either tree. */
  private all(path: Path, inode: Inode, change: 'added' | 'removed'): void {
    this.add(path, change, inode.kind);
    if (inode.kind === S_IFDIR) this.pending.push({ path, change });
  }

  private below(tree: Backend, path: Path, dir: Inode, change: 'added' | 'removed'): void {
    for (const name of namesOf(tree, dir)) {
      heldDuring(tree, dir, name, (inode) => this.all([...path, name], inode, change));
    }
  }
}

/** Whether two inodes of one kind are the same in what counts but data: mode, target, device. @throws Error */
export function alike(a: Backend, one: Inode, b: Backend, two: Inode): boolean {
  if (one.kind === S_IFLNK) return must(a.readlink(one)) === must(b.readlink(two));
  const first = attrOf(a, one);
  const second = attrOf(b, two);
  return first.mode === second.mode && first.rdev === second.rdev && xattrsOf(a, one) === xattrsOf(b, two);
}

/** Whether two inodes of one kind differ in what counts. @throws Error for an errno. */
function differs(a: Backend, one: Inode, b: Backend, two: Inode): boolean {
  if (!alike(a, one, b, two)) return true;
  if (one.kind !== S_IFREG) return false;
  const same = finish(sameData({ backend: a, inode: one }, { backend: b, inode: two }));
  if (same < 0) fail(-same);
  return same === 0;
}

/** The extended attributes as text. */
function xattrsOf(backend: Backend, inode: Inode): string {
  const names = backend.listxattr(inode);
  if (typeof names === 'number') return names === E.ENOTSUP ? '' : fail(names);
  return names
    .sort()
    .map((name) => `${name}=${must(backend.getxattr(inode, name)).join()}`)
    .join(' ');
}
