// The times of an inode in memory.
import { SETATTR_ATIME, SETATTR_MTIME } from '../../9p/constants.ts';
import type { SetAttr } from '../../backend/backend.ts';
import { nowNsec, nowSec } from '../../lib/clock.ts';
import type { RamInode } from './inode.ts';

/** relatime: an access time that is a day old is set again. In seconds. */
const DAY = 24 * 60 * 60;

/** True if time a is not after time b. */
function notAfter(aSec: number, aNsec: number, bSec: number, bNsec: number): boolean {
  return aSec < bSec || (aSec === bSec && aNsec <= bNsec);
}

/** True if a read sets the access time (relatime in mount(8)). */
export function isAccessDue(inode: RamInode): boolean {
  const { atime_sec, atime_nsec } = inode;
  return (
    notAfter(atime_sec, atime_nsec, inode.mtime_sec, inode.mtime_nsec) ||
    notAfter(atime_sec, atime_nsec, inode.ctime_sec, inode.ctime_nsec) ||
    nowSec - atime_sec >= DAY
  );
}

/** Sets atime and mtime as a Tsetattr says. */
export function setTimes(inode: RamInode, set: SetAttr): void {
  if ((set.valid & SETATTR_ATIME) !== 0) {
    inode.atime_sec = set.atime_sec;
    inode.atime_nsec = set.atime_nsec;
  }
  if ((set.valid & SETATTR_MTIME) !== 0) {
    inode.mtime_sec = set.mtime_sec;
    inode.mtime_nsec = set.mtime_nsec;
  }
}

/** Sets mtime and ctime to the time of the last readClock(). */
export function setModified(inode: RamInode): void {
  inode.mtime_sec = inode.ctime_sec = nowSec;
  inode.mtime_nsec = inode.ctime_nsec = nowNsec;
}

/** Sets ctime to the time of the last readClock(). */
export function setChanged(inode: RamInode): void {
  inode.ctime_sec = nowSec;
  inode.ctime_nsec = nowNsec;
}
