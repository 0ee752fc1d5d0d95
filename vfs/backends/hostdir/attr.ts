// Conversion of node:fs BigIntStats to the attributes of an Rgetattr.
import type { Attr } from '../../backend/backend.ts';
import type { Stats } from './node/node.ts';
import { nanosecondsOf, secondsOf } from './times.ts';

/** Fills a reply from the result of stat(2). */
export function fillAttr(out: Attr, st: Stats): void {
  out.mode = Number(st.mode);
  out.uid = Number(st.uid);
  out.gid = Number(st.gid);
  out.nlink = Number(st.nlink);
  out.rdev = Number(st.rdev);
  out.size = Number(st.size);
  // Windows reports no blocks.
  out.blksize = Number(st.blksize || 4096n);
  out.blocks = Number(st.blocks ?? (st.size + 511n) / 512n);
  out.atime_sec = secondsOf(st.atimeNs);
  out.atime_nsec = nanosecondsOf(st.atimeNs);
  out.mtime_sec = secondsOf(st.mtimeNs);
  out.mtime_nsec = nanosecondsOf(st.mtimeNs);
  out.ctime_sec = secondsOf(st.ctimeNs);
  out.ctime_nsec = nanosecondsOf(st.ctimeNs);
  out.btime_sec = secondsOf(st.birthtimeNs);
  out.btime_nsec = nanosecondsOf(st.birthtimeNs);
}
