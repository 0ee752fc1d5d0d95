// Decides which lower inodes a commit can keep for which inodes of the overlay.
import { S_IFREG } from '../../../linux/constants.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { sameData } from '../layer/data.ts';
import { alike, type Merged } from '../merged/diff.ts';
import type { OverlayInode } from '../merged/inode.ts';
import { unref, ref } from '../layer/layer.ts';
import type { Table } from '../merged/table.ts';
import { fail } from '../layer/walk.ts';
import type { Work } from '../layer/work.ts';

/** Which inodes of the lower layer are, or can become, which of the overlay's. */
export class Matches {
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: Table;
  /** A lower name that was never touched may lead to a file that was changed by another. */
  private readonly thorough: boolean;
  /** The lower files of files with several names: another name is a link of it. Both are held. */
  private readonly files = new Map<OverlayInode, Inode>();

  constructor(merged: Merged, table: Table) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.thorough = table.hasAliases();
  }

  /** Whether a directory is what has its path below, with all that is in it. */
  isUntouched(dir: OverlayInode, below: Inode): boolean {
    return !this.thorough && dir.upper === null && dir.lower === below;
  }

  /** Whether a lower inode can become what the overlay has by its name. */
  *stays(inode: OverlayInode, lower: Inode): Work<boolean> {
    if (inode.kind !== lower.kind) return false;
    // A renamed directory has come here: it brings its own lower one.
    if (inode.isDir) return inode.lower === null || inode.lower === lower;
    return this.isSame(inode, lower) || (yield* this.isEqual(inode, lower));
  }

  /** Whether it is the very file, changed or not. */
  private isSame(inode: OverlayInode, lower: Inode): boolean {
    return inode.lower === lower || (inode.copied && inode.ino === this.table.numbers.ofLower(lower.ino));
  }

  /** Whether it may stay for what was made in its place; not if it has another name, or is to have one. */
  private *isEqual(inode: OverlayInode, lower: Inode): Work<boolean> {
    if (this.merged.nlink(inode) !== 1 || this.lower.nlink(lower) !== 1) return false;
    return alike(this.merged, inode, this.lower, lower) && (yield* this.hasSameData(inode, lower));
  }

  /** Whether two files hold the same bytes. */
  *hasSameData(inode: OverlayInode, lower: Inode): Work<boolean> {
    if (inode.kind !== S_IFREG) return true;
    const same = yield* sameData({ backend: this.merged, inode }, { backend: this.lower, inode: lower });
    return same < 0 ? fail(-same) : same === 1;
  }

  /** Other names of the file are to be links of this one. */
  remember(inode: OverlayInode, lower: Inode): void {
    if (this.merged.nlink(inode) === 1 || this.files.has(inode)) return;
    ref(inode);
    ref(lower);
    this.files.set(inode, lower);
  }

  /** The lower file of which another name of this one is to be a link. */
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
