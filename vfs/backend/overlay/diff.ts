import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Attr, Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { sameData } from './data.ts';
import { noAttr } from './layer.ts';
import type { OverlayInode } from './inode.ts';
import type { Table } from './table.ts';
import { check, fail, heldDuring, must, namesOf } from './walk.ts';

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

/** What differs between an overlay and its lower layer, sorted by path. ENOMEM: a tree of more than 1,000 levels or so. */
export function diff(merged: Merged, table: Table): Change[] {
  const run = new Diff(merged, table);
  try {
    run.directory('', table.top, merged.lower.root());
  } catch (thrown) {
    // The stack.
    if (thrown instanceof RangeError) fail(E.ENOMEM);
    throw thrown;
  }
  return run.changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

class Diff {
  readonly changes: Change[] = [];
  private readonly merged: Merged;
  private readonly lower: Backend;
  /** A lower name that was never touched may lead to a file that was changed by another. */
  private readonly thorough: boolean;

  constructor(merged: Merged, table: Table) {
    this.merged = merged;
    this.lower = merged.lower;
    this.thorough = table.hasAliases();
  }

  private add(path: string, change: Change['change'], kind: number): void {
    this.changes.push({ path: path === '' ? '.' : path, change, kind: KINDS[kind] ?? 'device' });
  }

  /** Compares a directory with what has its path in the lower layer. */
  directory(path: string, dir: OverlayInode, below: Inode): void {
    // Never copied up, so as it was.
    if (dir.upper === null && dir.lower === below && !this.thorough) return;
    if (dir.upper !== null && this.differs(dir, below)) this.add(path, 'changed', S_IFDIR);
    const mine = namesOf(this.merged, dir);
    const theirs = namesOf(this.lower, below);
    for (const name of mine) this.entry(join(path, name), dir, below, name, theirs.has(name));
    for (const name of theirs) if (!mine.has(name)) this.all(this.lower, join(path, name), below, name, 'removed');
  }

  private entry(path: string, dir: OverlayInode, below: Inode, name: string, isBelow: boolean): void {
    if (!isBelow) {
      this.all(this.merged, path, dir, name, 'added');
      return;
    }
    heldDuring(this.merged, dir, name, (found) =>
      heldDuring(this.lower, below, name, (lower) => this.pair(path, found as OverlayInode, lower)),
    );
  }

  /** Compares what is at one path in both. */
  private pair(path: string, inode: OverlayInode, lower: Inode): void {
    if (inode.kind === lower.kind) {
      if (inode.isDir) this.directory(path, inode, lower);
      else if ((inode.upper !== null || inode.lower !== lower) && this.differs(inode, lower)) {
        this.add(path, 'changed', inode.kind);
      }
      return;
    }
    this.add(path, 'changed', inode.kind);
    if (inode.isDir) this.below(this.merged, path, inode, 'added');
    if (lower.kind === S_IFDIR) this.below(this.lower, path, lower, 'removed');
  }

  private differs(inode: OverlayInode, lower: Inode): boolean {
    return differs(this.merged, inode, this.lower, lower);
  }

  /** An entry and all below it, of either tree. */
  private all(tree: Backend, path: string, dir: Inode, name: string, change: Change['change']): void {
    heldDuring(tree, dir, name, (inode) => {
      this.add(path, change, inode.kind);
      if (inode.kind === S_IFDIR) this.below(tree, path, inode, change);
    });
  }

  private below(tree: Backend, path: string, dir: Inode, change: Change['change']): void {
    for (const name of namesOf(tree, dir)) this.all(tree, join(path, name), dir, name, change);
  }
}

/** A path one name longer. */
export function join(path: string, name: string): string {
  return path === '' || name === '' ? path + name : `${path}/${name}`;
}

/** Whether two inodes of one kind differ in what counts: mode, content, target, device. @throws Error for an errno. */
export function differs(a: Backend, one: Inode, b: Backend, two: Inode): boolean {
  const first = attrOf(a, one);
  const second = attrOf(b, two);
  if (one.kind === S_IFLNK) return must(a.readlink(one)) !== must(b.readlink(two));
  if (first.mode !== second.mode || first.rdev !== second.rdev || xattrsOf(a, one) !== xattrsOf(b, two)) return true;
  if (one.kind !== S_IFREG) return false;
  const same = sameData({ backend: a, inode: one }, { backend: b, inode: two });
  if (same < 0) fail(-same);
  return same === 0;
}

/** All attributes. @throws Error for an errno. */
export function attrOf(backend: Backend, inode: Inode): Attr {
  const attr = noAttr();
  check(backend.getattr(inode, attr));
  return attr;
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
