// SEEK_DATA and SEEK_HOLE on the host: by lseek(2) through libc, else as far as st_blocks allows.
import { E } from '../../linux/errno.ts';
import type { FileCalls } from './calls/calls.ts';
import { HostStat } from './calls/host-stat.ts';
import type { HostInode } from './tree/inode.ts';

// whence of lseek(2)
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/**
 * File systems of Linux (f_type of statfs(2)) whose st_blocks includes data not yet written back: ext4 (ext4_getattr),
 * xfs (xfs_vn_getattr) and tmpfs (shmem_recalc_inode). Others compress, or inline small files into the inode, or, as
 * with FUSE, report anything.
 */
const COUNTING: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** True if a file system has an exact st_blocks. */
export function countsBlocks(fsType: number): boolean {
  return COUNTING.has(fsType);
}

/**
 * Finds holes. Without lseek(2) it reports files that are one single hole, which is all that st_blocks shows: a file
 * with a block counts as data throughout.
 */
export class HostHoles {
  private readonly calls: FileCalls;
  private readonly countsBlocks: (inode: HostInode) => boolean;
  /** By device: true if its st_blocks is exact. */
  private readonly exact = new Map<number, boolean>();
  private readonly st = new HostStat();

  /** @param countsBlocks As in `Backend`: true if st_blocks includes data not yet written back. */
  constructor(calls: FileCalls, countsBlocks: (inode: HostInode) => boolean) {
    this.calls = calls;
    this.countsBlocks = countsBlocks;
  }

  /** SEEK_DATA of lseek(2). */
  data(inode: HostInode, handle: number, offset: number): number {
    const found = this.calls.seek(handle, offset, SEEK_DATA);
    if (found !== -E.ENOSYS) return found;
    const { st } = this;
    const errno = this.calls.stat(handle, st);
    if (errno < 0) return errno;
    return offset >= st.size || this.isHole(inode, handle) ? -E.ENXIO : offset;
  }

  /** SEEK_HOLE of lseek(2). */
  hole(inode: HostInode, handle: number, offset: number): number {
    const found = this.calls.seek(handle, offset, SEEK_HOLE);
    if (found !== -E.ENOSYS) return found;
    const { st } = this;
    const errno = this.calls.stat(handle, st);
    if (errno < 0) return errno;
    const { size } = st;
    if (offset >= size) return -E.ENXIO;
    return this.isHole(inode, handle) ? offset : size;
  }

  /** True if the file just looked at has no blocks, on a file system that counts them. */
  private isHole(inode: HostInode, handle: number): boolean {
    const { st } = this;
    if (st.blocks !== 0 || !this.isExact(inode, st.dev)) return false;
    // A reserved block that is just being allocated may be counted in neither state; two reads in a row cannot both
    // miss it.
    return this.calls.stat(handle, st) === 0 && st.blocks === 0;
  }

  private isExact(inode: HostInode, dev: number): boolean {
    let exact = this.exact.get(dev);
    if (exact === undefined) {
      exact = this.countsBlocks(inode);
      this.exact.set(dev, exact);
    }
    return exact;
  }
}
