// Attributes of an Fd of browser_wasi_shim: filestat, file type, rights and timestamps.
import type { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../vfs/9p/constants.ts';
import { kindOfFiletype } from '../preview1/abi/filetype.ts';
import { FILETYPE, FSTFLAGS } from '../preview1/abi/structs.ts';
import type { OpenRequest } from '../preview1/descriptors/descriptor.ts';
import type { Times } from '../preview1/abi/arguments.ts';
import type { FileStatus } from '../../vfs/client/attributes.ts';
import { RIGHTS_DIRECTORY, RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT, fileRights } from '../preview1/abi/rights.ts';
import { highHalf, lowHalf } from './halves.ts';

const NS = 1_000_000_000n;

/** Fills in the attributes of a filestat of 0.4.2. */
export function filestatStatus(into: FileStatus, filestat: wasi.Filestat): void {
  const { attributes: r } = into;
  into.device = Number(filestat.dev);
  r.qid_path_lo = lowHalf(filestat.ino) >>> 0;
  r.qid_path_hi = highHalf(filestat.ino) >>> 0;
  r.mode = kindOfFiletype(filestat.filetype);
  // 0.4.2 reports 0 links; an entry that can be reached has at least one.
  r.nlink = Number(filestat.nlink || 1n);
  r.size = Number(filestat.size);
  [r.atime_sec, r.atime_nsec] = split(filestat.atim);
  [r.mtime_sec, r.mtime_nsec] = split(filestat.mtim);
  [r.ctime_sec, r.ctime_nsec] = split(filestat.ctim);
}

/** Seconds and nanoseconds of a time in nanoseconds (u64). */
function split(time: bigint): [sec: number, nsec: number] {
  const ns = BigInt.asUintN(64, time);
  return [Number(ns / NS), Number(ns % NS)];
}

/** Returns the WASI filetype of an Fd without an fdstat. */
export function statFiletype(fd: Fd): number {
  const { ret, filestat } = fd.fd_filestat_get();
  return ret === 0 && filestat !== null ? filestat.filetype : FILETYPE.UNKNOWN;
}

/** The access mode and flags with which an Fd was opened. */
export type Opened = Readonly<Pick<OpenRequest, 'read' | 'write' | 'fdflags'>>;

/** Returns the rights of an Fd that reports none. */
export function usualRights(filetype: number, opened: Opened | null): number {
  if (filetype === FILETYPE.DIRECTORY) return RIGHTS_DIRECTORY;
  if (filetype === FILETYPE.REGULAR_FILE) return fileRights(opened?.read ?? true, opened?.write ?? true);
  return RIGHTS_STREAM_IN | RIGHTS_STREAM_OUT;
}

/** Converts times to the arguments of the Fd methods: nanoseconds since 1970 and fstflags. */
export function foreignTimes(times: Times): [atim: bigint, mtim: bigint, flags: number] {
  const { valid } = times;
  const { ATIM, ATIM_NOW, MTIM, MTIM_NOW } = FSTFLAGS;
  const atime = (valid & SETATTR_ATIME) === 0 ? 0 : (valid & SETATTR_ATIME_SET) !== 0 ? ATIM : ATIM_NOW;
  const mtime = (valid & SETATTR_MTIME) === 0 ? 0 : (valid & SETATTR_MTIME_SET) !== 0 ? MTIM : MTIM_NOW;
  const atim = BigInt(times.aSec) * NS + BigInt(times.aNsec);
  return [atim, BigInt(times.mSec) * NS + BigInt(times.mNsec), atime | mtime];
}
