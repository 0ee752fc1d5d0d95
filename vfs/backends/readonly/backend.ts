// A read-only view of another backend (EROFS for every change). Runs in a browser.
import { O_NOATIME } from '../../linux/constants.ts';
import { DISPOSE } from '../../lib/dispose.ts';
import { E } from '../../linux/errno.ts';
import type { Attr, Backend, Capabilities, DirCursor, Hidden, StatFs } from '../../backend/backend.ts';
import { shut } from '../../backend/closed.ts';
import { seekData, seekHole } from '../../backend/extents.ts';
import type { Inode } from '../../backend/inode.ts';
import { Unwritable, wantsWriting } from './unwritable.ts';

/**
 * A read-only view of a backend, like a read-only bind mount. The inodes are those of the base, with one reference
 * count for both: a file unlinked through the base lives as long as a fid of the view is on it.
 */
export class ReadOnlyBackend extends Unwritable implements Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  private readonly base: Backend;

  constructor(base: Backend) {
    super();
    this.base = base;
    this.name = `${base.name}, read-only`;
    this.capabilities = base.capabilities;
  }

  /** Closes the view: every later call answers EIO. The base stays open: its maker closes it. */
  close(): void {
    shut(this);
  }

  [DISPOSE](): void {
    this.close();
  }

  root(): Inode {
    return this.base.root();
  }

  lookup(dir: Inode, name: string): Inode | number {
    return this.base.lookup(dir, name);
  }

  parent(dir: Inode): Inode | number {
    return this.base.parent(dir);
  }

  nlink(inode: Inode): number {
    return this.base.nlink(inode);
  }

  entries(dir: Inode, most?: number): number {
    return this.base.entries(dir, most);
  }

  getattr(inode: Inode, out: Attr): number {
    return this.base.getattr(inode, out);
  }

  size(inode: Inode): number {
    return this.base.size(inode);
  }

  readlink(inode: Inode): string | number {
    return this.base.readlink(inode);
  }

  open(inode: Inode, flags: number): number {
    return wantsWriting(flags) ? -E.EROFS : this.base.open(inode, flags | O_NOATIME);
  }

  closeHandle(inode: Inode, handle: number): void {
    this.base.closeHandle(inode, handle);
  }

  read(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return this.base.read(inode, handle, offset, u8, start, end);
  }

  seekData(inode: Inode, handle: number, offset: number): number {
    return seekData(this.base, inode, handle, offset);
  }

  seekHole(inode: Inode, handle: number, offset: number): number {
    return seekHole(this.base, inode, handle, offset);
  }

  countsBlocks(inode: Inode): boolean {
    return this.base.countsBlocks?.(inode) === true;
  }

  fsync(inode: Inode, handle: number, datasync: boolean): number {
    return this.base.fsync(inode, handle, datasync);
  }

  list(dir: Inode): DirCursor | number {
    return this.base.list(dir);
  }

  hidden(dir: Inode): readonly Hidden[] {
    return this.base.hidden?.(dir) ?? [];
  }

  statfs(out: StatFs): number {
    return this.base.statfs(out);
  }

  getxattr(inode: Inode, name: string): Uint8Array | number {
    return this.base.getxattr(inode, name);
  }

  listxattr(inode: Inode): string[] | number {
    return this.base.listxattr(inode);
  }

  release(inode: Inode): void {
    this.base.release(inode);
  }

  reclaim(inode: Inode): number {
    return this.base.reclaim(inode);
  }
}
