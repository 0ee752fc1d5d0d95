// The tree of a tar archive as a read-only backend. Runs in a browser.
import { S_IFCHR, S_IFBLK, S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { byteLength } from '../../lib/utf8.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase } from '../../backend/base.ts';
import type { Attr, Capabilities, Hidden, StatFs } from '../../backend/backend.ts';
import { EntryCursor } from '../../backend/entry-cursor.ts';
import { readData, Sparse, storedBytes } from './format/data.ts';
import { hiddenIn } from './hidden.ts';
import { getXattr, listXattrs } from '../../backend/xattrs.ts';
import type { TarInode } from './inode.ts';
import { BLOCK } from './format/size.ts';
import type { Skipped, TarTree } from './tree.ts';

/**
 * The tree of a tar archive, read from the archive's own bytes. Each change is EROFS. The bytes must not be changed.
 */
export class TarStore extends BackendBase {
  readonly name = 'tar';
  override readonly capabilities: Capabilities = {
    hardLinks: true,
    xattrs: true,
    sparse: false,
    specialFiles: true,
    nanoseconds: true,
    rawNames: true,
  };
  /** The members left out of the tree, with reasons. */
  readonly skipped: readonly Skipped[];
  private readonly tree: TarTree;
  /** Created on first use. */
  private hiddenIn: ReadonlyMap<TarInode, readonly Hidden[]> | null = null;
  /** The length of the archive, in bytes. */
  private readonly length: number;

  constructor(tree: TarTree, length: number) {
    super();
    this.tree = tree;
    this.skipped = tree.skipped;
    this.length = length;
  }

  root(): TarInode {
    return this.tree.root;
  }

  /** True if the archive has a member for a directory; otherwise its attributes are made up. */
  isExplicit(dir: TarInode): boolean {
    return this.tree.isExplicit(dir);
  }

  hidden(dir: TarInode): readonly Hidden[] {
    this.hiddenIn ??= hiddenIn(this.root(), this.skipped);
    return this.hiddenIn.get(dir) ?? [];
  }

  lookup(dir: TarInode, name: string): TarInode | number {
    return dir.children.get(name) ?? E.ENOENT;
  }

  parent(dir: TarInode): TarInode {
    return dir.parent!;
  }

  override nlink(inode: TarInode): number {
    return inode.nlink;
  }

  override entries(dir: TarInode): number {
    return dir.children.size;
  }

  override size(inode: TarInode): number {
    if (inode.kind === S_IFREG) return inode.data.length;
    if (inode.kind === S_IFLNK) return byteLength(inode.content as string);
    // As in tmpfs (BOGO_DIRENT_SIZE, shmem.c).
    return inode.kind === S_IFDIR ? 20 * (2 + inode.children.size) : 0;
  }

  getattr(inode: TarInode, out: Attr): number {
    const { perm, uid, gid, rdev, mtime, atime, ctime } = inode.meta;
    const size = this.size(inode);
    out.mode = inode.kind | perm;
    out.uid = uid;
    out.gid = gid;
    out.nlink = inode.nlink;
    out.rdev = inode.kind === S_IFCHR || inode.kind === S_IFBLK ? rdev : 0;
    out.size = size;
    out.blksize = 4096;
    out.blocks = inode.kind === S_IFREG ? Math.ceil(storedBytes(inode.data) / BLOCK) : 0;
    out.atime_sec = (atime ?? mtime).sec;
    out.atime_nsec = (atime ?? mtime).nsec;
    out.mtime_sec = out.btime_sec = mtime.sec;
    out.mtime_nsec = out.btime_nsec = mtime.nsec;
    out.ctime_sec = (ctime ?? mtime).sec;
    out.ctime_nsec = (ctime ?? mtime).nsec;
    return 0;
  }

  override readlink(inode: TarInode): string {
    return inode.content as string;
  }

  read({ data }: TarInode, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return readData(data, offset, u8, start, end);
  }

  seekData({ data }: TarInode, _handle: number, offset: number): number {
    if (data instanceof Sparse) return data.seekData(offset);
    return offset >= 0 && offset < data.length ? offset : -E.ENXIO;
  }

  seekHole({ data }: TarInode, _handle: number, offset: number): number {
    if (data instanceof Sparse) return data.seekHole(offset);
    return offset >= 0 && offset < data.length ? data.length : -E.ENXIO;
  }

  list(dir: TarInode): EntryCursor {
    return new EntryCursor(dir.children);
  }

  /** statfs(2) of a full file system. */
  override statfs(out: StatFs): number {
    out.bsize = BLOCK;
    out.blocks = Math.ceil(this.length / BLOCK);
    out.bfree = out.bavail = 0;
    out.files = this.tree.count;
    out.ffree = 0;
    return 0;
  }

  override getxattr({ meta }: TarInode, name: string): Uint8Array | number {
    return getXattr(meta, name);
  }

  override listxattr({ meta }: TarInode): string[] {
    return listXattrs(meta);
  }
}
