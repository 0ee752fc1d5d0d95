// SEEK_DATA and SEEK_HOLE on the host, as far as st_blocks allows: node:fs has no lseek(2).
import { E } from '../../linux/errno.ts';
import type { HostInode } from './tree/inode.ts';
import { BIG, type Fs, type Stats } from './node/node.ts';

/**
 * File systems of Linux whose st_blocks counts all data, also what is not written yet (statfs(2), f_type): ext4
 * (ext4_getattr), xfs (xfs_vn_getattr) and tmpfs (shmem_recalc_inode). Others compress, keep small files in the inode,
 * or say what they like, as those of FUSE.
 */
const COUNTING: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** Whether the file system of a path is one of them. */
export function countsBlocks(fs: Fs, path: string): boolean {
  return COUNTING.has(Number(fs.statfsSync(path).type));
}

/**
 * Tells files that are one hole, which is all that can be known: node:fs has no lseek(2). Whatever has a block is taken
 * for data from beginning to end.
 */
export class HostHoles {
  private readonly fs: Fs;
  private readonly countsBlocks: (inode: HostInode) => boolean;
  /** By device, whether its st_blocks is exact. */
  private readonly exact = new Map<bigint, boolean>();

  /** @param countsBlocks As in Backend: st_blocks counts all data, also what is not written out yet. */
  constructor(fs: Fs, countsBlocks: (inode: HostInode) => boolean) {
    this.fs = fs;
    this.countsBlocks = countsBlocks;
  }

  /** SEEK_DATA. It may throw what node:fs throws. */
  data(inode: HostInode, handle: number, offset: number): number {
    const st = this.fs.fstatSync(handle, BIG);
    return offset >= Number(st.size) || this.isHole(inode, handle, st) ? -E.ENXIO : offset;
  }

  /** SEEK_HOLE. */
  hole(inode: HostInode, handle: number, offset: number): number {
    const st = this.fs.fstatSync(handle, BIG);
    const size = Number(st.size);
    if (offset >= size) return -E.ENXIO;
    return this.isHole(inode, handle, st) ? offset : size;
  }

  private isHole(inode: HostInode, handle: number, st: Stats): boolean {
    if (st.blocks !== 0n || !this.isExact(inode, st.dev)) return false;
    // Blocks that were reserved become allocated ones, and in that moment may be counted as neither: but not twice.
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
