// Decides which lower inodes a commit can keep for which inodes of the overlay.
import { S_IFREG } from '../../../linux/constants.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { sameData } from '../layer/data.ts';
import { alike, type Merged } from '../merged/diff.ts';
import type { OverlayInode } from '../merged/inode.ts';
import { ref, unref } from '../../../backend/inode-refs.ts';
import type { MergedTable } from '../merged/merged-table.ts';
import { fail } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** Matches lower inodes with those of the overlay. */
export class Matches {
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: MergedTable;
  /** True if unchanged lower names may lead to files that were changed by another name. */
  private readonly thorough: boolean;
  /** The lower files of files with several names, to link the other names to. Both are referenced. */
  private readonly files = new Map<OverlayInode, Inode>();

  constructor(merged: Merged, table: MergedTable) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.thorough = table.hasAliases();
  }

  /** True if a directory and everything below it is unchanged. */
  isUntouched(dir: OverlayInode, below: Inode): boolean {
    return !this.thorough && dir.upper === null && dir.lower === below;
  }

  /** True if a lower inode can stay for the overlay's inode of the same name. */
  *stays(inode: OverlayInode, lower: Inode): Resumable<boolean> {
    if (inode.kind !== lower.kind) return false;
    // A directory renamed to here brings its own lower directory.
    if (inode.isDir) return inode.lower === null || inode.lower === lower;
    return this.isSame(inode, lower) || (yield* this.isEqual(inode, lower));
  }

  /** True if it is the same file, changed or not. */
  private isSame(inode: OverlayInode, lower: Inode): boolean {
    return inode.lower === lower || (inode.copied && inode.ino === this.table.numbers.ofLower(lower.ino));
  }

  /** True if a new file with one name is equal to a lower file with one name. */
  private *isEqual(inode: OverlayInode, lower: Inode): Resumable<boolean> {
    if (this.merged.nlink(inode) !== 1 || this.lower.nlink(lower) !== 1) return false;
    return alike(this.merged, inode, this.lower, lower) && (yield* this.hasSameData(inode, lower));
  }

  /**
   * True if two files have the same data.
   * @throws Error for an errno.
   */
  *hasSameData(inode: OverlayInode, lower: Inode): Resumable<boolean> {
    if (inode.kind !== S_IFREG) return true;
    const same = yield* sameData({ backend: this.merged, inode }, { backend: this.lower, inode: lower });
    return same < 0 ? fail(-same) : same === 1;
  }

  /** Remembers the lower file to which other names of the inode will be linked. */
  remember(inode: OverlayInode, lower: Inode): void {
    if (this.merged.nlink(inode) === 1 || this.files.has(inode)) return;
    ref(inode);
    ref(lower);
    this.files.set(inode, lower);
  }

  /** Returns the lower file to link another name of the inode to. */
  known(inode: OverlayInode): Inode | undefined {
    return this.files.get(inode);
  }

  end(): void {
    for (const [inode, lower] of this.files) {
      unref(this.merged, inode);
      unref(this.lower, lower);
    }
    this.files.clear();
  }
}
