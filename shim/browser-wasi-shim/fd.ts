// A Descriptor as an Fd of browser_wasi_shim: the fd_* methods.
import { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { FileStatus } from '../../vfs/client/attributes.ts';
import { E, WASI_ERRNO, wasiErrnoOf } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { FDFLAGS_ALL, FILETYPE, WHENCE } from '../preview1/abi/structs.ts';
import type { DirectoryDescriptor } from '../preview1/descriptors/directory.ts';
import type { FileDescriptor } from '../preview1/descriptors/file.ts';
import { highHalf, lowHalf } from '../foreign/halves.ts';
import { sizeArgument, timesArgument } from '../preview1/abi/arguments.ts';
import { RIGHTS, rightsArgument } from '../preview1/abi/rights.ts';
import { filestatOf, type MountedFilestat } from './filestat.ts';

const { EBADF: BADF, ENOTCAPABLE: NOTCAPABLE } = WASI_ERRNO;

const NO_DATA = new Uint8Array(0);
/** A longer read, in bytes, allocates no more than the size of the file: the guest chooses the length. */
const READ_UNASKED = 1 << 20;

const iov = new Iov();
/** The result of the last stat call. */
const status = new FileStatus();

/** Converts a count in bytes, or −errno, to the result of a write. */
function written(count: number): { ret: number; nwritten: number } {
  return count < 0 ? { ret: wasiErrnoOf(-count), nwritten: 0 } : { ret: 0, nwritten: count };
}

/** The maximum length of a long read in bytes: the size of the file, at least READ_UNASKED (devices have no size). */
function roomFor(d: Mounted): number {
  return d.stat(status) === 0 ? Math.max(status.attributes.size, READ_UNASKED) : READ_UNASKED;
}

function offsetOf(to: number): { ret: number; offset: bigint } {
  return to < 0 ? { ret: wasiErrnoOf(-to), offset: 0n } : { ret: 0, offset: BigInt(to) };
}

/** The descriptors of a MountedDirectory. */
type Mounted = DirectoryDescriptor | FileDescriptor;

/**
 * A Descriptor as an Fd of browser_wasi_shim. The checks are those of the fd_* functions of preview1; results
 * are WASI errnos. After fd_close every method returns EBADF.
 */
export abstract class DescriptorFd<Of extends Mounted> extends Fd {
  /** Null when closed. */
  protected descriptor: Of | null;

  constructor(descriptor: Of | null) {
    super();
    this.descriptor = descriptor;
  }

  /** Returns the descriptor for an operation that needs `right`, or BADF (closed), or NOTCAPABLE (right dropped). */
  protected use(right = 0): Of | number {
    const { descriptor } = this;
    if (descriptor === null) return BADF;
    return descriptor.dropped(right) ? NOTCAPABLE : descriptor;
  }

  /** Runs an operation that returns a Linux errno; returns the WASI errno. */
  private run(right: number, call: (d: Mounted) => number): number {
    const d = this.use(right);
    return typeof d === 'number' ? d : wasiErrnoOf(call(d));
  }

  override fd_close(): number {
    const { descriptor } = this;
    if (descriptor === null) return BADF;
    this.descriptor = null;
    return wasiErrnoOf(descriptor.close());
  }

  override fd_allocate(offset: bigint, length: bigint): number {
    const from = sizeArgument(lowHalf(offset), highHalf(offset));
    const size = sizeArgument(lowHalf(length), highHalf(length));
    return this.run(RIGHTS.FD_ALLOCATE, (d) => {
      if (from < 0 || size < 0) return E.EINVAL;
      return from + size > Number.MAX_SAFE_INTEGER ? E.EFBIG : d.allocate(from, size);
    });
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat | null } {
    const d = this.use();
    if (typeof d === 'number') return { ret: d, fdstat: null };
    const fdstat = new wasi.Fdstat(d.filetype, d.fdflags);
    fdstat.fs_rights_base = BigInt(d.rightsBase);
    fdstat.fs_rights_inherited = BigInt(d.rightsInheriting);
    return { ret: 0, fdstat };
  }

  override fd_fdstat_set_flags(flags: number): number {
    return this.run(RIGHTS.FD_FDSTAT_SET_FLAGS, (d) => ((flags & ~FDFLAGS_ALL) !== 0 ? E.EINVAL : d.setFlags(flags)));
  }

  override fd_fdstat_set_rights(base: bigint, inheriting: bigint): number {
    const d = this.use();
    if (typeof d === 'number') return d;
    return d.setRights(rightsArgument(lowHalf(base)), rightsArgument(lowHalf(inheriting))) ? 0 : NOTCAPABLE;
  }

  override fd_filestat_get(): { ret: number; filestat: MountedFilestat | null } {
    const ret = this.run(RIGHTS.FD_FILESTAT_GET, (d) => d.stat(status));
    return { ret, filestat: ret === 0 ? filestatOf(status) : null };
  }

  override fd_filestat_set_size(size: bigint): number {
    const bytes = sizeArgument(lowHalf(size), highHalf(size));
    return this.run(RIGHTS.FD_FILESTAT_SET_SIZE, (d) => (bytes < 0 ? E.EINVAL : d.setSize(bytes)));
  }

  override fd_filestat_set_times(atim: bigint, mtim: bigint, flags: number): number {
    const times = timesArgument(lowHalf(atim), highHalf(atim), lowHalf(mtim), highHalf(mtim), flags);
    return this.run(RIGHTS.FD_FILESTAT_SET_TIMES, (d) => (times === null ? E.EINVAL : d.setTimes(times)));
  }

  /** Runs an operation that reads up to `size` bytes into `iov`, and returns them. */
  private fetch(size: number, right: number, call: (d: Mounted) => number): { ret: number; data: Uint8Array } {
    const d = this.use(right);
    if (typeof d === 'number') return { ret: d, data: NO_DATA };
    const data = new Uint8Array(size > READ_UNASKED ? Math.min(size, roomFor(d)) : size);
    iov.single(data, 0, data.length);
    const count = call(d);
    if (count < 0) return { ret: wasiErrnoOf(-count), data: NO_DATA };
    return { ret: 0, data: count === data.length ? data : data.subarray(0, count) };
  }

  override fd_read(size: number): { ret: number; data: Uint8Array } {
    return this.fetch(size, RIGHTS.FD_READ, (d) => d.read(iov));
  }

  override fd_pread(size: number, offset: bigint): { ret: number; data: Uint8Array } {
    const from = sizeArgument(lowHalf(offset), highHalf(offset));
    const right = RIGHTS.FD_READ | RIGHTS.FD_SEEK;
    return this.fetch(size, right, (d) => (from < 0 ? -E.EINVAL : d.pread(iov, from)));
  }

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    const d = this.use(RIGHTS.FD_WRITE);
    if (typeof d === 'number') return { ret: d, nwritten: 0 };
    iov.single(data, 0, data.length);
    return written(d.write(iov));
  }

  override fd_pwrite(data: Uint8Array, offset: bigint): { ret: number; nwritten: number } {
    const d = this.use(RIGHTS.FD_WRITE | RIGHTS.FD_SEEK);
    if (typeof d === 'number') return { ret: d, nwritten: 0 };
    const from = sizeArgument(lowHalf(offset), highHalf(offset));
    iov.single(data, 0, data.length);
    return written(from < 0 ? -E.EINVAL : d.pwrite(iov, from));
  }

  override fd_seek(offset: bigint, whence: number): { ret: number; offset: bigint } {
    const d = this.use(RIGHTS.FD_SEEK);
    if (typeof d === 'number') return { ret: d, offset: 0n };
    if (d.filetype === FILETYPE.DIRECTORY) return { ret: NOTCAPABLE, offset: 0n };
    return offsetOf(d.seek(Number(offset), whence));
  }

  override fd_tell(): { ret: number; offset: bigint } {
    const d = this.use(RIGHTS.FD_TELL);
    if (typeof d === 'number') return { ret: d, offset: 0n };
    if (d.filetype === FILETYPE.DIRECTORY) return { ret: NOTCAPABLE, offset: 0n };
    return offsetOf(d.seek(0, WHENCE.CUR));
  }

  override fd_sync(): number {
    return this.run(RIGHTS.FD_SYNC, (d) => d.sync(false));
  }

  /** BADF ends libc's search for preopens; the NOTSUP of the base class would end the program. */
  override fd_prestat_get(): { ret: number; prestat: wasi.Prestat | null } {
    return { ret: BADF, prestat: null };
  }

  override fd_readdir_single(_cookie: bigint): { ret: number; dirent: wasi.Dirent | null } {
    const d = this.use();
    return { ret: typeof d === 'number' ? d : WASI_ERRNO.ENOTDIR, dirent: null };
  }
}
