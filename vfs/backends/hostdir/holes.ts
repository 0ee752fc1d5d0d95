// SEEK_DATA and SEEK_HOLE on the host, as far as st_blocks allows: node:fs has no lseek(2).
import { E } from '../../linux/errno.ts';
import type { HostInode } from './tree/inode.ts';
import { BIG, type Fs, type Stats } from './node/node.ts';

/**
 * File systems of Linux (f_type of statfs(2)) whose st_blocks includes data not yet written back: ext4 (ext4_getattr),
 * xfs (xfs_vn_getattr) and tmpfs (shmem_recalc_inode). Others compress, or inline small files into the inode, or, as
 * with FUSE, report anything.
 */
const COUNTING: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** True if the file system of a path has an exact st_blocks. */
export function countsBlocks(fs: Fs, path: string): boolean {
  return COUNTING.has(Number(fs.statfsSync(path).type));
}

/**
 * Reports files that are one single hole, which is all that st_blocks shows: node:fs has no lseek(2). A file with a
 * block counts as data throughout.
 */
export class HostHoles {
  private readonly fs: Fs;
  private readonly countsBlocks: (inode: HostInode) => boolean;
  /** By device: true if its st_blocks is exact. */
  private readonly exact = new Map<bigint, boolean>();

  /** @param countsBlocks As in `Backend`: true if st_blocks includes data not yet written back. */
  constructor(fs: Fs, countsBlocks: (inode: HostInode) => boolean) {
    this.fs = fs;
    this.countsBlocks = countsBlocks;
  }

  /**
   * SEEK_DATA of lseek(2).
   * @throws The errors of node:fs.
   */
  data(inode: HostInode, handle: number, offset: number): number {
    const st = this.fs.fstatSync(handle, BIG);
    return offset >= Number(st.size) || this.isHole(inode, handle, st) ? -E.ENXIO : offset;
  }

  /**
   * SEEK_HOLE of lseek(2).
   * @throws The errors of node:fs.
   */
  hole(inode: HostInode, handle: number, offset: number): number {
    const st = this.fs.fstatSync(handle, BIG);
    const size = Number(st.size);
    if (offset >= size) return -E.ENXIO;
    return this.isHole(inode, handle, st) ? offset : size;
  }

  private isHole(inode: HostInode, handle: number, st: Stats): boolean {
    if (st.blocks !== 0n || !this.isExact(inode, st.dev)) return false;
    // A reserved block that is just being allocated may be counted in neither state; two reads in a row cannot both
    // miss it.
    return this.fs.fstatSync(handle, BIG).blocks === 0n;
  }

  private isExact(inode: HostInode, dev: bigint): boolean {
    let exact = this.exact.get(dev);
    if (exact === undefined) {
      exact = this.countsBlocks(inode);
      this.exact.set(dev, exact);
    }
    return exact;
  }
}
