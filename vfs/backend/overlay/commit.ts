import { S_IFDIR, S_IFLNK, S_IFREG } from '../../9p/constants.ts';
import { E, errnoOf } from '../../errno.ts';
import type { Attr, Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { Arrangement } from './arrange.ts';
import { attrOf, join, type Merged } from './diff.ts';
import { copyData, rewriteData } from './data.ts';
import type { Directories } from './directory.ts';
import type { OverlayInode } from './inode.ts';
import { attempt, copyXattrs, dropXattrs, letGo, passed, setMode, setTimes, take } from './layer.ts';
import { spareNames, type SpareName } from './journal.ts';
import { Matches } from './matches.ts';
import type { Table } from './table.ts';
import { check, fail, heldDuring, must, namesOf } from './walk.ts';

/** What became of a commit: errno 0 and no path, or the first thing that failed. */
export interface CommitResult {
  errno: number;
  path: string;
}

/** Makes the lower layer what the overlay shows. */
export function commit(merged: Merged, table: Table, dirs: Directories): CommitResult {
  const run = new Commit(merged, table, dirs);
  try {
    run.all();
    return { errno: 0, path: '' };
  } catch (thrown) {
    return { errno: errnoOf(thrown), path: run.path };
  } finally {
    run.end();
  }
}

/**
 * First everything that the lower layer has by another name gets the one it has in the overlay (arrange.ts); then
 * whatever the overlay does not have is removed, which makes space; then files and symlinks are made or changed. What
 * is to take the place of another file does so when it is complete. A file that still is the one it was is changed in
 * place, so that its other names are, too. Times come last, those of a directory when all in it is done. The overlay
 * shows the same afterwards as before, at any point.
 */
class Commit {
  /** What is being worked on. */
  path = '';
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly dirs: Directories;
  private readonly matches: Matches;
  private readonly arrangement: Arrangement;
  private readonly spareName: SpareName;

  constructor(merged: Merged, table: Table, dirs: Directories) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.dirs = dirs;
    this.matches = new Matches(merged, table);
    this.spareName = spareNames(merged.lower, (dir, name) => {
      const known = table.knownLower(dir);
      if (known !== undefined) dirs.hide(known, name, true);
    });
    this.arrangement = new Arrangement(merged, table, this.matches, this.spareName);
  }

  all(): void {
    const { table, lower, arrangement } = this;
    try {
      arrangement.run();
    } finally {
      this.path = arrangement.path;
    }
    this.remove('', table.top, lower.root());
    this.fill('', table.top, lower.root());
  }

  /** Lets go of what was held; what is still out of its place goes back. Then the overlay looks at what has become. */
  end(): void {
    this.arrangement.undo();
    for (const dir of this.table.mergedDirectories()) if (!dir.removed) this.dirs.recount(dir);
    this.matches.end();
  }

  // --- removals

  /** Removes what a lower directory has and the overlay does not. */
  private remove(path: string, dir: OverlayInode, below: Inode): void {
    if (this.matches.isUntouched(dir, below)) return;
    for (const name of namesOf(this.lower, below)) {
      const at = join(path, name);
      this.path = at;
      heldDuring(this.lower, below, name, (lower) => {
        let wanted = false;
        heldDuring(this.merged, dir, name, (inode) => {
          wanted = true;
          if (inode.kind === S_IFDIR && lower.kind === S_IFDIR) this.remove(at, inode as OverlayInode, lower);
        });
        if (!wanted) this.removeAll(at, below, name, lower);
      });
    }
  }

  private removeAll(path: string, dir: Inode, name: string, inode: Inode): void {
    if (inode.kind === S_IFDIR) {
      for (const child of namesOf(this.lower, inode)) {
        heldDuring(this.lower, inode, child, (found) => this.removeAll(join(path, child), inode, child, found));
      }
    }
    this.path = path;
    check(this.lower.unlink(dir, name, inode));
    this.nameGone(inode);
  }

  /** The overlay had counted the name out. */
  private nameGone(inode: Inode): void {
    const known = this.table.knownLower(inode);
    if (known !== undefined && known.lost > 0) known.lost--;
  }

  // --- what is added or changed

  /** Makes a lower directory hold what the overlay shows in it. */
  private fill(path: string, dir: OverlayInode, below: Inode): void {
    if (this.matches.isUntouched(dir, below)) return;
    const attr = attrOf(this.merged, dir);
    for (const name of namesOf(this.merged, dir)) {
      heldDuring(this.merged, dir, name, (inode) => {
        this.entry(join(path, name), below, name, inode as OverlayInode);
      });
    }
    this.path = path === '' ? '.' : path;
    if (dir.upper !== null) this.dress(dir, below, attr);
  }

  private entry(path: string, below: Inode, name: string, inode: OverlayInode): void {
    this.path = path;
    const found = this.lower.lookup(below, name);
    if (typeof found === 'number') {
      if (found !== E.ENOENT) check(found);
      this.add(below, name, inode);
      return;
    }
    take(found);
    try {
      if (inode.isDir) this.fill(path, inode, found);
      else if (inode.upper !== null) {
        if (this.matches.stays(inode, found) || this.matches.known(inode) === found) this.update(inode, found);
        else this.replace(below, name, found, inode);
      }
    } finally {
      letGo(this.lower, found);
    }
  }

  /** Puts a file in the place of another. */
  private replace(below: Inode, name: string, found: Inode, inode: OverlayInode): void {
    const { lower } = this;
    const made = this.spareName(below);
    this.add(below, made, inode);
    heldDuring(lower, below, made, (there) => {
      const errno = attempt(() => lower.rename(below, made, there, below, name, found));
      if (errno !== 0) attempt(() => lower.unlink(below, made, there));
      check(errno);
    });
    this.nameGone(found);
  }

  private add(below: Inode, name: string, inode: OverlayInode): void {
    const { lower } = this;
    // Somebody has taken away the directory that was made, or put in its place, a moment ago.
    if (inode.isDir) fail(E.ESTALE);
    const known = this.matches.known(inode);
    if (known !== undefined && lower.capabilities.hardLinks) {
      check(lower.link(below, name, known));
      // The overlay has the name in its upper layer.
      if (inode.lower === known) inode.lost++;
      return;
    }
    const made = this.make(below, name, inode);
    this.matches.remember(inode, made);
    passed(lower, made);
  }

  private make(below: Inode, name: string, inode: OverlayInode): Inode {
    const { lower, merged } = this;
    const attr = attrOf(merged, inode);
    if (inode.kind === S_IFLNK) {
      const link = must(lower.symlink(below, name, must(merged.readlink(inode)), attr.uid, attr.gid));
      this.setTimes(link, attr);
      return link;
    }
    const made = must(lower.create(below, name, attr.mode, attr.rdev, attr.uid, attr.gid));
    take(made);
    try {
      if (inode.kind === S_IFREG) check(copyData(this.file(inode), { backend: lower, inode: made }, Infinity));
      this.dress(inode, made, attr);
    } catch (thrown) {
      // Half a file is worse than none: the overlay has the whole.
      attempt(() => lower.unlink(below, name, made));
      letGo(lower, made);
      throw thrown;
    }
    made.refs--;
    return made;
  }

  private file(inode: OverlayInode): { backend: Backend; inode: Inode } {
    return { backend: this.merged, inode };
  }

  /** Changes a lower file into what its copy is. */
  private update(inode: OverlayInode, below: Inode): void {
    const { lower } = this;
    const attr = attrOf(this.merged, inode);
    if (inode.kind === S_IFREG) check(rewriteData(this.file(inode), { backend: lower, inode: below }));
    this.dress(inode, below, attr);
  }

  /** Mode, extended attributes and times. Who owns it is up to who commits. */
  private dress(inode: OverlayInode, below: Inode, attr: Attr): void {
    const { lower } = this;
    const now = attrOf(lower, below);
    check(copyXattrs(this.merged, inode, lower, below) || dropXattrs(this.merged, inode, lower, below));
    if (inode.kind !== S_IFLNK && now.mode !== attr.mode) check(setMode(lower, below, attr.mode));
    this.setTimes(below, attr);
  }

  /** Only its owner may say how old a file is; who may write to it may still change it, and then it is new. */
  private setTimes(below: Inode, attr: Attr): void {
    const errno = attempt(() => setTimes(this.lower, below, attr));
    if (errno !== E.EPERM) check(errno);
  }
}
