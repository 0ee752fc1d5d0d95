// Conversion of the result of stat(2) to the attributes of an Rgetattr.
import type { Attr } from '../../backend/backend.ts';
import type { HostStat } from './calls/host-stat.ts';

/** Fills a reply from the result of stat(2). */
export function fillAttr(out: Attr, st: HostStat): void {
  out.mode = st.mode;
  out.uid = st.uid;
  out.gid = st.gid;
  out.nlink = st.nlink;
  out.rdev = st.rdev;
  out.size = st.size;
  out.blksize = st.blksize;
  out.blocks = st.blocks;
  out.atime_sec = st.atimeSec;
  out.atime_nsec = st.atimeNsec;
  out.mtime_sec = st.mtimeSec;
  out.mtime_nsec = st.mtimeNsec;
  out.ctime_sec = st.ctimeSec;
  out.ctime_nsec = st.ctimeNsec;
  out.btime_sec = st.btimeSec;
  out.btime_nsec = st.btimeNsec;
}
