// Timestamps of memfs nodes in nanoseconds, kept in step with the Dates that JavaScript sees.
import { nowNsec, nowSec, readClock } from '../../lib/clock.ts';
import type { MemfsInode } from './inode.ts';

/** The age after which Linux updates an atime whatever the other times are (relatime, inode.c), in seconds. */
const DAY = 24 * 60 * 60;

let lastMs = NaN;
let lastDate = new Date(0);

/** Returns the Date of a time; times in the same millisecond share one. */
function dateOf(sec: number, nsec: number): Date {
  const ms = sec * 1000 + Math.floor(nsec / 1e6);
  if (ms !== lastMs) {
    lastMs = ms;
    lastDate = new Date(ms);
  }
  return lastDate;
}

function setAtime(inode: MemfsInode, sec: number, nsec: number): void {
  inode.atime_sec = sec;
  inode.atime_nsec = nsec;
  inode.node._atime = inode.atime = dateOf(sec, nsec);
}

function setMtime(inode: MemfsInode, sec: number, nsec: number): void {
  inode.mtime_sec = sec;
  inode.mtime_nsec = nsec;
  inode.node._mtime = inode.mtime = dateOf(sec, nsec);
}

function setCtime(inode: MemfsInode, sec: number, nsec: number): void {
  inode.ctime_sec = sec;
  inode.ctime_nsec = nsec;
  inode.node._ctime = inode.ctime = dateOf(sec, nsec);
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Returns the nanoseconds within the second; JavaScript may set fractions of a millisecond. */
function nanosecondsOf(date: Date): number {
  return Math.round((date.getTime() - secondsOf(date) * 1000) * 1e6);
}

/** Adopts the times that JavaScript has set through memfs. */
export function refresh(inode: MemfsInode): void {
  const { _atime, _mtime, _ctime, _btime } = inode.node;
  if (_atime !== inode.atime) setAtime(inode, secondsOf(_atime), nanosecondsOf(_atime));
  if (_mtime !== inode.mtime) {
    // The content may have changed too.
    if (inode.mtime !== null) inode.version = (inode.version + 1) >>> 0;
    setMtime(inode, secondsOf(_mtime), nanosecondsOf(_mtime));
  }
  if (_ctime !== inode.ctime) setCtime(inode, secondsOf(_ctime), nanosecondsOf(_ctime));
  if (_btime !== inode.btime) {
    inode.btime = _btime;
    inode.btime_sec = secondsOf(_btime);
    inode.btime_nsec = nanosecondsOf(_btime);
  }
}

/** Sets mtime and ctime to now, after a change of data or entries. */
export function touchModified(inode: MemfsInode): void {
  readClock();
  modifiedAtTick(inode);
}

/** Sets mtime and ctime to the time of the last readClock(). */
export function modifiedAtTick(inode: MemfsInode): void {
  setMtime(inode, nowSec, nowNsec);
  setCtime(inode, nowSec, nowNsec);
}

/** Sets ctime to now, after a change of the inode. */
export function touchChanged(inode: MemfsInode): void {
  readClock();
  setCtime(inode, nowSec, nowNsec);
}

/** Sets ctime to the time of the last readClock(). */
export function changedAtTick(inode: MemfsInode): void {
  setCtime(inode, nowSec, nowNsec);
}

/** Sets all times of a new inode to now. */
export function touchCreated(inode: MemfsInode): void {
  touchModified(inode);
  setAtime(inode, nowSec, nowNsec);
  inode.node._btime = inode.node._mtime;
}

/** True if time a is not after time b. */
function notAfter(aSec: number, aNsec: number, bSec: number, bNsec: number): boolean {
  return aSec < bSec || (aSec === bSec && aNsec <= bNsec);
}

/**
 * Notes a read. The atime moves as on Linux by default (relatime): if it is not after mtime and ctime, or is a day old.
 */
export function touchAccessed(inode: MemfsInode): void {
  refresh(inode);
  const { atime_sec, atime_nsec } = inode;
  if (
    notAfter(atime_sec, atime_nsec, inode.mtime_sec, inode.mtime_nsec) ||
    notAfter(atime_sec, atime_nsec, inode.ctime_sec, inode.ctime_nsec) ||
    nowSec - atime_sec >= DAY
  ) {
    readClock();
    setAtime(inode, nowSec, nowNsec);
  }
}

/** Sets atime, mtime or both (utimensat(2)); the caller sets ctime. */
export function setTimes(
  inode: MemfsInode,
  set: { atime_sec: number; atime_nsec: number; mtime_sec: number; mtime_nsec: number },
  atime: boolean,
  mtime: boolean,
): void {
  refresh(inode);
  if (atime) setAtime(inode, set.atime_sec, set.atime_nsec);
  if (mtime) setMtime(inode, set.mtime_sec, set.mtime_nsec);
}
