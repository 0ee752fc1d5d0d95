import { S_IFDIR, S_IFLNK, S_IFREG } from '../../9p/constants.ts';
import { E, errnoOf } from '../../errno.ts';
import type { Attr, Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { attrOf, differs, join, type Merged } from './diff.ts';
import { copyData, sameData } from './data.ts';
import type { Directories } from './directory.ts';
import type { OverlayInode } from './inode.ts';
import { attempt, copyXattrs, dropXattrs, letGo, passed, setMode, setSize, setTimes, take } from './layer.ts';
import { Moves } from './moves.ts';
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
 * First the directories that were renamed go out of the way, with all that is in them; then whatever the overlay does
 * not have is removed; then all directories are made or put in their new places, and only when every one has its own
 * are files and symlinks made or changed: what fails most, for want of space, fails with everything where it belongs.
 * A file that still is the one it was is changed in place, so that its other names are, too. Times come last, those of
 * a directory when all in it is done. The overlay shows the same afterwards as before, at any point.
 */
class Commit {
  /** What is being worked on. */
  path = '';
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly dirs: Directories;
  private readonly moves: Moves;
  /** A lower name that was never touched may lead to a file that was changed by another. */
  private readonly thorough: boolean;
  /** The lower files of files with several names: another name is a link of it. They are held. */
  private readonly made = new Map<OverlayInode, Inode>();

  constructor(merged: Merged, table: Table, dirs: Directories) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.dirs = dirs;
    this.thorough = table.hasAliases();
    this.moves = new Moves(merged.lower, table);
  }

  all(): void {
    const { table, lower } = this;
    if (!lower.capabilities.specialFiles) this.refuseSpecial('', table.top);
    this.path = '.';
    this.moves.begin();
    this.remove('', table.top, lower.root());
    for (const dir of this.moves.all()) this.remove(pathOf(dir), dir, dir.lower!);
    this.frame('', table.top, lower.root());
    this.path = '.';
    this.moves.finish();
    this.fill('', table.top, lower.root());
  }

  /** Lets go of what was held; what is still out of its place goes back. Then the overlay looks at what has become. */
  end(): void {
    const left = this.moves.undo();
    // What could not go back is seen where the overlay has it, and nowhere else.
    if (left !== '') this.dirs.hide(this.table.top, left, true);
    for (const dir of this.table.mergedDirectories()) if (!dir.removed) this.dirs.recount(dir);
    for (const [inode, lower] of this.made) {
      letGo(this.merged, inode);
      letGo(this.lower, lower);
    }
  }

  /** What the lower layer could not make again is not removed first: nothing is done. */
  private refuseSpecial(path: string, dir: OverlayInode): void {
    if (dir.upper === null) return;
    for (const name of namesOf(this.merged, dir)) {
      heldDuring(this.merged, dir, name, (found) => {
        const inode = found as OverlayInode;
        this.path = join(path, name);
        if (inode.isDir) this.refuseSpecial(this.path, inode);
        else if (inode.kind !== S_IFREG && inode.kind !== S_IFLNK && !this.isInPlace(dir, name, inode)) fail(E.EPERM);
      });
    }
  }

  /** Whether the lower layer has it by this name. */
  private isInPlace(dir: OverlayInode, name: string, inode: OverlayInode): boolean {
    if (inode.upper === null) return true;
    if (dir.lower === null) return false;
    const found = this.lower.lookup(dir.lower, name);
    if (typeof found === 'number') return false;
    const same = this.isSame(inode, found);
    passed(this.lower, found);
    return same;
  }

  private isUntouched(dir: OverlayInode, below: Inode): boolean {
    return !this.thorough && dir.upper === null && dir.lower === below;
  }

  // --- removals

  /** Removes what a lower directory has and the overlay does not, or has as something else. */
  private remove(path: string, dir: OverlayInode, below: Inode): void {
    if (this.isUntouched(dir, below)) return;
    for (const name of namesOf(this.lower, below)) {
      const at = join(path, name);
      this.path = at;
      heldDuring(this.lower, below, name, (lower) => {
        if (this.moves.isStore(lower)) return;
        let stays = false;
        heldDuring(this.merged, dir, name, (inode) => {
          stays = this.removeIn(at, inode as OverlayInode, lower);
        });
        if (!stays) this.removeAll(at, below, name, lower);
      });
    }
  }

  /** False for an inode that has to go; else removes what is to go in it. */
  private removeIn(path: string, inode: OverlayInode, lower: Inode): boolean {
    if (!this.stays(inode, lower)) return false;
    if (inode.isDir) this.remove(path, inode, lower);
    else this.remember(inode, lower);
    return true;
  }

  /** Whether a lower inode can become what the overlay has by its name. */
  private stays(inode: OverlayInode, lower: Inode): boolean {
    if (inode.kind !== lower.kind) return false;
    // A renamed directory has come here: it brings its own lower one.
    if (inode.isDir) return inode.lower === null || inode.lower === lower;
    return this.isSame(inode, lower) || this.isEqual(inode, lower);
  }

  /** Whether it is the very file, changed or not. */
  private isSame(inode: OverlayInode, lower: Inode): boolean {
    return inode.lower === lower || (inode.copied && inode.ino === this.table.numbers.ofLower(lower.ino));
  }

  /** Whether it may stay for what was made in its place; not if it has another name, or is to have one. */
  private isEqual(inode: OverlayInode, lower: Inode): boolean {
    if (this.merged.nlink(inode) !== 1 || this.lower.nlink(lower) !== 1) return false;
    return !differs(this.merged, inode, this.lower, lower);
  }

  /** Other names of the file are to be links of this one. */
  private remember(inode: OverlayInode, lower: Inode): void {
    if (this.merged.nlink(inode) === 1 || this.made.has(inode)) return;
    take(inode);
    take(lower);
    this.made.set(inode, lower);
  }

  private removeAll(path: string, dir: Inode, name: string, inode: Inode): void {
    if (inode.kind === S_IFDIR) {
      for (const child of namesOf(this.lower, inode)) {
        heldDuring(this.lower, inode, child, (found) => this.removeAll(join(path, child), inode, child, found));
      }
    }
    this.path = path;
    check(this.lower.unlink(dir, name, inode));
    // The overlay had counted the name out.
    const known = this.table.knownLower(inode);
    if (known !== undefined && known.lost > 0) known.lost--;
  }

  // --- directories

  /** Makes the directories that are missing, empty, and puts those that were renamed in their places. */
  private frame(path: string, dir: OverlayInode, below: Inode): void {
    if (this.isUntouched(dir, below)) return;
    for (const name of namesOf(this.merged, dir)) {
      heldDuring(this.merged, dir, name, (inode) => {
        if (inode.kind === S_IFDIR) this.place(join(path, name), below, name, inode as OverlayInode);
      });
    }
  }

  private place(path: string, below: Inode, name: string, dir: OverlayInode): void {
    const { lower, moves } = this;
    this.path = path;
    const found = lower.lookup(below, name);
    if (typeof found !== 'number') passed(lower, found);
    else if (found !== E.ENOENT) check(found);
    else if (moves.has(dir)) moves.put(dir, below, name);
    else moves.make(below, name);
    heldDuring(lower, below, name, (there) => this.frame(path, dir, there));
  }

  // --- what is added or changed

  /** Makes a lower directory hold what the overlay shows in it. */
  private fill(path: string, dir: OverlayInode, below: Inode): void {
    if (this.isUntouched(dir, below)) return;
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
      else if (inode.upper !== null) this.update(inode, found);
    } finally {
      letGo(this.lower, found);
    }
  }

  private add(below: Inode, name: string, inode: OverlayInode): void {
    const { lower } = this;
    // Somebody has taken away the directory that was made, or put in its place, a moment ago.
    if (inode.isDir) fail(E.ESTALE);
    const known = this.made.get(inode);
    if (known !== undefined && lower.capabilities.hardLinks) {
      check(lower.link(below, name, known));
      // The overlay has the name in its upper layer.
      if (inode.lower === known) inode.lost++;
      return;
    }
    const made = this.make(below, name, inode);
    this.remember(inode, made);
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
    if (inode.kind === S_IFREG) {
      const target = { backend: lower, inode: below };
      const same = sameData(this.file(inode), target);
      if (same < 0) check(-same);
      if (same === 0) {
        check(setSize(lower, below, 0));
        check(copyData(this.file(inode), target, Infinity));
      }
    }
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

/** The path that the overlay has a directory by. */
function pathOf(dir: OverlayInode): string {
  let path = '';
  for (let at = dir; at.parent !== null; at = at.parent) path = join(at.name, path);
  return path;
}
