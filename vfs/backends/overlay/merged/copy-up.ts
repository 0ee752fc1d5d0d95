// Copy-up: copies an inode to the upper layer before its first change.
import { S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Attr, Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { copyData, type LayerFile } from '../layer/data.ts';
import type { Directories } from './directory.ts';
import type { Handles } from './handles.ts';
import type { OverlayInode } from './inode.ts';
import { forget } from '../../../backend/inode-refs.ts';
import { noAttr } from '../../../backend/attr.ts';
import { attempt, copyXattrs, setMode, setMtime, setOwner, setTimes } from '../layer/layer.ts';
import type { MergedTable } from './merged-table.ts';
import { finish } from '../layer/resumable.ts';

/** The merged attributes of an inode; implemented by the backend. */
export interface AttrSource {
  getattr(inode: OverlayInode, out: Attr): number;
  nlink(inode: OverlayInode): number;
}

/**
 * Copies inodes from the lower layer to the upper one before their first change, after the directories above them
 * (without entries). A copy-up is not visible: inode number, times, mode and links stay the same.
 */
export class CopyUp {
  private readonly lower: Backend;
  private readonly upper: Backend;
  private readonly table: MergedTable;
  private readonly dirs: Directories;
  private readonly handles: Handles;
  private readonly attrSource: AttrSource;

  constructor(
    lower: Backend,
    upper: Backend,
    table: MergedTable,
    dirs: Directories,
    handles: Handles,
    attrSource: AttrSource,
  ) {
    this.lower = lower;
    this.upper = upper;
    this.table = table;
    this.dirs = dirs;
    this.handles = handles;
    this.attrSource = attrSource;
  }

  /**
   * Copies an inode up, unless it has an upper inode.
   * @param length Bytes of file data to copy at most: a truncation follows.
   * @returns 0, or the errno of a layer.
   */
  up(inode: OverlayInode, length = Infinity): number {
    if (inode.upper !== null) return 0;
    // Parents first; by iteration, since a tree may be deeper than the call stack.
    const above: OverlayInode[] = [];
    for (let at = inode; !this.isNameless(at) && at.parent!.upper === null; at = at.parent!) above.push(at.parent!);
    for (let dir = above.pop(); dir !== undefined; dir = above.pop()) {
      const errno = this.one(dir, Infinity);
      if (errno !== 0) return errno;
    }
    return this.one(inode, length);
  }

  private one(inode: OverlayInode, length: number): number {
    if (inode === this.table.top) return this.root(inode);
    return this.isNameless(inode) ? this.nameless(inode, length) : this.at(inode, inode.parent!, inode.name, length);
  }

  private isNameless(inode: OverlayInode): boolean {
    return inode.parent === null || inode.name === '' || this.attrSource.nlink(inode) === 0;
  }

  /** Copies an inode up by the name `dir`/`name`. */
  at(inode: OverlayInode, dir: OverlayInode, name: string, length = Infinity): number {
    const errno = this.up(dir);
    if (errno !== 0) return errno;
    if (!this.leadsTo(dir, name, inode)) return this.nameless(inode, length);
    const attr = noAttr();
    const failed = this.attrSource.getattr(inode, attr) || this.quietly(dir, name, inode, attr, length);
    if (failed !== 0) return failed;
    this.dirs.hide(dir, name, true);
    if (!inode.isDir) inode.lost++;
    this.settleLower(inode);
    return 0;
  }

  /** True if the name still leads to the inode: other processes may change the lower layer. */
  private leadsTo(dir: OverlayInode, name: string, inode: OverlayInode): boolean {
    if (dir.lower === null || dir.hides(name)) return false;
    const above = this.upper.lookup(dir.upper!, name);
    if (typeof above !== 'number') forget(this.upper, above);
    if (above !== E.ENOENT) return false;
    const below = this.lower.lookup(dir.lower, name);
    if (typeof below === 'number') return false;
    if (below !== inode.lower) forget(this.lower, below);
    return below === inode.lower;
  }

  /** Copies up the root: the upper root exists, and gets the attributes. */
  private root(top: OverlayInode): number {
    const attr = noAttr();
    const root = this.upper.root();
    const errno = this.attrSource.getattr(top, attr) || this.dress(this.lower, top.lower!, root, attr);
    if (errno !== 0) return errno;
    this.handles.leave(top);
    this.table.adopt(top, root);
    keep(top, attr);
    return 0;
  }

  /** Creates a copy in a directory and restores the times of the directory. */
  private quietly(dir: OverlayInode, name: string, inode: OverlayInode, attr: Attr, length: number): number {
    const before = noAttr();
    const failed = this.attrSource.getattr(dir, before);
    if (failed !== 0) return failed;
    const made = this.make(dir.upper!, name, inode, attr, length);
    if (typeof made !== 'number') this.adopt(inode, made, attr);
    const errno = setMtime(this.upper, dir.upper!, before);
    keepCtime(dir, before.ctime_sec, before.ctime_nsec);
    return typeof made === 'number' ? made : errno;
  }

  private adopt(inode: OverlayInode, made: Inode, attr: Attr): void {
    this.handles.leave(inode);
    this.table.adopt(inode, made);
    keep(inode, attr);
  }

  /** Creates the copy. Returns the upper inode; or an errno, and the partial copy is removed. */
  private make(dir: Inode, name: string, inode: OverlayInode, attr: Attr, length: number): Inode | number {
    const from = this.source(inode);
    const made = this.create(dir, name, from, attr);
    if (typeof made === 'number') return made;
    const errno = attempt(() => {
      const failed = inode.kind === S_IFREG ? finish(copyData(from, { backend: this.upper, inode: made }, length)) : 0;
      return failed || this.dress(from.backend, from.inode, made, attr);
    });
    if (errno === 0) return made;
    this.undo(dir, name, made);
    return errno;
  }

  private source(inode: OverlayInode): LayerFile {
    return inode.upper !== null
      ? { backend: this.upper, inode: inode.upper }
      : { backend: this.lower, inode: inode.lower! };
  }

  private create(dir: Inode, name: string, from: LayerFile, attr: Attr): Inode | number {
    const { uid, gid } = attr;
    if (from.inode.kind !== S_IFLNK) return this.upper.create(dir, name, attr.mode, attr.rdev, uid, gid);
    const target = from.backend.readlink(from.inode);
    return typeof target === 'number' ? target : this.upper.symlink(dir, name, target, uid, gid);
  }

  private undo(dir: Inode, name: string, made: Inode): void {
    attempt(() => {
      const errno = this.upper.unlink(dir, name, made);
      forget(this.upper, made);
      return errno;
    });
  }

  /** Copies the attributes to a copy: xattrs, owner, mode, times in this order. */
  private dress(from: Backend, source: Inode, to: Inode, attr: Attr): number {
    const now = noAttr();
    const { upper } = this;
    const errno = upper.getattr(to, now) || copyXattrs(from, source, upper, to);
    if (errno !== 0) return errno;
    if (now.uid !== attr.uid || now.gid !== attr.gid) {
      // Only root may chown(2): other users own their copies.
      const failed = attempt(() => setOwner(upper, to, attr));
      if (failed !== 0 && failed !== E.EPERM) return failed;
    }
    if (to.kind !== S_IFLNK && now.mode !== attr.mode) {
      const failed = setMode(upper, to, attr.mode);
      if (failed !== 0) return failed;
    }
    return setTimes(upper, to, attr);
  }

  /**
   * Copies up an inode without a known name: the copy is created under a temporary name and unlinked immediately. It
   * lives on as an orphan of the upper layer.
   */
  private nameless(inode: OverlayInode, length: number): number {
    const { top } = this.table;
    const root = this.upper.root();
    const attr = noAttr();
    const before = noAttr();
    const failed = this.attrSource.getattr(inode, attr) || this.attrSource.getattr(top, before);
    if (failed !== 0) return failed;
    const name = this.freeName(root);
    const made = this.make(root, name, inode, attr, length);
    if (typeof made === 'number') return made;
    this.adopt(inode, made, attr);
    const errno = this.upper.unlink(root, name, made);
    if (top.upper !== null) {
      setMtime(this.upper, root, before);
      keepCtime(top, before.ctime_sec, before.ctime_nsec);
    }
    this.settleLower(inode);
    return errno;
  }

  private freeName(root: Inode): string {
    for (let i = 0; ; i++) {
      const name = `.wasi9p-orphan-${i}`;
      const found = this.upper.lookup(root, name);
      if (typeof found === 'number') return name;
      forget(this.upper, found);
    }
  }

  /**
   * Copies an inode up once more, under a name: for the link(2) of an orphan, where the upper layer cannot do that. (A
   * lower file with two names was copied up, lost the name of the copy, and is linked again.)
   */
  again(inode: OverlayInode, dir: OverlayInode, name: string): number {
    const attr = noAttr();
    const errno = this.attrSource.getattr(inode, attr);
    if (errno !== 0) return errno;
    const made = this.make(dir.upper!, name, inode, attr, Infinity);
    if (typeof made === 'number') return made;
    this.adopt(inode, made, attr);
    return 0;
  }

  /**
   * Decides whether a copied inode keeps its lower inode: a directory does to show its entries, a file while lower
   * names lead to it.
   */
  settleLower(inode: OverlayInode): void {
    if (inode.upper === null || inode.lower === null) return;
    const merged = inode.isDir ? !inode.removed : this.lower.nlink(inode.lower) > inode.lost;
    if (merged) this.table.pin(inode);
    else {
      this.table.leaveLower(inode);
      this.table.unpin(inode);
    }
  }
}

/** Keeps the attributes a copy cannot carry: ctime, btime, rdev. */
function keep(inode: OverlayInode, attr: Attr): void {
  keepCtime(inode, attr.ctime_sec, attr.ctime_nsec);
  const kept = inode.kept!;
  kept.hasBtime = true;
  kept.btime_sec = attr.btime_sec;
  kept.btime_nsec = attr.btime_nsec;
  kept.rdev = attr.rdev;
}

/** Shows this ctime until the next change of the inode. */
export function keepCtime(inode: OverlayInode, sec: number, nsec: number): void {
  inode.kept ??= {
    hasCtime: true,
    ctime_sec: sec,
    ctime_nsec: nsec,
    hasBtime: false,
    btime_sec: 0,
    btime_nsec: 0,
    rdev: 0,
  };
  inode.kept.hasCtime = true;
  inode.kept.ctime_sec = sec;
  inode.kept.ctime_nsec = nsec;
}

/** Notes a change of the inode: from now on the ctime of the layer is shown. */
export function noteChange(inode: OverlayInode): void {
  if (inode.kept !== null) inode.kept.hasCtime = false;
}
