import {
  SETATTR_ATIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_SIZE,
  SETATTR_UID,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
} from '../../9p/constants.ts';
import { DISPOSE } from '../../dispose.ts';
import { E } from '../../errno.ts';
import type { Attr, Backend, Capabilities, SetAttr, StatFs } from '../backend.ts';
import { shut } from '../closed.ts';
import type { Inode } from '../inode.ts';
import { getXattr, listXattrs, setXattr, xattrBytes } from '../xattrs.ts';
import {
  EVENT_ATTRIB,
  EVENT_CREATE,
  EVENT_DELETE,
  EVENT_MODIFY,
  EVENT_MOVE,
  INODE,
  NEXT_INO,
  setSteps,
  type Core,
  type CoreLink,
  type MemfsVolume,
} from './core.ts';
import { MemfsCursor } from './cursor.ts';
import { FILE_MAX, freeData, readData, truncateData, writeData } from './data.ts';
import { MemfsInode } from './inode.ts';
import { Space } from './space.ts';
import {
  refresh,
  setTimes,
  touchAccessed,
  touchChanged,
  touchChangedToo,
  touchCreated,
  touchModified,
} from './times.ts';

const encoder = new TextEncoder();
const BLOCK = 4096;

/** How much a volume may hold. */
export interface MemfsOptions {
  /** Bytes of file data, orphans included, before ENOSPC. Default: as much as memory gives. */
  capacity?: number;
}

/**
 * A memfs volume as a backend, by inode and never by path, so that JavaScript and guests share it: what one changes
 * the other sees at once. Where memfs is unlike Linux the server's rules and this class do it right: numbers that
 * are not used again, times to the nanosecond, and inodes that go when their last name and last fid are gone.
 */
export class MemfsBackend implements Backend {
  readonly name = 'memfs';
  readonly capabilities: Capabilities = {
    hardLinks: true,
    xattrs: true,
    sparse: false,
    specialFiles: true,
    nanoseconds: true,
  };
  private readonly core: Core;
  private readonly space: Space;
  private readonly inodeOfLink = (link: CoreLink): MemfsInode => this.inodeOf(link);

  constructor(volume: MemfsVolume, options: MemfsOptions = {}) {
    this.core = volume._core as Core;
    this.space = new Space(this.core, options.capacity ?? Infinity);
  }

  private inodeOf(link: CoreLink): MemfsInode {
    const node = link.getNode();
    const known = node[INODE] as MemfsInode | undefined;
    if (known !== undefined) {
      known.link = link;
      return known;
    }
    const inode = new MemfsInode(this.takeIno(), node, link);
    node[INODE] = inode;
    return inode;
  }

  private takeIno(): number {
    const ino = this.core[NEXT_INO] ?? 1;
    this.core[NEXT_INO] = ino + 1;
    return ino;
  }

  /** Ends it: whatever is asked after that is EIO. The volume stays, and `memfs` gives another backend of it. */
  close(): void {
    if (shut(this)) this.space.close();
  }

  [DISPOSE](): void {
    this.close();
  }

  root(): MemfsInode {
    return this.inodeOf(this.core.root);
  }

  lookup(dir: MemfsInode, name: string): MemfsInode | number {
    const link = dir.link.children.get(name);
    return link === undefined ? E.ENOENT : this.inodeOf(link);
  }

  parent(dir: MemfsInode): Inode | number {
    const { parent } = dir.link;
    return parent === undefined ? this.root() : this.inodeOf(parent);
  }

  nlink(inode: MemfsInode): number {
    const { node, link } = inode;
    if (inode.kind !== S_IFDIR) return Math.max(node._nlink, 0);
    if (link === this.core.root) return 2 + this.subdirectories(inode);
    // JavaScript removes a directory without counting: then it has no `..` any more.
    return inode.removed || !link.children.has('..') ? 0 : node._nlink;
  }

  /** memfs counts the root otherwise before and after `reset()`. */
  private subdirectories(dir: MemfsInode): number {
    return dir.node._nlink - (dir.link.children.has('.') ? 5 : 1);
  }

  entries(dir: MemfsInode): number {
    const { children } = dir.link;
    return children.size - (children.has('.') ? 1 : 0) - (children.has('..') ? 1 : 0);
  }

  size(inode: MemfsInode): number {
    if (inode.kind === S_IFLNK) return encoder.encode(inode.node.symlink).length;
    // tmpfs counts 20 bytes an entry, `.` and `..` included (BOGO_DIRENT_SIZE, shmem.c).
    if (inode.kind === S_IFDIR) return 20 * (2 + this.entries(inode));
    return inode.node.size;
  }

  getattr(inode: MemfsInode, out: Attr): number {
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
    const born = node._btime.getTime();
    out.btime_sec = Math.floor(born / 1000);
    out.btime_nsec = (born - out.btime_sec * 1000) * 1e6;
    return 0;
  }

  setattr(inode: MemfsInode, set: SetAttr): number {
    const { node } = inode;
    const { valid } = set;
    if ((valid & SETATTR_MODE) !== 0 && inode.kind === S_IFLNK) return E.ENOTSUP;
    if ((valid & SETATTR_SIZE) !== 0) {
      const errno = this.resize(inode, set.size);
      if (errno !== 0) return errno;
      touchModified(inode);
    }
    if ((valid & SETATTR_MODE) !== 0) node.mode = (node.mode & S_IFMT) | (set.mode & 0o7777);
    if ((valid & SETATTR_UID) !== 0) node._uid = set.uid;
    if ((valid & SETATTR_GID) !== 0) node._gid = set.gid;
    const atime = (valid & SETATTR_ATIME) !== 0;
    const mtime = (valid & SETATTR_MTIME) !== 0;
    if (atime || mtime) setTimes(inode, set, atime, mtime);
    if (atime || mtime || (valid & SETATTR_SIZE) !== 0) touchChangedToo(inode);
    else touchChanged(inode);
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

  create(dir: MemfsInode, name: string, mode: number, rdev: number): MemfsInode {
    const node = this.core.createNode(mode);
    node.rdev = rdev;
    return this.created(dir, dir.link.createChild(name, node));
  }

  symlink(dir: MemfsInode, name: string, target: string): MemfsInode {
    const node = this.core.createNode(S_IFLNK | 0o777);
    node.makeSymlink(target);
    node.mode = S_IFLNK | 0o777;
    return this.created(dir, dir.link.createChild(name, node));
  }

  private created(dir: MemfsInode, link: CoreLink): MemfsInode {
    const inode = this.inodeOf(link);
    touchCreated(inode);
    touchModified(dir);
    this.emit(EVENT_CREATE, inode, link);
    return inode;
  }

  link(dir: MemfsInode, name: string, inode: MemfsInode): number {
    inode.node._nlink++;
    inode.link = dir.link.createChild(name, inode.node);
    touchChanged(inode);
    touchModified(dir);
    this.emit(EVENT_CREATE, inode, inode.link);
    return 0;
  }

  unlink(dir: MemfsInode, name: string, inode: MemfsInode): number {
    const link = dir.link.children.get(name);
    if (link === undefined) return E.ENOENT;
    this.take(dir, link, inode);
    touchModified(dir);
    return 0;
  }

  /** Takes an entry out of its directory, and tells who watches it. */
  private take(dir: MemfsInode, link: CoreLink, inode: MemfsInode): void {
    this.emit(EVENT_DELETE, inode, link);
    dir.link.deleteChild(link);
    if (inode.kind === S_IFDIR) {
      inode.removed = true;
      inode.node._nlink = 0;
    } else inode.node._nlink--;
    touchChanged(inode);
    if (inode.node._nlink === 0) inode.node.del();
  }

  rename(
    oldDir: MemfsInode,
    oldName: string,
    inode: MemfsInode,
    newDir: MemfsInode,
    newName: string,
    target: MemfsInode | null,
  ): number {
    const link = oldDir.link.children.get(oldName);
    if (link === undefined) return E.ENOENT;
    const over = newDir.link.children.get(newName);
    if (over !== undefined && target !== null) this.take(newDir, over, target);
    const oldSteps = link.steps;
    oldDir.link.deleteChild(link);
    link.name = newName;
    setSteps(link, [...newDir.link.steps, newName]);
    newDir.link.setChild(newName, link);
    inode.link = link;
    touchModified(oldDir);
    if (newDir !== oldDir) touchModified(newDir);
    touchChanged(inode);
    this.emit(EVENT_MOVE, inode, link, oldSteps);
    return 0;
  }

  readlink(inode: MemfsInode): string {
    return inode.node.symlink;
  }

  open(): number {
    return 0;
  }

  closeHandle(): void {
    // An open file is its inode: nothing else was made.
  }

  read(inode: MemfsInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return readData(inode.node, offset, u8, start, end);
  }

  write(inode: MemfsInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const { node } = inode;
    const { space } = this;
    if (space.capacity === Infinity) return writeData(node, offset, u8, start, end);
    const before = node.size;
    const room = space.room(offset + (end - start) - before) + before - offset;
    if (room <= 0 && offset + (end - start) > before) return -E.ENOSPC;
    const count = writeData(
      node,
      offset,
      u8,
      start,
      offset + (end - start) > before ? Math.min(end, start + room) : end,
    );
    space.add(node.size - before);
    return count;
  }

  accessed(inode: MemfsInode): void {
    touchAccessed(inode);
  }

  modified(inode: MemfsInode): void {
    touchModified(inode);
    this.emit(EVENT_MODIFY, inode, inode.link);
  }

  fsync(): number {
    return 0;
  }

  list(dir: MemfsInode): MemfsCursor {
    return new MemfsCursor(dir, this.inodeOfLink);
  }

  statfs(out: StatFs): number {
    const { capacity } = this.space;
    const used = this.space.recount();
    // Without a limit of its own a volume tells the largest number of blocks that is exact in bytes.
    const total = capacity === Infinity ? Number.MAX_SAFE_INTEGER : capacity;
    out.bsize = BLOCK;
    out.blocks = Math.floor(total / BLOCK);
    out.bfree = out.bavail = Math.max(0, Math.floor((total - used) / BLOCK));
    out.files = 0xffff_ffff;
    out.ffree = out.files - Object.keys(this.core.inodes).length;
    out.fsid = 0;
    return 0;
  }

  getxattr(inode: MemfsInode, name: string): Uint8Array | number {
    return getXattr(inode, name);
  }

  setxattr(inode: MemfsInode, name: string, value: Uint8Array, flags: number): number {
    const before = xattrBytes(inode);
    const errno = setXattr(inode, name, value, flags, this.space.room(name.length + value.length));
    if (errno !== 0) return errno;
    this.space.add(xattrBytes(inode) - before);
    touchChanged(inode);
    return 0;
  }

  listxattr(inode: MemfsInode): string[] {
    return listXattrs(inode);
  }

  release(): void {
    // A node stays in its volume.
  }

  reclaim(inode: MemfsInode): number {
    const { core } = this;
    const { node } = inode;
    // JavaScript may have removed it already, and another node may have its number now.
    if (core.inodes[node.ino] === node) {
      this.space.add(-(inode.kind === S_IFDIR ? 0 : node.size) - xattrBytes(inode));
      delete core.inodes[node.ino];
      core.releasedInos.push(node.ino);
    }
    // A descriptor that JavaScript still has on it needs the data; then the collector frees it.
    if (core.openFiles === 0 && node.size > 0) freeData(node);
    return 0;
  }

  private emit(type: number, inode: MemfsInode, link: CoreLink, oldSteps?: string[]): void {
    const { changes } = this.core;
    if (changes.listeners.size === this.space.listeners) return;
    if (type !== EVENT_DELETE && this.nlink(inode) === 0) return;
    this.space.isOurs = true;
    try {
      changes.emit({ type, steps: link.steps, node: inode.node, link, oldSteps });
    } finally {
      this.space.isOurs = false;
    }
  }
}
