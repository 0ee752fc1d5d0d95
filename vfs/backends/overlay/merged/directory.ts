// Lookup, whiteouts, link counts and sizes of merged directories.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { OverlayInode } from './inode.ts';
import { forget } from '../../../backend/inode-refs.ts';
import { attempt, has } from '../layer/layer.ts';
import type { MergedTable } from './merged-table.ts';
import { Whiteouts } from './whiteouts.ts';

/** Bytes of one entry in the size of a directory, as in tmpfs (BOGO_DIRENT_SIZE, shmem.c). */
const ENTRY = 20;

/**
 * The entries of merged directories: those of the upper directory, and those of the lower one that are not whited out.
 * Whiteouts are kept in memory only (`OverlayInode.whiteouts`), not in the upper layer as in overlayfs (0/0 devices,
 * `trusted.overlay.opaque`), so that a guest can neither see nor create them.
 */
export class Directories {
  private readonly lower: Backend;
  private readonly upper: Backend;
  private readonly table: MergedTable;

  constructor(lower: Backend, upper: Backend, table: MergedTable) {
    this.lower = lower;
    this.upper = upper;
    this.table = table;
  }

  lookup(dir: OverlayInode, name: string): OverlayInode | number {
    // An unreferenced inode may be stale.
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
    // Moved here in the lower layer by another process, but the overlay has it elsewhere already.
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

  /** Merges a directory that the upper layer had from the start with the lower directory of the same name. */
  private merge(inode: OverlayInode, dir: OverlayInode, name: string): void {
    const found = this.lower.lookup(dir.lower!, name);
    if (typeof found === 'number') return;
    if (found.kind === S_IFDIR && this.table.knownLower(found) === undefined) this.table.mergeLower(inode, found);
    else forget(this.lower, found);
  }

  /** True if the name of `inode` in `dir` is an entry of the upper directory. */
  isUpper(dir: OverlayInode, name: string, inode: OverlayInode): boolean {
    if (inode.upper === null || dir.upper === null) return false;
    return dir.lower === null || dir.hides(name) || has(this.upper, dir.upper, name);
  }

  /**
   * Hides the lower entry of this name.
   * @param there True if the lower directory has such an entry.
   */
  hide(dir: OverlayInode, name: string, there: boolean): void {
    if (dir.lower === null || dir.hides(name)) return;
    dir.whiteouts ??= new Whiteouts();
    dir.whiteouts.hide(name, there);
  }

  /** Like `hide`, but first checks that the lower directory has the entry. */
  cover(dir: OverlayInode, name: string): void {
    if (dir.lower !== null && !dir.hides(name) && has(this.lower, dir.lower, name)) this.hide(dir, name, true);
  }

  /** Forgets a name that the upper directory has lost; a lower entry of the same name stays hidden. */
  gone(dir: OverlayInode, name: string): void {
    if (dir.whiteouts?.get(name) === false) dir.whiteouts.delete(name);
    else this.cover(dir, name);
  }

  /** Recounts the whiteouts and `subdirs` after the lower directory has changed. */
  recount(dir: OverlayInode): void {
    const above = kindsIn(this.upper, dir.upper!);
    const below = kindsIn(this.lower, dir.lower!);
    // A layer cannot be listed: the old counts are kept.
    if (above === null || below === null) return;
    dir.subdirs = 0;
    for (const kind of above.values()) if (kind === S_IFDIR) dir.subdirs++;
    for (const [name, kind] of below) if (kind === S_IFDIR && (dir.hides(name) || above.has(name))) dir.subdirs--;
    dir.whiteouts?.recount(above, below);
  }

  nlink(dir: OverlayInode): number {
    if (dir.removed) return 0;
    if (dir.lower === null) return this.upper.nlink(dir.upper!);
    const below = this.lower.nlink(dir.lower);
    if (dir.upper === null) return below;
    // The lower directory was removed by another process; or its file system does not count subdirectories (btrfs).
    if (below < 2) return below === 0 ? this.upper.nlink(dir.upper) : below;
    return Math.max(2, below + dir.subdirs);
  }

  size(dir: OverlayInode): number {
    if (dir.lower === null) return this.upper.size(dir.upper!);
    const below = this.lower.size(dir.lower);
    if (dir.upper === null) return below;
    return Math.max(0, below + ENTRY * (this.upper.entries(dir.upper) - (dir.whiteouts?.covered ?? 0)));
  }

  /**
   * Counts the entries, always anew, since other processes may change the lower directory. An entry whose name is not
   * UTF-8 counts too: the lower layer cannot remove its directory either.
   * @param most The count at which to stop.
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

/** Returns the kind of each entry of a directory of a layer, by name; null if it cannot be listed. */
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
