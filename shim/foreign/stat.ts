// Attributes of an Fd of browser_wasi_shim: filestat, file type, rights and timestamps.
import type { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../vfs/9p/constants.ts';
import { FILETYPE, FSTFLAGS, STRUCTS } from '../preview1/abi/structs.ts';
import type { OpenRequest } from '../preview1/descriptors/descriptor.ts';
import type { Times } from '../preview1/abi/arguments.ts';
import type { GuestMemory } from '../preview1/memory/guest-memory.ts';
import { RIGHTS_DIRECTORY, RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT, fileRights } from '../preview1/abi/rights.ts';

const F = STRUCTS.filestat.fields;

/** Writes a filestat of 0.4.2, whose own write_bytes has wrong offsets. */
export function putFilestat(m: GuestMemory, ptr: number, filestat: wasi.Filestat): void {
  const { view } = m;
  view.setBigUint64(ptr + F.dev[0], filestat.dev, true);
  view.setBigUint64(ptr + F.ino[0], filestat.ino, true);
  view.setBigUint64(ptr + F.filetype[0], BigInt(filestat.filetype), true);
  // 0.4.2 reports 0 links; an entry that can be reached has at least one.
  view.setBigUint64(ptr + F.nlink[0], filestat.nlink || 1n, true);
  view.setBigUint64(ptr + F.size[0], filestat.size, true);
  view.setBigUint64(ptr + F.atim[0], filestat.atim, true);
  view.setBigUint64(ptr + F.mtim[0], filestat.mtim, true);
  view.setBigUint64(ptr + F.ctim[0], filestat.ctim, true);
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

const NS = 1_000_000_000n;

/** Converts times to the arguments of the Fd methods: nanoseconds since 1970 and fstflags. */
export function foreignTimes(times: Times): [atim: bigint, mtim: bigint, flags: number] {
  const { valid } = times;
  const { ATIM, ATIM_NOW, MTIM, MTIM_NOW } = FSTFLAGS;
  const atime = (valid & SETATTR_ATIME) === 0 ? 0 : (valid & SETATTR_ATIME_SET) !== 0 ? ATIM : ATIM_NOW;
  const mtime = (valid & SETATTR_MTIME) === 0 ? 0 : (valid & SETATTR_MTIME_SET) !== 0 ? MTIM : MTIM_NOW;
  const atim = BigInt(times.aSec) * NS + BigInt(times.aNsec);
  return [atim, BigInt(times.mSec) * NS + BigInt(times.mNsec), atime | mtime];
}
