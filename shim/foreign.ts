import type { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../vfs/9p/constants.ts';
import { E, errnoOfWasi } from '../vfs/errno.ts';
import type { Iov } from '../vfs/iov.ts';
import { FILETYPE, FSTFLAGS, LOOKUPFLAGS, STRUCTS } from './abi.ts';
import { Descriptor, type OpenRequest, type Times } from './descriptor.ts';
import type { GuestMemory } from './memory.ts';
import { RIGHTS, RIGHTS_ALL } from './rights.ts';

const F = STRUCTS.filestat.fields;

/** −errno of a result of browser_wasi_shim. */
function failed(ret: number): number {
  return -errnoOfWasi(ret);
}

/**
 * An Fd of browser_wasi_shim, its own or a user's subclass, among our descriptors: its methods are called as its own
 * WASI class would, its errnos and structs are ours.
 */
export class ForeignDescriptor extends Descriptor {
  readonly fd: Fd;
  readonly filetype: number;

  constructor(fd: Fd) {
    const { ret, fdstat } = fd.fd_fdstat_get();
    // 0.4.2 tells no rights for its files and directories (they are 0), which libc would take for none at all.
    const base = ret === 0 && fdstat !== null ? Number(fdstat.fs_rights_base) : 0;
    super(base === 0 ? RIGHTS_ALL : base & RIGHTS_ALL, RIGHTS_ALL);
    this.fd = fd;
    this.filetype = ret === 0 && fdstat !== null ? fdstat.fs_filetype : FILETYPE.UNKNOWN;
    this.fdflags = fdstat?.fs_flags ?? 0;
    const { ret: noPreopen, prestat } = fd.fd_prestat_get();
    if (noPreopen === 0 && prestat !== null) this.preopen = prestat.inner.pr_name;
  }

  override close(): number {
    return errnoOfWasi(this.fd.fd_close());
  }

  override stat(m: GuestMemory, ptr: number): number {
    const { ret, filestat } = this.fd.fd_filestat_get();
    return this.putStat(m, ptr, ret, filestat);
  }

  private putStat(m: GuestMemory, ptr: number, ret: number, filestat: wasi.Filestat | null): number {
    if (ret !== 0 || filestat === null) return ret === 0 ? E.EIO : errnoOfWasi(ret);
    const { view } = m;
    view.setBigUint64(ptr + F.dev[0], filestat.dev, true);
    view.setBigUint64(ptr + F.ino[0], filestat.ino, true);
    view.setBigUint64(ptr + F.filetype[0], BigInt(filestat.filetype), true);
    view.setBigUint64(ptr + F.nlink[0], filestat.nlink, true);
    view.setBigUint64(ptr + F.size[0], filestat.size, true);
    view.setBigUint64(ptr + F.atim[0], filestat.atim, true);
    view.setBigUint64(ptr + F.mtim[0], filestat.mtim, true);
    view.setBigUint64(ptr + F.ctim[0], filestat.ctim, true);
    return 0;
  }

  override read(iov: Iov): number {
    return this.readEach(iov, (size) => this.fd.fd_read(size));
  }

  override pread(iov: Iov, offset: number): number {
    return this.readEach(iov, (size, done) => this.fd.fd_pread(size, BigInt(offset + done)));
  }

  private readEach(iov: Iov, read: (size: number, done: number) => { ret: number; data: Uint8Array }): number {
    let done = 0;
    for (let i = 0; i < iov.count; i++) {
      const size = iov.end[i]! - iov.start[i]!;
      const { ret, data } = read(size, done);
      if (ret !== 0) return done > 0 ? done : failed(ret);
      iov.u8.set(data.length > size ? data.subarray(0, size) : data, iov.start[i]!);
      done += Math.min(data.length, size);
      if (data.length < size) break;
    }
    return done;
  }

  override write(iov: Iov): number {
    return this.writeEach(iov, (data) => this.fd.fd_write(data));
  }

  override pwrite(iov: Iov, offset: number): number {
    return this.writeEach(iov, (data, done) => this.fd.fd_pwrite(data, BigInt(offset + done)));
  }

  private writeEach(iov: Iov, write: (data: Uint8Array, done: number) => { ret: number; nwritten: number }): number {
    let done = 0;
    for (let i = 0; i < iov.count; i++) {
      // An Fd may keep what it is given.
      const data = iov.u8.slice(iov.start[i]!, iov.end[i]!);
      const { ret, nwritten } = write(data, done);
      if (ret !== 0) return done > 0 ? done : failed(ret);
      done += nwritten;
      if (nwritten < data.length) break;
    }
    return done;
  }

  override seek(offset: number, whence: number): number {
    const { ret, offset: to } = this.fd.fd_seek(BigInt(offset), whence);
    return ret === 0 ? Number(to) : failed(ret);
  }

  override setFlags(fdflags: number): number {
    const errno = errnoOfWasi(this.fd.fd_fdstat_set_flags(fdflags));
    if (errno === 0) this.fdflags = fdflags;
    return errno;
  }

  override setSize(size: number): number {
    return errnoOfWasi(this.fd.fd_filestat_set_size(BigInt(size)));
  }

  override setTimes(times: Times): number {
    const { atim, mtim, flags } = foreignTimes(times);
    return errnoOfWasi(this.fd.fd_filestat_set_times(atim, mtim, flags));
  }

  override allocate(offset: number, length: number): number {
    return errnoOfWasi(this.fd.fd_allocate(BigInt(offset), BigInt(length)));
  }

  override advise(): number {
    return 0;
  }

  override sync(): number {
    return errnoOfWasi(this.fd.fd_sync());
  }

  override readdir(m: GuestMemory, ptr: number, length: number, cookie: bigint): number {
    const head = new Uint8Array(STRUCTS.dirent.size);
    let used = 0;
    let next = cookie;
    while (used < length) {
      const { ret, dirent } = this.fd.fd_readdir_single(next);
      if (ret !== 0) return used > 0 ? used : failed(ret);
      if (dirent === null) break;
      dirent.write_head_bytes(new DataView(head.buffer), 0);
      for (const part of [head, dirent.dir_name]) {
        const size = Math.min(part.length, length - used);
        m.u8.set(part.subarray(0, size), ptr + used);
        used += size;
      }
      next = dirent.d_next;
    }
    return used;
  }

  override openat(path: string, request: OpenRequest): Descriptor | number {
    const rights = BigInt((request.read ? RIGHTS.FD_READ : 0) | (request.write ? RIGHTS.FD_WRITE : 0));
    const { ret, fd_obj } = this.fd.path_open(
      request.follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0,
      path,
      request.oflags,
      rights,
      rights,
      request.fdflags,
    );
    if (ret !== 0 || fd_obj === null) return ret === 0 ? E.EIO : errnoOfWasi(ret);
    return new ForeignDescriptor(fd_obj);
  }

  override statat(m: GuestMemory, ptr: number, path: string, follow: boolean): number {
    const { ret, filestat } = this.fd.path_filestat_get(follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0, path);
    return this.putStat(m, ptr, ret, filestat);
  }

  override utimensat(path: string, follow: boolean, times: Times): number {
    const { atim, mtim, flags } = foreignTimes(times);
    return errnoOfWasi(this.fd.path_filestat_set_times(follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0, path, atim, mtim, flags));
  }

  override mkdirat(path: string): number {
    return errnoOfWasi(this.fd.path_create_directory(path));
  }

  override rmdirat(path: string): number {
    return errnoOfWasi(this.fd.path_remove_directory(path));
  }

  override unlinkat(path: string): number {
    return errnoOfWasi(this.fd.path_unlink_file(path));
  }

  override symlinkat(): number {
    return E.ENOTSUP; // an Fd of 0.4.2 has no method for it
  }

  override readlinkat(path: string): string | number {
    const { ret, data } = this.fd.path_readlink(path);
    return ret === 0 && data !== null ? data : ret === 0 ? E.EIO : errnoOfWasi(ret);
  }

  override linkat(path: string, follow: boolean, newDir: Descriptor, newPath: string): number {
    if (!(newDir instanceof ForeignDescriptor)) return -E.EXDEV;
    // Its path_link puts the name there even when it is taken; link(2) does not.
    if (newDir.exists(newPath)) return E.EEXIST;
    const { ret, inode_obj } = this.fd.path_lookup(path, follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0);
    if (ret !== 0 || inode_obj === null) return ret === 0 ? E.ENOENT : errnoOfWasi(ret);
    return errnoOfWasi(newDir.fd.path_link(newPath, inode_obj, false));
  }

  private exists(path: string): boolean {
    return this.fd.path_filestat_get(0, path).ret === 0;
  }

  /** As the WASI class of 0.4.2 does: the entry is taken away and put back elsewhere. */
  override renameat(path: string, newDir: Descriptor, newPath: string): number {
    if (!(newDir instanceof ForeignDescriptor)) return -E.EXDEV;
    const { ret, inode_obj } = this.fd.path_unlink(path);
    if (ret !== 0 || inode_obj === null) return ret === 0 ? E.ENOENT : errnoOfWasi(ret);
    const errno = errnoOfWasi(newDir.fd.path_link(newPath, inode_obj, true));
    if (errno !== 0) this.fd.path_link(path, inode_obj, true);
    return errno;
  }
}

const NS = 1_000_000_000n;

/** Times as the Fd methods take them: nanoseconds and fstflags. */
function foreignTimes(times: Times): { atim: bigint; mtim: bigint; flags: number } {
  const { valid } = times;
  const { ATIM, ATIM_NOW, MTIM, MTIM_NOW } = FSTFLAGS;
  const atime = (valid & SETATTR_ATIME) === 0 ? 0 : (valid & SETATTR_ATIME_SET) !== 0 ? ATIM : ATIM_NOW;
  const mtime = (valid & SETATTR_MTIME) === 0 ? 0 : (valid & SETATTR_MTIME_SET) !== 0 ? MTIM : MTIM_NOW;
  return {
    atim: BigInt(times.aSec) * NS + BigInt(times.aNsec),
    mtim: BigInt(times.mSec) * NS + BigInt(times.mNsec),
    flags: atime | mtime,
  };
}
