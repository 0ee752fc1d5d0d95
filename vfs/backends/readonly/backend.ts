// A read-only view of another backend (EROFS for every change). Runs in a browser.
import { O_NOATIME } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase, wantsWriting } from '../../backend/base.ts';
import type { Attr, Backend, Capabilities, DirCursor, Hidden, StatFs } from '../../backend/backend.ts';
import type { RecordLocks } from '../../backend/capabilities.ts';
import { seekData, seekHole } from '../../backend/extents.ts';
import type { Inode } from '../../backend/inode.ts';

/**
 * A read-only view of a backend, like a read-only bind mount. The inodes are those of the base, with one reference
 * count for both: a file unlinked through the base lives as long as a fid of the view is on it. `close` closes the view
 * only: the base is closed by its maker.
 */
export class ReadOnlyBackend extends BackendBase {
  readonly name: string;
  override readonly capabilities: Capabilities;
  readonly viewOf: Backend;

  constructor(base: Backend) {
    super();
    this.viewOf = base;
    this.name = `${base.name}, read-only`;
    this.capabilities = base.capabilities;
  }

  get limits(): string {
    return this.viewOf.limits ?? '';
  }

  get recordLocks(): RecordLocks | undefined {
    return this.viewOf.recordLocks;
  }

  root(): Inode {
    return this.viewOf.root();
  }

  lookup(dir: Inode, name: string): Inode | number {
    return this.viewOf.lookup(dir, name);
  }

  parent(dir: Inode): Inode | number {
    return this.viewOf.parent(dir);
  }

  override nlink(inode: Inode): number {
    return this.viewOf.nlink(inode);
  }

  override entries(dir: Inode, most?: number): number {
    return this.viewOf.entries(dir, most);
  }

  getattr(inode: Inode, out: Attr): number {
    return this.viewOf.getattr(inode, out);
  }

  override size(inode: Inode): number {
    return this.viewOf.size(inode);
  }

  override readlink(inode: Inode): string | number {
    return this.viewOf.readlink(inode);
  }

  override open(inode: Inode, flags: number): number {
    return wantsWriting(flags) ? -E.EROFS : this.viewOf.open(inode, flags | O_NOATIME);
  }

  override closeHandle(inode: Inode, handle: number): void {
    this.viewOf.closeHandle(inode, handle);
  }

  read(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return this.viewOf.read(inode, handle, offset, u8, start, end);
  }

  seekData(inode: Inode, handle: number, offset: number): number {
    return seekData(this.viewOf, inode, handle, offset);
  }

  seekHole(inode: Inode, handle: number, offset: number): number {
    return seekHole(this.viewOf, inode, handle, offset);
  }

  countsBlocks(inode: Inode): boolean {
    return this.viewOf.countsBlocks?.(inode) === true;
  }

  override fsync(inode: Inode, handle: number, datasync: boolean): number {
    return this.viewOf.fsync(inode, handle, datasync);
  }

  list(dir: Inode): DirCursor | number {
    return this.viewOf.list(dir);
  }

  hidden(dir: Inode): readonly Hidden[] {
    return this.viewOf.hidden?.(dir) ?? [];
  }

  override statfs(out: StatFs): number {
    return this.viewOf.statfs(out);
  }

  override getxattr(inode: Inode, name: string): Uint8Array | number {
    return this.viewOf.getxattr(inode, name);
  }

  override listxattr(inode: Inode): string[] | number {
    return this.viewOf.listxattr(inode);
  }

  override release(inode: Inode): void {
    this.viewOf.release(inode);
  }

  override reclaim(inode: Inode): number {
    return this.viewOf.reclaim(inode);
  }

  override flush(): number {
    return this.viewOf.flush?.() ?? 0;
  }
}
