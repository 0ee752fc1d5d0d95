// The result of stat(2) as plain numbers, in a record that is filled again and again.
import type { HostStats } from '../node/node.ts';
import { nanosecondsOf, secondsOf } from '../node/time.ts';

/** The result of stat(2) or statx(2). A time has whole seconds since 1970, and nanoseconds within the second. */
export class HostStat {
  /** Device: comparable only with other records of the same way of calling. */
  dev = NaN;
  /** The inode number in two halves of 32 bits, exact. */
  inoHigh = 0;
  inoLow = 0;
  mode = 0;
  nlink = 0;
  uid = 0;
  gid = 0;
  /** makedev(3) of a device. */
  rdev = NaN;
  size = NaN;
  blksize = 0;
  /** Allocated blocks of 512 bytes. */
  blocks = NaN;
  atimeSec = NaN;
  atimeNsec = 0;
  mtimeSec = NaN;
  mtimeNsec = 0;
  ctimeSec = NaN;
  ctimeNsec = 0;
  /** Creation; the ctime where the file system keeps none. */
  btimeSec = NaN;
  btimeNsec = 0;

  /** The inode number, exact below 2^53. */
  get ino(): number {
    return this.inoHigh * 0x1_0000_0000 + this.inoLow;
  }
}

/** Copies a record. */
export function copyStat(out: HostStat, from: HostStat): void {
  out.dev = from.dev;
  out.inoHigh = from.inoHigh;
  out.inoLow = from.inoLow;
  out.mode = from.mode;
  out.nlink = from.nlink;
  out.uid = from.uid;
  out.gid = from.gid;
  out.rdev = from.rdev;
  out.size = from.size;
  out.blksize = from.blksize;
  out.blocks = from.blocks;
  out.atimeSec = from.atimeSec;
  out.atimeNsec = from.atimeNsec;
  out.mtimeSec = from.mtimeSec;
  out.mtimeNsec = from.mtimeNsec;
  out.ctimeSec = from.ctimeSec;
  out.ctimeNsec = from.ctimeNsec;
  out.btimeSec = from.btimeSec;
  out.btimeNsec = from.btimeNsec;
}

/** Fills the record from BigIntStats of node:fs. */
export function fillStat(out: HostStat, st: HostStats): void {
  out.dev = Number(st.dev);
  out.inoHigh = Number(st.ino >> 32n);
  out.inoLow = Number(st.ino & 0xffff_ffffn);
  out.mode = Number(st.mode);
  out.nlink = Number(st.nlink);
  out.uid = Number(st.uid);
  out.gid = Number(st.gid);
  out.rdev = Number(st.rdev);
  out.size = Number(st.size);
  // Windows reports no blocks.
  out.blksize = Number(st.blksize || 4096n);
  out.blocks = Number(st.blocks ?? (st.size + 511n) / 512n);
  out.atimeSec = secondsOf(st.atimeNs);
  out.atimeNsec = nanosecondsOf(st.atimeNs);
  out.mtimeSec = secondsOf(st.mtimeNs);
  out.mtimeNsec = nanosecondsOf(st.mtimeNs);
  out.ctimeSec = secondsOf(st.ctimeNs);
  out.ctimeNsec = nanosecondsOf(st.ctimeNs);
  out.btimeSec = secondsOf(st.birthtimeNs);
  out.btimeNsec = nanosecondsOf(st.birthtimeNs);
}
