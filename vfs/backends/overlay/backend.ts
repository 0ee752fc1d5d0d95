// The overlay as a backend: dispatches each call to the upper or the lower layer and copies up before a change.
import { SETATTR_SIZE } from '../../9p/constants.ts';
import { DISPOSE } from '../../lib/dispose.ts';
import { E } from '../../linux/errno.ts';
import { checkOptions } from '../../lib/options.ts';
import type { Attr, Backend, Capabilities, Hidden, DirCursor, SetAttr, StatFs } from '../../backend/backend.ts';
import type { Change, Changes, CommitOptions, CommitResult } from '../../backend/capabilities.ts';
import { shut } from '../../backend/closed.ts';
import { seekData, seekHole } from '../../backend/extents.ts';
import { RECLAIMED, type Inode } from '../../backend/inode.ts';
import { COMMIT_OPTIONS, Commit } from './commit/commit.ts';
import { CopyUp, noteChange } from './merged/copy-up.ts';
import { OverlayCursor } from './merged/cursor.ts';
import { diff } from './merged/diff.ts';
import { Directories } from './merged/directory.ts';
import { Handles } from './merged/handles.ts';
import type { OverlayInode } from './merged/inode.ts';
import { NameChanges } from './merged/name-changes.ts';
import { MergedTable } from './merged/merged-table.ts';

/** The methods of a closed overlay that must not fail: it holds no references to its layers. */
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
 * Two backends merged into one tree, as overlayfs does: an inode is read from the lower layer until its first change
 * copies it up; all changes are in the upper layer. The lower layer is written to by `commit` only; reads do not move
 * its access times either. The upper layer belongs to the overlay.
 */
export class OverlayStore implements Backend, Changes {
  readonly name = 'overlay';
  /** Those of the upper layer, which holds all changes. */
  readonly capabilities: Capabilities;
  readonly lower: Backend;
  readonly upper: Backend;
  private readonly table: MergedTable;
  private readonly dirs: Directories;
  private readonly handles: Handles;
  private readonly copy: CopyUp;
  private readonly names: NameChanges;
  private readonly ownsUpper: boolean;

  /** @param ownsUpper True if `close` closes the upper layer too. */
  constructor(lower: Backend, upper: Backend, ownsUpper = false) {
    this.ownsUpper = ownsUpper;
    this.lower = lower;
    this.upper = upper;
    this.capabilities = upper.capabilities;
    this.table = new MergedTable(lower, upper);
    this.dirs = new Directories(lower, upper, this.table);
    this.handles = new Handles(lower, upper);
    this.copy = new CopyUp(lower, upper, this.table, this.dirs, this.handles, this);
    this.names = new NameChanges(upper, this.table, this.dirs, this.copy, this);
  }

  /** The overlay lists and commits its changes itself. */
  get changes(): Changes {
    return this;
  }

  /** The guarantees that either layer cannot give. */
  get limits(): string {
    return [this.lower.limits, this.upper.limits].filter(Boolean).join(' ');
  }

  diff(): Change[] {
    return diff(this, this.table);
  }

  commit(options: CommitOptions = {}): CommitResult {
    const run = this.committing(options);
    while (run.step());
    return run.result;
  }

  committing(options: CommitOptions = {}): Commit {
    return new Commit(this, this.table, this.dirs, checkOptions(options, COMMIT_OPTIONS));
  }

  /** Writes back what both layers cache. */
  flush(): number {
    return (this.upper.flush?.() ?? 0) || (this.lower.flush?.() ?? 0);
  }

  /**
   * Ends the overlay and drops its references to both layers; every later call answers EIO. The layers that were passed
   * in stay open: their maker closes them. The default upper layer is closed.
   */
  close(): void {
    if (!shut(this)) return;
    Object.assign(this, LET_GO);
    this.table.close((inode) => this.handles.leave(inode));
    if (this.ownsUpper) this.upper.close?.();
  }

  /** The number of inodes that are referenced although no fid is left. For tests: always 0. */
  get leaked(): number {
    return this.table.leaked();
  }

  /**
   * The number of pinned inodes, each a descriptor if its layer is a host directory: the root, changed directories, and
   * files of which one of several names was changed.
   */
  get kept(): number {
    return this.table.kept();
  }

  [DISPOSE](): void {
    this.close();
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
    if (inode.state === RECLAIMED) return 0;
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
      // Other processes may have changed the lower file.
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
    if (errno === 0) noteChange(inode);
    return errno;
  }

  create(dir: OverlayInode, name: string, mode: number, rdev: number, uid: number, gid: number): Inode | number {
    return this.names.create(dir, name, mode, rdev, uid, gid);
  }

  symlink(dir: OverlayInode, name: string, target: string, uid: number, gid: number): Inode | number {
    return this.names.symlink(dir, name, target, uid, gid);
  }

  link(dir: OverlayInode, name: string, inode: OverlayInode): number {
    return this.names.link(dir, name, inode);
  }

  unlink(dir: OverlayInode, name: string, inode: OverlayInode): number {
    return this.names.unlink(dir, name, inode);
  }

  rename(
    oldDir: OverlayInode,
    oldName: string,
    inode: OverlayInode,
    newDir: OverlayInode,
    newName: string,
    target: OverlayInode | null,
  ): number {
    return this.names.rename(oldDir, oldName, inode, newDir, newName, target);
  }

  readlink(inode: OverlayInode): string | number {
    // A target never changes. The lower inode has a name as long as it is kept, which a host needs to read the target.
    return inode.lower !== null ? this.lower.readlink(inode.lower) : this.upper.readlink(inode.upper!);
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

  /** In the upper layer. */
  allocate(inode: OverlayInode, handle: number, offset: number, length: number): number {
    const { upper } = this;
    if (upper.allocate === undefined) return E.ENOTSUP;
    const errno = inode.upper === null ? this.copy.up(inode) : 0;
    if (errno !== 0) return errno;
    const at = this.handles.at(inode, handle);
    return at < 0 ? -at : upper.allocate(inode.upper!, at, offset, length);
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
    // A read does not copy up, nor move the atime of a lower file (the same in overlayfs).
    if (inode.upper !== null) this.upper.accessed(inode.upper);
  }

  modified(inode: OverlayInode): void {
    if (inode.upper === null) return;
    this.upper.modified(inode.upper);
    noteChange(inode);
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
    // The lower layer has no xattrs, but a copy could have some.
    return value === E.ENOTSUP && this.capabilities.xattrs ? E.ENODATA : value;
  }

  setxattr(inode: OverlayInode, name: string, value: Uint8Array, flags: number): number {
    const errno = this.copy.up(inode) || this.upper.setxattr(inode.upper!, name, value, flags);
    if (errno === 0) noteChange(inode);
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
