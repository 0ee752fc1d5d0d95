// Lookup, whiteouts, link counts and sizes of merged directories.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { OverlayInode } from './inode.ts';
import { attempt, has, passed } from '../layer/layer.ts';
import type { Table } from './table.ts';

/** Bytes of an entry in a directory's size, as tmpfs has it (BOGO_DIRENT_SIZE, shmem.c). */
const ENTRY = 20;

/**
 * The entries of merged directories: those of the upper directory, and those of the lower one whose names are not
 * hidden. What is hidden is known here and nowhere in the layers, where overlayfs has whiteouts (devices 0/0) and
 * opaque directories (an attribute `trusted.overlay.opaque`): so no guest sees it, and none can make one.
 */
export class Directories {
  private readonly lower: Backend;
  private readonly upper: Backend;
  private readonly table: Table;

  constructor(lower: Backend, upper: Backend, table: Table) {
    this.lower = lower;
    this.upper = upper;
    this.table = table;
  }

  lookup(dir: OverlayInode, name: string): OverlayInode | number {
    // With no holder it may be any directory's past: nobody has a fid that came by it.
    if (dir.removed || dir.holds === 0) return E.ENOENT;
    if (dir.upper !== null) {
      const found = this.upper.lookup(dir.upper, name);
      if (typeof found !== 'number') return this.seenUpper(this.table.fromUpper(found), dir, name);
      if (found !== E.ENOENT) return found;
    }
    if (dir.lower === null || dir.hides(name)) return E.ENOENT;
    const found = this.lower.lookup(dir.lower, name);
    if (typeof found === 'number') return found;
    const inode = this.table.fromLower(found);
    // A directory that was moved here in the lower layer, but has its place in the overlay already.
    if (inode.isDir && inode.upper !== null && (inode.parent !== dir || inode.name !== name)) return E.ENOENT;
    if (inode.upper === null) inode.version = found.version;
    this.table.place(inode, dir, name);
    return inode;
  }

  private seenUpper(inode: OverlayInode, dir: OverlayInode, name: string): OverlayInode {
    const isNew = inode.holds === 0 && inode.parent === null;
    this.table.place(inode, dir, name);
    if (isNew && inode.isDir && dir.lower !== null && !dir.hides(name)) this.merge(inode, dir, name);
    return inode;
  }

  /** A directory of an upper layer that had files before: one of the lower layer shows through. */
  private merge(inode: OverlayInode, dir: OverlayInode, name: string): void {
    const found = this.lower.lookup(dir.lower!, name);
    if (typeof found === 'number') return;
    if (found.kind === S_IFDIR && this.table.knownLower(found) === undefined) this.table.mergeLower(inode, found);
    else passed(this.lower, found);
  }

  /** Whether a name that leads to `inode` is one of the upper directory. */
  isUpper(dir: OverlayInode, name: string, inode: OverlayInode): boolean {
    if (inode.upper === null || dir.upper === null) return false;
    return dir.lower === null || dir.hides(name) || has(this.upper, dir.upper, name);
  }

  /** The lower entry of this name counts no more. `there`: whether the lower directory has one. */
  hide(dir: OverlayInode, name: string, there: boolean): void {
    if (dir.lower === null || dir.hides(name)) return;
    dir.hidden ??= new Map();
    dir.hidden.set(name, there);
    if (there) dir.covered++;
  }

  /** The same when it is not known whether the lower directory has one: then one that it has not need not be hidden. */
  cover(dir: OverlayInode, name: string): void {
    if (dir.lower !== null && !dir.hides(name) && has(this.lower, dir.lower, name)) this.hide(dir, name, true);
  }

  /** The upper directory has lost this name: nothing is to be remembered of one that the lower one never had. */
  gone(dir: OverlayInode, name: string): void {
    if (dir.hidden?.get(name) === false) dir.hidden.delete(name);
    else this.cover(dir, name);
  }

  /** The lower directory has other entries now. */
  recount(dir: OverlayInode): void {
    const above = kindsIn(this.upper, dir.upper!);
    const below = kindsIn(this.lower, dir.lower!);
    // Not known, so it stays as it was.
    if (above === null || below === null) return;
    dir.covered = 0;
    dir.subdirs = 0;
    for (const kind of above.values()) if (kind === S_IFDIR) dir.subdirs++;
    for (const [name, kind] of below) if (kind === S_IFDIR && (dir.hides(name) || above.has(name))) dir.subdirs--;
    for (const name of dir.hidden?.keys() ?? []) {
      const there = below.has(name);
      if (there) dir.covered++;
      if (there || above.has(name)) dir.hidden!.set(name, there);
      else dir.hidden!.delete(name);
    }
  }

  nlink(dir: OverlayInode): number {
    if (dir.removed) return 0;
    if (dir.lower === null) return this.upper.nlink(dir.upper!);
    const below = this.lower.nlink(dir.lower);
    if (dir.upper === null) return below;
    // The lower directory was removed behind our back; or its file system counts no directories (btrfs).
    if (below < 2) return below === 0 ? this.upper.nlink(dir.upper) : below;
    return Math.max(2, below + dir.subdirs);
  }

  size(dir: OverlayInode): number {
    if (dir.lower === null) return this.upper.size(dir.upper!);
    const below = this.lower.size(dir.lower);
    if (dir.upper === null) return below;
    return Math.max(0, below + ENTRY * (this.upper.entries(dir.upper) - dir.covered));
  }

  /**
   * How many entries it has; counted, since others may have changed the lower directory. One whose name cannot be told,
   * as it is not UTF-8, counts all the same: the lower layer cannot remove the directory either.
   * @param most Where it may stop counting.
   */
  entries(dir: OverlayInode, most: number): number {
    if (dir.removed) return 0;
    const { upper, lower } = dir;
    if (lower === null) return this.upper.entries(upper!, most);
    if (upper === null) return this.lower.entries(lower, most);
    const above = this.upper.entries(upper, most);
    if (above >= most) return above;
    const cursor = this.lower.list(lower);
    if (typeof cursor === 'number') return above;
    let shown = 0;
    let hidden = 0;
    try {
      while (above + shown < most && cursor.next()) {
        if (dir.hides(cursor.name) || has(this.upper, upper, cursor.name)) hidden++;
        else shown++;
      }
    } finally {
      cursor.close();
    }
    return above + shown >= most ? most : above + this.lower.entries(lower) - hidden;
  }
}

/** The entries of a layer's directory and what they are; null when it cannot be listed. */
function kindsIn(backend: Backend, dir: Inode): Map<string, number> | null {
  const kinds = new Map<string, number>();
  const errno = attempt(() => {
    const cursor = backend.list(dir);
    if (typeof cursor === 'number') return cursor;
    try {
      while (cursor.next()) kinds.set(cursor.name, cursor.kind);
    } finally {
      cursor.close();
    }
    return 0;
  });
  return errno === 0 ? kinds : null;
}
