// A memfs Volume as a backend. Runs in a browser; imports no memfs, only its shape (core.ts).
import type { RowsOf } from '../../lib/options.ts';
import {
  SETATTR_ATIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_SIZE,
  SETATTR_UID,
} from '../../9p/constants.ts';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../linux/constants.ts';
import { byteLength } from '../../lib/utf8.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase } from '../../backend/base.ts';
import type { Attr, Capabilities, SetAttr, StatFs } from '../../backend/backend.ts';
import { tickFor } from '../../backend/change-time.ts';
import { shut } from '../../backend/closed.ts';
import { defaultCapacity } from '../../backend/space.ts';
import { getXattr, listXattrs, setXattr } from '../../backend/xattrs.ts';
import {
  EVENT_ATTRIB,
  EVENT_CREATE,
  EVENT_DELETE,
  EVENT_MODIFY,
  EVENT_MOVE,
  setSteps,
  type Core,
  type CoreEvent,
  type CoreLink,
  type MemfsVolume,
} from './core.ts';
import { MemfsCursor } from './cursor.ts';
import { FILE_MAX, freeData, readData, truncateData, writeData } from './data.ts';
import type { MemfsInode } from './inode.ts';
import { VolumeInodes } from './inodes.ts';
import { MEMFS_COST, VolumeSpace, dataOf, heapCost, nameCost } from './space.ts';
import { deriveSteps } from './steps.ts';
import {
  changedAtTick,
  modifiedAtTick,
  refresh,
  setTimes,
  touchAccessed,
  touchChanged,
  touchCreated,
  touchModified,
} from './times.ts';

const BLOCK = 4096;

/** The options of `memfs`. */
export interface MemfsOptions {
  /**
   * Capacity in bytes, after which guests get ENOSPC: the sizes of all files, holes included, plus `MEMFS_COST`
   * (space.ts) for each node, name, symlink and extended attribute. Files made by JavaScript count, and orphans until
   * they are reclaimed; JavaScript itself is not limited. Default: a quarter of the memory of the machine or of the
   * container.
   */
  capacity?: number;
}

/** The kinds of the options. */
export const MEMFS_OPTIONS = { capacity: 'number' } satisfies RowsOf<MemfsOptions>;

/**
 * A memfs Volume as a backend, by inode and never by path, shared by JavaScript and guests: a change by either is
 * visible to the other at once. It corrects memfs where that differs from Linux: inode numbers are not reused, times
 * have nanoseconds, and an inode lives until its last name and its last fid are gone.
 */
export class MemfsBackend extends BackendBase {
  readonly name = 'memfs';
  override readonly readOnly = false;
  override readonly capabilities: Capabilities = {
    hardLinks: true,
    xattrs: true,
    sparse: false,
    specialFiles: true,
    nanoseconds: true,
    rawNames: true,
  };
  private readonly core: Core;
  private readonly space: VolumeSpace;
  private readonly inodes: VolumeInodes;
  private readonly hasDerivedSteps: boolean;
  private readonly inodeOfLink = (link: CoreLink): MemfsInode => this.inodes.of(link);

  constructor(volume: MemfsVolume, options: MemfsOptions = {}) {
    super();
    const core = volume._core as Core;
    this.core = core;
    this.space = new VolumeSpace(core, options.capacity ?? defaultCapacity());
    this.hasDerivedSteps = deriveSteps(core.root);
    this.inodes = new VolumeInodes(core, this.space);
    core.changes.listeners.add(this.listener);
  }

  private readonly listener = ({ type }: CoreEvent): void => {
    if (this.space.isOurs) return;
    this.space.isStale = true;
    if (type === EVENT_DELETE || type === EVENT_MOVE) this.inodes.namesLost();
  };

  root(): MemfsInode {
    return this.inodes.root();
  }

  /**
   * Closes the backend: every later call answers EIO. The volume stays usable, and `memfs` returns another backend for
   * it.
   */
  override close(): void {
    if (shut(this)) this.core.changes.listeners.delete(this.listener);
  }

  lookup(dir: MemfsInode, name: string): MemfsInode | number {
    return this.inodes.lookup(dir, name) ?? E.ENOENT;
  }

  parent(dir: MemfsInode): MemfsInode {
    return this.inodes.parent(dir);
  }

  override nlink(inode: MemfsInode): number {
    return this.inodes.nlink(inode);
  }

  override entries(dir: MemfsInode): number {
    const { children } = this.inodes.linkOf(dir);
    if (this.nlink(dir) === 0) return 0;
    return children.size - (children.has('.') ? 1 : 0) - (children.has('..') ? 1 : 0);
  }

  override size(inode: MemfsInode): number {
    if (inode.kind === S_IFLNK) return Math.max(0, byteLength(inode.node.symlink));
    // tmpfs counts 20 bytes per entry, `.` and `..` included (BOGO_DIRENT_SIZE, shmem.c).
    if (inode.kind === S_IFDIR) return 20 * (2 + this.entries(inode));
    return inode.node.size;
  }

  getattr(inode: MemfsInode, out: Attr): number {
    this.inodes.linkOf(inode);
    refresh(inode);
    const { node } = inode;
    const size = this.size(inode);
    out.mode = inode.kind | (node.mode & ~S_IFMT);
    out.uid = node._uid;
    out.gid = node._gid;
    out.nlink = this.nlink(inode);
    out.rdev = node.rdev;
    out.size = size;
    out.blksize = BLOCK;
    out.blocks = inode.kind === S_IFDIR || inode.kind === S_IFLNK ? 0 : Math.ceil(size / BLOCK) * (BLOCK / 512);
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

  override setattr(inode: MemfsInode, set: SetAttr): number {
    this.inodes.linkOf(inode);
    const { node } = inode;
    const { valid } = set;
    if ((valid & SETATTR_MODE) !== 0 && inode.kind === S_IFLNK) return E.ENOTSUP;
    tickFor(set);
    if ((valid & SETATTR_SIZE) !== 0) {
      const errno = this.resize(inode, set.size);
      if (errno !== 0) return errno;
      modifiedAtTick(inode);
    }
    if ((valid & SETATTR_MODE) !== 0) node.mode = (node.mode & S_IFMT) | (set.mode & 0o7777);
    if ((valid & SETATTR_UID) !== 0) node._uid = set.uid;
    if ((valid & SETATTR_GID) !== 0) node._gid = set.gid;
    const atime = (valid & SETATTR_ATIME) !== 0;
    const mtime = (valid & SETATTR_MTIME) !== 0;
    if (atime || mtime) setTimes(inode, set, atime, mtime);
    changedAtTick(inode);
    this.emit((valid & SETATTR_SIZE) !== 0 ? EVENT_MODIFY : EVENT_ATTRIB, inode, inode.link);
    return 0;
  }

  private resize(inode: MemfsInode, size: number): number {
    const more = size - inode.node.size;
    if (more > 0 && size <= FILE_MAX && this.space.room(more) < more) return E.ENOSPC;
    const errno = truncateData(inode.node, size);
    if (errno === 0) this.space.add(more);
    return errno;
  }

  override create(dir: MemfsInode, name: string, mode: number, rdev: number): MemfsInode | number {
    if (!this.space.takeHeap(MEMFS_COST.inode + nameCost(name))) return E.ENOSPC;
    const node = this.core.createNode(mode);
    node.rdev = rdev;
    return this.created(dir, this.inodes.linkOf(dir).createChild(name, node));
  }

  override symlink(dir: MemfsInode, name: string, target: string): MemfsInode | number {
    const cost = MEMFS_COST.inode + MEMFS_COST.letter * target.length + nameCost(name);
    if (!this.space.takeHeap(cost)) return E.ENOSPC;
    const node = this.core.createNode(S_IFLNK | 0o777);
    node.makeSymlink(target);
    node.mode = S_IFLNK | 0o777;
    return this.created(dir, this.inodes.linkOf(dir).createChild(name, node));
  }

  private created(dir: MemfsInode, link: CoreLink): MemfsInode {
    const inode = this.inodes.seen(link);
    touchCreated(inode);
    touchModified(dir);
    this.emit(EVENT_CREATE, inode, link);
    return inode;
  }

  override link(dir: MemfsInode, name: string, inode: MemfsInode): number {
    if (!this.space.takeHeap(nameCost(name))) return E.ENOSPC;
    inode.node._nlink++;
    inode.link = this.inodes.linkOf(dir).createChild(name, inode.node);
    touchChanged(inode);
    touchModified(dir);
    this.emit(EVENT_CREATE, inode, inode.link);
    return 0;
  }

  override unlink(dir: MemfsInode, name: string, inode: MemfsInode): number {
    const link = this.inodes.linkOf(dir).children.get(name);
    if (link === undefined) return E.ENOENT;
    this.take(dir, link, inode);
    touchModified(dir);
    return 0;
  }

  /** Removes an entry from its directory, and notifies watchers. */
  private take(dir: MemfsInode, link: CoreLink, inode: MemfsInode): void {
    this.emit(EVENT_DELETE, inode, link);
    dir.link.deleteChild(link);
    this.space.giveHeap(nameCost(link.name));
    if (inode.kind === S_IFDIR) {
      inode.removed = true;
      inode.node._nlink = 0;
    } else inode.node._nlink--;
    touchChanged(inode);
    if (inode.node._nlink === 0) inode.node.del();
  }

  override rename(
    oldDir: MemfsInode,
    oldName: string,
    inode: MemfsInode,
    newDir: MemfsInode,
    newName: string,
    target: MemfsInode | null,
  ): number {
    const link = this.inodes.linkOf(oldDir).children.get(oldName);
    if (link === undefined) return E.ENOENT;
    const more = MEMFS_COST.letter * (newName.length - oldName.length);
    if (more < 0) this.space.giveHeap(-more);
    else if (more > 0 && !this.space.takeHeap(more)) return E.ENOSPC;
    const over = this.inodes.linkOf(newDir).children.get(newName);
    if (over !== undefined && target !== null) this.take(newDir, over, target);
    const isExplicit = this.isWatched();
    const oldSteps = isExplicit ? link.steps : undefined;
    oldDir.link.deleteChild(link);
    link.name = newName;
    if (!this.hasDerivedSteps) setSteps(link, [...newDir.link.steps, newName]);
    newDir.link.setChild(newName, link);
    inode.link = link;
    touchModified(oldDir);
    if (newDir !== oldDir) touchModified(newDir);
    touchChanged(inode);
    this.emit(EVENT_MOVE, inode, link, oldSteps);
    return 0;
  }

  override readlink(inode: MemfsInode): string {
    return inode.node.symlink;
  }

  read(inode: MemfsInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return readData(inode.node, offset, u8, start, end);
  }

  override write(
    inode: MemfsInode,
    _handle: number,
    offset: number,
    u8: Uint8Array,
    start: number,
    end: number,
  ): number {
    const { node } = inode;
    const before = node.size;
    const after = offset + (end - start);
    if (after <= before || after > FILE_MAX) return writeData(node, offset, u8, start, end, 0);
    const { space } = this;
    const room = space.room(after - before);
    const most = before + room - offset;
    if (most <= 0) return -E.ENOSPC;
    const count = writeData(node, offset, u8, start, Math.min(end, start + most), room);
    space.add(node.size - before);
    return count;
  }

  override accessed(inode: MemfsInode): void {
    touchAccessed(inode);
  }

  override modified(inode: MemfsInode): void {
    touchModified(inode);
    this.emit(EVENT_MODIFY, inode, inode.link);
  }

  list(dir: MemfsInode): MemfsCursor {
    return new MemfsCursor(this.inodes.linkOf(dir), this.inodeOfLink);
  }

  override statfs(out: StatFs): number {
    const { bytes, inodes } = this.space.left();
    out.bsize = BLOCK;
    out.blocks = Math.floor(Math.min(this.space.capacity, Number.MAX_SAFE_INTEGER) / BLOCK);
    out.bfree = out.bavail = Math.min(out.blocks, Math.floor(bytes / BLOCK));
    out.ffree = inodes;
    out.files = Object.keys(this.core.inodes).length + inodes;
    return 0;
  }

  override getxattr(inode: MemfsInode, name: string): Uint8Array | number {
    return getXattr(inode, name);
  }

  override setxattr(inode: MemfsInode, name: string, value: Uint8Array, flags: number): number {
    const errno = setXattr(inode, name, value, flags, this.space);
    if (errno !== 0) return errno;
    touchChanged(inode);
    return 0;
  }

  override listxattr(inode: MemfsInode): string[] {
    return listXattrs(inode);
  }

  override reclaim(inode: MemfsInode): number {
    const { core } = this;
    const { node } = inode;
    const cost = heapCost(node);
    const data = dataOf(node);
    // JavaScript may have removed it already, and its number may be reused.
    if (core.inodes[node.ino] === node) {
      delete core.inodes[node.ino];
      core.releasedInos.push(node.ino);
      this.space.giveHeap(cost);
      this.space.add(-data);
    }
    // A descriptor of JavaScript may still need the data; then the garbage collector frees it.
    if (core.openFiles === 0 && node.size > 0) freeData(node);
    return 0;
  }

  private emit(type: number, inode: MemfsInode, link: CoreLink, oldSteps?: string[]): void {
    if (!this.isWatched()) return;
    const { changes } = this.core;
    if (type !== EVENT_DELETE && this.nlink(inode) === 0) return;
    this.space.isOurs = true;
    try {
      changes.emit({ type, steps: link.steps, node: inode.node, link, oldSteps });
    } finally {
      this.space.isOurs = false;
    }
  }

  /** True if the volume has other listeners than this backend. */
  private isWatched(): boolean {
    return this.core.changes.listeners.size > 1;
  }
}
