// The in-memory store as a backend: inodes, names and attributes. Runs in a browser.
import { SETATTR_GID, SETATTR_MODE, SETATTR_SIZE, SETATTR_UID } from '../../9p/constants.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { nowNsec, nowSec, readClock } from '../../lib/clock.ts';
import { checkOptions, type RowsOf } from '../../lib/options.ts';
import { byteLength } from '../../lib/utf8.ts';
import { tickFor } from '../../backend/change-time.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase } from '../../backend/base.ts';
import { isClosed } from '../../backend/closed.ts';
import type { Attr, Capabilities, SetAttr, StatFs } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';
import { COST, Space, defaultCapacity, nameCost } from '../../backend/space.ts';
import { getXattr, listXattrs, setXattr } from '../../backend/xattrs.ts';
import { Cells } from './cells.ts';
import { costOf, inodeCost } from './cost.ts';
import { forgetCopied } from './clones/copy.ts';
import { FileData } from './data.ts';
import type { Era } from './clones/era.ts';
import { RamInode } from './inode.ts';
import { Lineage } from './clones/lineage.ts';
import type { NamesCursor } from './names-cursor.ts';
import { OrphanList } from './orphan-list.ts';
import { isAccessDue, setChanged, setModified, setTimes } from './times.ts';

const BLOCK = 4096;

/** The options of `ram`. */
export interface RamOptions {
  /**
   * Capacity in bytes, after which calls fail with ENOSPC: file data, plus `COST` (space.ts) for each inode, name,
   * symlink and extended attribute; orphans count until they are reclaimed. Default: a quarter of the memory of the
   * machine or of the container.
   */
  capacity?: number;
}

/** The kinds of the options. @internal */
export const RAM_OPTIONS = { capacity: 'number' } satisfies RowsOf<RamOptions>;

/**
 * A store in memory: sparse files that grow in 1 MiB chunks, times in nanoseconds, memory freed on truncation and
 * removal. It uses nothing of Node.
 */
export class RamBackend extends BackendBase {
  readonly name = 'ram';
  override readonly readOnly = false;
  override readonly capabilities: Capabilities = {
    hardLinks: true,
    xattrs: true,
    sparse: true,
    specialFiles: true,
    nanoseconds: true,
    rawNames: true,
  };
  private top: RamInode;
  private readonly space: Space;
  private readonly cells: Cells;
  private readonly lineage: Lineage;
  /** That of the lineage. */
  private era: Era;
  private readonly orphans = new OrphanList();
  private nextIno = 1;
  /** The number of inodes, orphans included. */
  private inodes = 0;

  /** @param space The capacity, which other stores may share. */
  constructor(options: RamOptions = {}, space = new Space(options.capacity ?? defaultCapacity())) {
    super();
    this.space = space;
    this.cells = new Cells(space);
    this.lineage = new Lineage(this.cells);
    this.era = this.lineage.era;
    readClock();
    this.top = this.make(S_IFDIR | 0o755, 0, 0, null);
    this.top.nlink = 2;
    this.top.parent = this.top;
  }

  /**
   * A store with the files as they are now, orphans not included. Each store can be changed and closed without effect on
   * the other; data and directories are shared until one of them changes. Inode numbers, times and hard links are kept.
   * The capacity of the clone is its own, and all that it shares counts in full.
   */
  clone(options: RamOptions = {}): RamBackend {
    const { capacity = this.space.capacity } = checkOptions(options, RAM_OPTIONS);
    this.root(); // throws EIO if the store is closed
    const { lineage, orphans } = this;
    const space = new Space(capacity);
    const clone = new RamBackend({}, space);
    space.copy(this.space);
    space.give(this.cells.idle);
    orphans.each((inode) => {
      if (inode.content instanceof FileData) space.give(inode.content.allocated);
      space.giveHeap(costOf(inode));
    });
    clone.top = lineage.share(this, this.top, clone, clone.lineage);
    this.era = lineage.era;
    clone.nextIno = this.nextIno;
    clone.inodes = this.inodes - orphans.count;
    return clone;
  }

  override close(): void {
    if (!isClosed(this)) this.lineage.leave(this);
    super.close();
  }

  private make(mode: number, uid: number, gid: number, target: string | null): RamInode {
    this.inodes++;
    return new RamInode(this.nextIno++, mode, uid, gid, target, this.era);
  }

  /** Called before each change of an inode. */
  private touch(inode: RamInode): void {
    if (inode.era !== this.era) this.lineage.touch(inode);
  }

  root(): RamInode {
    return this.top;
  }

  lookup(dir: RamInode, name: string): RamInode | number {
    const { children } = dir;
    return children.get(name) ?? (children.base === null ? E.ENOENT : this.lineage.find(dir, name));
  }

  parent(dir: RamInode): Inode | number {
    return dir.parent ?? E.ENOENT;
  }

  override nlink(inode: RamInode): number {
    return inode.nlink;
  }

  override entries(dir: RamInode): number {
    return dir.children.size;
  }

  override size(inode: RamInode): number {
    if (inode.kind === S_IFREG) return inode.data.size;
    if (inode.kind === S_IFLNK) return byteLength(inode.content as string);
    // tmpfs counts 20 bytes per entry, `.` and `..` included (BOGO_DIRENT_SIZE, shmem.c).
    return inode.kind === S_IFDIR ? 20 * (2 + inode.children.size) : 0;
  }

  getattr(inode: RamInode, out: Attr): number {
    out.mode = inode.kind | inode.perm;
    out.uid = inode.uid;
    out.gid = inode.gid;
    out.nlink = inode.nlink;
    out.rdev = 0;
    out.size = this.size(inode);
    out.blksize = BLOCK;
    out.blocks = inode.kind === S_IFREG ? Math.ceil(inode.data.allocated / BLOCK) * (BLOCK / 512) : 0;
    out.atime_sec = inode.atime_sec;
    out.atime_nsec = inode.atime_nsec;
    out.mtime_sec = inode.mtime_sec;
    out.mtime_nsec = inode.mtime_nsec;
    out.ctime_sec = inode.ctime_sec;
    out.ctime_nsec = inode.ctime_nsec;
    out.btime_sec = inode.btime_sec;
    out.btime_nsec = inode.btime_nsec;
    return 0;
  }

  override setattr(inode: RamInode, set: SetAttr): number {
    const { valid } = set;
    if ((valid & SETATTR_MODE) !== 0 && inode.kind === S_IFLNK) return E.ENOTSUP;
    this.touch(inode);
    tickFor(set);
    if ((valid & SETATTR_SIZE) !== 0) {
      const errno = this.resize(inode, set.size);
      if (errno !== 0) return errno;
      setModified(inode);
    }
    if ((valid & SETATTR_MODE) !== 0) inode.perm = set.mode & 0o7777;
    if ((valid & SETATTR_UID) !== 0) inode.uid = set.uid;
    if ((valid & SETATTR_GID) !== 0) inode.gid = set.gid;
    setTimes(inode, set);
    setChanged(inode);
    return 0;
  }

  private resize(inode: RamInode, size: number): number {
    // An empty file needs no FileData.
    if (size === 0 && inode.content === null) return 0;
    return this.ownData(inode).truncate(size);
  }

  /** Reserves the cost of a name and of its inode. Returns false if there is no room. */
  private takeRoom(name: string, inode: number): boolean {
    return this.space.takeHeap(nameCost(name) + inode);
  }

  override create(
    dir: RamInode,
    name: string,
    mode: number,
    _rdev: number,
    uid: number,
    gid: number,
  ): RamInode | number {
    if (!this.takeRoom(name, inodeCost(mode & S_IFMT, null))) return E.ENOSPC;
    this.touch(dir);
    readClock();
    const inode = this.make(mode, uid, gid, null);
    if (inode.kind === S_IFDIR) {
      inode.nlink = 2;
      dir.nlink++;
    }
    return this.enterFirst(dir, name, inode);
  }

  override symlink(dir: RamInode, name: string, target: string, uid: number, gid: number): RamInode | number {
    if (!this.takeRoom(name, inodeCost(S_IFLNK, target))) return E.ENOSPC;
    this.touch(dir);
    readClock();
    return this.enterFirst(dir, name, this.make(S_IFLNK | 0o777, uid, gid, target));
  }

  private enterFirst(dir: RamInode, name: string, inode: RamInode): RamInode {
    inode.parent = dir;
    inode.name = name;
    return this.enter(dir, name, inode);
  }

  private enter(dir: RamInode, name: string, inode: RamInode): RamInode {
    dir.ownChildren.add(name, inode);
    setModified(dir);
    return inode;
  }

  override link(dir: RamInode, name: string, inode: RamInode): number {
    if (!this.takeRoom(name, 0)) return E.ENOSPC;
    this.touch(dir);
    this.touch(inode);
    this.lineage.addName(inode);
    readClock();
    inode.nlink++;
    setChanged(inode);
    this.enter(dir, name, inode);
    return 0;
  }

  override unlink(dir: RamInode, name: string, inode: RamInode): number {
    this.touch(dir);
    this.touch(inode);
    readClock();
    dir.children.remove(name);
    this.space.giveHeap(nameCost(name));
    this.lose(dir, inode);
    setModified(dir);
    return 0;
  }

  /** Updates link counts after an inode has lost a name in a directory. */
  private lose(dir: RamInode, inode: RamInode): void {
    if (inode.kind === S_IFDIR) {
      inode.nlink = 0;
      dir.nlink--;
    } else inode.nlink--;
    if (inode.nlink === 0) {
      if (inode.parent !== dir) this.lineage.lostNames(inode);
      this.orphans.add(inode);
    }
    setChanged(inode);
  }

  override rename(
    oldDir: RamInode,
    oldName: string,
    inode: RamInode,
    newDir: RamInode,
    newName: string,
    target: RamInode | null,
  ): number {
    // Only the difference in cost: the old name is freed, and a replaced target already has the new one.
    const more = target === null ? COST.letter * (newName.length - oldName.length) : -nameCost(oldName);
    if (more > 0 && !this.space.takeHeap(more)) return E.ENOSPC;
    if (more < 0) this.space.giveHeap(-more);
    this.touch(oldDir);
    this.touch(newDir);
    this.touch(inode);
    readClock();
    if (target !== null) {
      this.touch(target);
      newDir.children.remove(newName);
      this.lose(newDir, target);
    }
    oldDir.children.remove(oldName);
    newDir.ownChildren.add(newName, inode);
    if (inode.parent === oldDir) {
      inode.parent = newDir;
      inode.name = newName;
    }
    if (inode.kind === S_IFDIR) {
      oldDir.nlink--;
      newDir.nlink++;
    }
    setModified(oldDir);
    setModified(newDir);
    setChanged(inode);
    return 0;
  }

  override readlink(inode: RamInode): string {
    return inode.content as string;
  }

  override closeHandle(): void {
    // A handle has no state.
    forgetCopied();
  }

  read(inode: RamInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return inode.data.read(offset, u8, start, end);
  }

  override write(inode: RamInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    this.touch(inode);
    return this.ownData(inode).write(offset, u8, start, end);
  }

  seekData(inode: RamInode, _handle: number, offset: number): number {
    return inode.data.seekData(offset);
  }

  seekHole(inode: RamInode, _handle: number, offset: number): number {
    return inode.data.seekHole(offset);
  }

  /** Returns the data of a file for a change; created on the first one. */
  private ownData(inode: RamInode): FileData {
    return (inode.content ??= new FileData(this.cells)) as FileData;
  }

  override accessed(inode: RamInode): void {
    if (!isAccessDue(inode)) return;
    this.touch(inode);
    readClock();
    inode.atime_sec = nowSec;
    inode.atime_nsec = nowNsec;
  }

  override modified(inode: RamInode): void {
    this.touch(inode);
    readClock();
    setModified(inode);
  }

  list(dir: RamInode): NamesCursor {
    return dir.children.list();
  }

  override statfs(out: StatFs): number {
    const { space } = this;
    out.bsize = BLOCK;
    out.blocks = Math.floor(Math.min(space.capacity, Number.MAX_SAFE_INTEGER) / BLOCK);
    out.bfree = out.bavail = Math.min(out.blocks, Math.floor(space.left / BLOCK));
    out.ffree = space.heapLeft(COST.inode + COST.name);
    out.files = this.inodes + out.ffree;
    return 0;
  }

  override getxattr(inode: RamInode, name: string): Uint8Array | number {
    return getXattr(inode, name);
  }

  override setxattr(inode: RamInode, name: string, value: Uint8Array, flags: number): number {
    this.touch(inode);
    const errno = setXattr(inode, name, value, flags, this.space);
    if (errno !== 0) return errno;
    readClock();
    setChanged(inode);
    return 0;
  }

  override listxattr(inode: RamInode): string[] {
    return listXattrs(inode);
  }

  override release(inode: RamInode): void {
    // A clone relies on the charge of a file of an earlier era.
    if (inode.kind === S_IFREG && inode.era === this.era) inode.data.trim();
  }

  override reclaim(inode: RamInode): number {
    this.inodes--;
    this.orphans.remove();
    const { content } = inode;
    if (content instanceof FileData) content.free();
    this.space.giveHeap(costOf(inode));
    inode.content = null;
    inode.xattrs = null;
    return 0;
  }
}
