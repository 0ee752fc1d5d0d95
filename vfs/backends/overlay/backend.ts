// The overlay as a backend: dispatches each call to the upper or the lower layer and copies up before a change.
import { SETATTR_SIZE } from '../../9p/constants.ts';
import { nowNsec, nowSec, tick } from '../../lib/clock.ts';
import { DISPOSE } from '../../lib/dispose.ts';
import { E } from '../../linux/errno.ts';
import { checkOptions } from '../../lib/options.ts';
import type { Attr, Backend, Capabilities, Hidden, DirCursor, SetAttr, StatFs } from '../../backend/backend.ts';
import { shut } from '../../backend/closed.ts';
import { seekData, seekHole } from '../../backend/extents.ts';
import type { Inode } from '../../backend/inode.ts';
import { COMMIT_OPTIONS, Commit, type CommitOptions, type CommitResult } from './commit/commit.ts';
import { CopyUp, changed, keepCtime } from './merged/copy-up.ts';
import { OverlayCursor } from './merged/cursor.ts';
import { diff, type Change } from './merged/diff.ts';
import { Directories } from './merged/directory.ts';
import { Handles } from './merged/handles.ts';
import type { OverlayInode } from './merged/inode.ts';
import { attempt, touch } from './layer/layer.ts';
import { Table } from './merged/table.ts';

/** With the overlay closed nothing of its layers is held any more. */
const LET_GO = {
  nlink: (): number => 1,
  size: (): number => 0,
  closeHandle(): void {},
  accessed(): void {},
  modified(): void {},
  release(): void {},
  reclaim: (): number => 0,
} satisfies Partial<Backend>;

/**
 * Two backends as one tree: what the lower one has, until it is changed; all changes are in the upper one. Nothing is
 * ever written to the lower layer, not even an access time, but by `commit`. The upper layer is the overlay's alone.
 */
export class OverlayBackend implements Backend {
  readonly name = 'overlay';
  /** Whatever is made or changed is in the upper layer. */
  readonly capabilities: Capabilities;
  readonly lower: Backend;
  readonly upper: Backend;
  private readonly table: Table;
  private readonly dirs: Directories;
  private readonly handles: Handles;
  private readonly copy: CopyUp;
  private readonly ownsUpper: boolean;

  /** @param ownsUpper Whether the upper layer ends with the overlay. */
  constructor(lower: Backend, upper: Backend, ownsUpper = false) {
    this.ownsUpper = ownsUpper;
    this.lower = lower;
    this.upper = upper;
    this.capabilities = upper.capabilities;
    this.table = new Table(lower, upper);
    this.dirs = new Directories(lower, upper, this.table);
    this.handles = new Handles(lower, upper);
    this.copy = new CopyUp(lower, upper, this.table, this.dirs, this.handles, this);
  }

  /**
   * What differs from the lower layer, sorted by path; names of a directory that was renamed are removed and added.
   * Times alone, and who owns a file, are no difference. @throws what the layers throw, as when a file cannot be read.
   */
  diff(): Change[] {
    return diff(this, this.table);
  }

  /**
   * Makes the lower layer what the overlay shows, all of it or nothing. It can be tried again. When the process dies
   * meanwhile, `settle` of the lower layer completes it or takes it back.
   * @returns errno 0; or an errno, and the path of what could not be removed, made or changed.
   * @throws TypeError for options that cannot be, before anything is done.
   */
  commit(options: CommitOptions = {}): CommitResult {
    const run = this.committing(options);
    while (run.step());
    return run.result;
  }

  /**
   * The same, a step at a time; between two of them nothing may be done to the overlay.
   * @throws TypeError for options that cannot be.
   */
  committing(options: CommitOptions = {}): Commit {
    return new Commit(this, this.table, this.dirs, checkOptions(options, COMMIT_OPTIONS));
  }

  /**
   * Ends the overlay: lets go of what it holds in its layers. Whatever is asked of it after that is EIO. The layers that
   * it was given stay open: they are their maker's to close. The default upper one is closed.
   */
  close(): void {
    if (!shut(this)) return;
    Object.assign(this, LET_GO);
    this.table.close((inode) => this.handles.leave(inode));
    if (this.ownsUpper) this.upper.close?.();
  }

  [DISPOSE](): void {
    this.close();
  }

  /** Inodes held for nobody when no fid is left, for tests: 0. */
  get leaked(): number {
    return this.table.leaked();
  }

  /**
   * Inodes that the layers must hold for good, each with a descriptor where they are host directories: the root,
   * directories that were changed, files of which one of several names was.
   */
  get kept(): number {
    return this.table.kept();
  }

  root(): OverlayInode {
    return this.table.top;
  }

  lookup(dir: OverlayInode, name: string): OverlayInode | number {
    const found = this.dirs.lookup(dir, name);
    return typeof found === 'number' ? found : this.table.serve(found);
  }

  parent(dir: OverlayInode): Inode | number {
    return dir.parent === null ? dir : this.table.serve(dir.parent);
  }

  nlink(inode: OverlayInode): number {
    if (inode.dead) return 0;
    if (inode.isDir) return this.dirs.nlink(inode);
    const { upper, lower } = inode;
    const above = upper === null ? 0 : this.upper.nlink(upper);
    return lower === null ? above : above + Math.max(0, this.lower.nlink(lower) - inode.lost);
  }

  entries(dir: OverlayInode, most = Infinity): number {
    return this.dirs.entries(dir, most);
  }

  size(inode: OverlayInode): number {
    if (inode.isDir) return this.dirs.size(inode);
    return inode.upper !== null ? this.upper.size(inode.upper) : this.lower.size(inode.lower!);
  }

  getattr(inode: OverlayInode, out: Attr): number {
    const { upper, lower, kept } = inode;
    const errno = upper !== null ? this.upper.getattr(upper, out) : this.lower.getattr(lower!, out);
    if (errno !== 0) return errno;
    if (upper === null) {
      // Others may have changed the lower file.
      inode.version = lower!.version;
      if (inode.isDir ? inode.removed : inode.lost > 0) out.nlink = this.nlink(inode);
    } else if (lower !== null) {
      out.nlink = this.nlink(inode);
      if (inode.isDir) out.size = this.dirs.size(inode);
    }
    if (kept === null) return 0;
    if (kept.hasCtime) {
      out.ctime_sec = kept.ctime_sec;
      out.ctime_nsec = kept.ctime_nsec;
    }
    if (kept.hasBtime) {
      out.btime_sec = kept.btime_sec;
      out.btime_nsec = kept.btime_nsec;
      out.rdev = kept.rdev;
    }
    return 0;
  }

  setattr(inode: OverlayInode, set: SetAttr): number {
    const length = (set.valid & SETATTR_SIZE) !== 0 ? set.size : Infinity;
    const errno = this.copy.up(inode, length) || this.upper.setattr(inode.upper!, set);
    if (errno === 0) changed(inode);
    return errno;
  }

  create(dir: OverlayInode, name: string, mode: number, rdev: number, uid: number, gid: number): Inode | number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    const made = this.upper.create(dir.upper!, name, mode, rdev, uid, gid);
    return typeof made === 'number' ? made : this.made(dir, name, made);
  }

  symlink(dir: OverlayInode, name: string, target: string, uid: number, gid: number): Inode | number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    const made = this.upper.symlink(dir.upper!, name, target, uid, gid);
    return typeof made === 'number' ? made : this.made(dir, name, made);
  }

  private made(dir: OverlayInode, name: string, upper: Inode): OverlayInode {
    this.dirs.hide(dir, name, false);
    const inode = this.table.madeUpper(upper);
    this.table.place(inode, dir, name);
    if (inode.isDir) dir.subdirs++;
    changed(dir);
    return this.table.serve(inode);
  }

  link(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = this.copy.up(inode) || this.copy.up(dir) || this.linkUpper(dir, name, inode);
    if (errno !== 0) return errno;
    this.dirs.hide(dir, name, false);
    this.table.place(inode, dir, name);
    changed(dir);
    changed(inode);
    return 0;
  }

  private linkUpper(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = attempt(() => this.upper.link(dir.upper!, name, inode.upper!));
    // It has only names in the lower layer by now: a host cannot link what has none.
    if (errno === E.ENOENT && this.upper.nlink(inode.upper!) === 0) return this.copy.again(inode, dir, name);
    return errno;
  }

  unlink(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    if (this.dirs.isUpper(dir, name, inode)) {
      const failed = this.upper.unlink(dir.upper!, name, inode.upper!);
      if (failed !== 0) return failed;
      this.dirs.gone(dir, name);
      changed(inode);
      this.unnamed(dir, name, inode);
    } else {
      const failed = touch(this.upper, dir.upper!);
      if (failed !== 0) return failed;
      this.loseLower(dir, name, inode);
    }
    if (inode.isDir) dir.subdirs--;
    changed(dir);
    return 0;
  }

  /** A name was taken that only the lower layer has. */
  private loseLower(dir: OverlayInode, name: string, inode: OverlayInode): void {
    this.dirs.hide(dir, name, true);
    inode.lost++;
    tick();
    keepCtime(inode, nowSec, nowNsec);
    // With names left it must not be forgotten that this one is gone.
    if (!inode.isDir && this.nlink(inode) > 0) this.table.pin(inode);
    this.copy.settleLower(inode);
    this.unnamed(dir, name, inode);
  }

  private unnamed(dir: OverlayInode, name: string, inode: OverlayInode): void {
    if (inode.isDir) inode.removed = true;
    else if (inode.parent === dir && inode.name === name) inode.name = '';
  }

  rename(
    oldDir: OverlayInode,
    oldName: string,
    inode: OverlayInode,
    newDir: OverlayInode,
    newName: string,
    target: OverlayInode | null,
  ): number {
    const { copy, dirs } = this;
    const errno = copy.up(oldDir) || copy.up(newDir) || (inode.upper === null ? copy.at(inode, oldDir, oldName) : 0);
    if (errno !== 0) return errno;
    const over = target !== null && dirs.isUpper(newDir, newName, target) ? target.upper : null;
    const failed = dirs.isUpper(oldDir, oldName, inode)
      ? this.upper.rename(oldDir.upper!, oldName, inode.upper!, newDir.upper!, newName, over)
      : this.moveLower(oldDir, oldName, inode, newDir, newName, over);
    if (failed !== 0) return failed;
    dirs.gone(oldDir, oldName);
    if (target === null) dirs.hide(newDir, newName, false);
    else this.replaced(newDir, newName, target, over !== null);
    if (inode.isDir) {
      oldDir.subdirs--;
      newDir.subdirs++;
    }
    this.table.move(inode, newDir, newName);
    changed(oldDir);
    changed(newDir);
    changed(inode);
    return 0;
  }

  /** Renames by a name that only the lower layer has, of a file that was copied up by another one. */
  private moveLower(
    oldDir: OverlayInode,
    oldName: string,
    inode: OverlayInode,
    newDir: OverlayInode,
    newName: string,
    over: Inode | null,
  ): number {
    if (inode.isDir) return E.ESTALE;
    const errno =
      (over !== null ? this.upper.unlink(newDir.upper!, newName, over) : 0) ||
      this.linkUpper(newDir, newName, inode) ||
      touch(this.upper, oldDir.upper!);
    if (errno === 0) this.loseLower(oldDir, oldName, inode);
    return errno;
  }

  /** The target of a rename has lost its name. */
  private replaced(dir: OverlayInode, name: string, target: OverlayInode, wasUpper: boolean): void {
    if (target.isDir) dir.subdirs--;
    if (!wasUpper) {
      this.loseLower(dir, name, target);
      return;
    }
    this.dirs.cover(dir, name);
    changed(target);
    this.unnamed(dir, name, target);
  }

  readlink(inode: OverlayInode): string | number {
    return inode.upper !== null ? this.upper.readlink(inode.upper) : this.lower.readlink(inode.lower!);
  }

  open(inode: OverlayInode, flags: number): number {
    return this.handles.open(inode, flags);
  }

  closeHandle(inode: OverlayInode, handle: number): void {
    this.handles.close(inode, handle);
  }

  read(inode: OverlayInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const at = this.handles.at(inode, handle);
    if (at < 0) return at;
    return inode.upper !== null
      ? this.upper.read(inode.upper, at, offset, u8, start, end)
      : this.lower.read(inode.lower!, at, offset, u8, start, end);
  }

  write(inode: OverlayInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const errno = inode.upper === null ? this.copy.up(inode) : 0;
    if (errno !== 0) return -errno;
    const at = this.handles.at(inode, handle);
    return at < 0 ? at : this.upper.write(inode.upper!, at, offset, u8, start, end);
  }

  seekData(inode: OverlayInode, handle: number, offset: number): number {
    const at = this.handles.at(inode, handle);
    if (at < 0) return at;
    return inode.upper !== null
      ? seekData(this.upper, inode.upper, at, offset)
      : seekData(this.lower, inode.lower!, at, offset);
  }

  seekHole(inode: OverlayInode, handle: number, offset: number): number {
    const at = this.handles.at(inode, handle);
    if (at < 0) return at;
    return inode.upper !== null
      ? seekHole(this.upper, inode.upper, at, offset)
      : seekHole(this.lower, inode.lower!, at, offset);
  }

  accessed(inode: OverlayInode): void {
    // Reading changes nothing below, and is no reason to copy (overlayfs neither moves the atime of a lower file).
    if (inode.upper !== null) this.upper.accessed(inode.upper);
  }

  modified(inode: OverlayInode): void {
    if (inode.upper === null) return;
    this.upper.modified(inode.upper);
    changed(inode);
  }

  fsync(inode: OverlayInode, handle: number, datasync: boolean): number {
    if (inode.upper === null) return 0;
    const at = this.handles.at(inode, handle);
    return at < 0 ? -at : this.upper.fsync(inode.upper, at, datasync);
  }

  countsBlocks({ upper, lower }: OverlayInode): boolean {
    return upper === null && this.lower.countsBlocks?.(lower!) === true;
  }

  hidden({ lower }: OverlayInode): readonly Hidden[] {
    return lower === null ? [] : (this.lower.hidden?.(lower) ?? []);
  }

  list(dir: OverlayInode): DirCursor | number {
    const above = dir.upper === null ? null : this.upper.list(dir.upper);
    if (typeof above === 'number') return above;
    const below = dir.lower === null || dir.removed ? null : this.lower.list(dir.lower);
    if (typeof below !== 'number') return new OverlayCursor(this.upper, this.table, dir, above, below);
    above?.close();
    return below;
  }

  statfs(out: StatFs): number {
    return this.upper.statfs(out);
  }

  getxattr(inode: OverlayInode, name: string): Uint8Array | number {
    if (inode.upper !== null) return this.upper.getxattr(inode.upper, name);
    const value = this.lower.getxattr(inode.lower!, name);
    // The lower layer keeps none, but the file may get some.
    return value === E.ENOTSUP && this.capabilities.xattrs ? E.ENODATA : value;
  }

  setxattr(inode: OverlayInode, name: string, value: Uint8Array, flags: number): number {
    const errno = this.copy.up(inode) || this.upper.setxattr(inode.upper!, name, value, flags);
    if (errno === 0) changed(inode);
    return errno;
  }

  listxattr(inode: OverlayInode): string[] | number {
    if (inode.upper !== null) return this.upper.listxattr(inode.upper);
    const names = this.lower.listxattr(inode.lower!);
    return names === E.ENOTSUP && this.capabilities.xattrs ? [] : names;
  }

  release(inode: OverlayInode): void {
    this.table.unserve(inode);
  }

  reclaim(inode: OverlayInode): number {
    return this.table.reclaim(inode);
  }
}
