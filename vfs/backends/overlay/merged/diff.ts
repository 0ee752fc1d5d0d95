// Compares the overlay with its lower layer and lists the changed paths.
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Change, Kind } from '../../../backend/capabilities.ts';
import type { Inode } from '../../../backend/inode.ts';
import { sameData } from '../layer/data.ts';
import type { OverlayInode } from './inode.ts';
import { attrOf } from '../layer/look.ts';
import { Reach, type PathNames } from '../layer/reach.ts';
import type { MergedTable } from './merged-table.ts';
import { fail, heldDuring, listNames, must } from '../layer/walk.ts';
import { finish } from '../layer/resumable.ts';

const KINDS: Readonly<Record<number, Kind>> = {
  [S_IFREG]: 'file',
  [S_IFDIR]: 'directory',
  [S_IFLNK]: 'symlink',
  [S_IFIFO]: 'fifo',
  [S_IFSOCK]: 'socket',
};

/** The overlay as diff and commit see it. */
export interface Merged extends Backend {
  readonly lower: Backend;
}

/** The limit of characters in all reported paths together. */
const MOST_TEXT = 2 ** 28;

/**
 * Lists the paths that differ between an overlay and its lower layer, sorted by path.
 * @throws Error ENOMEM if the paths exceed MOST_TEXT characters; the errno of a layer that cannot be read.
 */
export function diff(merged: Merged, table: MergedTable): Change[] {
  const { changes } = new Diff(merged, table).run();
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A directory still to visit: in both trees, or with everything below it in one of them. */
interface Pending {
  path: PathNames;
  change: 'compared' | 'added' | 'removed';
}

class Diff {
  readonly changes: Change[] = [];
  private readonly merged: Merged;
  private readonly lower: Backend;
  /** True if unchanged lower names may lead to files that were changed by another name. */
  private readonly thorough: boolean;
  private readonly pending: Pending[] = [{ path: [], change: 'compared' }];
  private textLength = 0;
  private readonly mine: Reach;
  private readonly theirs: Reach;

  constructor(merged: Merged, table: MergedTable) {
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

  private add(path: PathNames, change: Change['change'], kind: number): void {
    const text = path.join('/') || '.';
    this.textLength += text.length;
    if (this.textLength > MOST_TEXT) fail(E.ENOMEM);
    this.changes.push({ path: text, change, kind: KINDS[kind] ?? 'device' });
  }

  /** Compares a directory with the lower directory at the same path. */
  private directory(path: PathNames, dir: OverlayInode, below: Inode): void {
    // Never copied up, so unchanged.
    if (dir.upper === null && dir.lower === below && !this.thorough) return;
    if (dir.upper !== null && this.differs(dir, below)) this.add(path, 'changed', S_IFDIR);
    const mine = listNames(this.merged, dir);
    const theirs = listNames(this.lower, below);
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

  /** Compares the inodes at one path in both trees. */
  private pair(path: PathNames, inode: OverlayInode, lower: Inode): void {
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

  /** Reports an entry and everything below it, of either tree. */
  private all(path: PathNames, inode: Inode, change: 'added' | 'removed'): void {
    this.add(path, change, inode.kind);
    if (inode.kind === S_IFDIR) this.pending.push({ path, change });
  }

  private below(tree: Backend, path: PathNames, dir: Inode, change: 'added' | 'removed'): void {
    for (const name of listNames(tree, dir)) {
      heldDuring(tree, dir, name, (inode) => this.all([...path, name], inode, change));
    }
  }
}

/**
 * True if two inodes of one kind agree in mode, rdev and xattrs, or in the target of a symlink.
 * @throws Error for an errno.
 */
export function alike(a: Backend, one: Inode, b: Backend, two: Inode): boolean {
  if (one.kind === S_IFLNK) return must(a.readlink(one)) === must(b.readlink(two));
  const first = attrOf(a, one);
  const second = attrOf(b, two);
  return first.mode === second.mode && first.rdev === second.rdev && xattrsOf(a, one) === xattrsOf(b, two);
}

/**
 * True if two inodes of one kind differ in `alike` or in their data.
 * @throws Error for an errno.
 */
function differs(a: Backend, one: Inode, b: Backend, two: Inode): boolean {
  if (!alike(a, one, b, two)) return true;
  if (one.kind !== S_IFREG) return false;
  const same = finish(sameData({ backend: a, inode: one }, { backend: b, inode: two }));
  if (same < 0) fail(-same);
  return same === 0;
}

/** Returns the extended attributes as text, to compare. */
function xattrsOf(backend: Backend, inode: Inode): string {
  const names = backend.listxattr(inode);
  if (typeof names === 'number') return names === E.ENOTSUP ? '' : fail(names);
  return names
    .sort()
    .map((name) => `${name}=${must(backend.getxattr(inode, name)).join()}`)
    .join(' ');
}
