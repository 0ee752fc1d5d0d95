// An Fd of browser_wasi_shim as a descriptor of the guest, with the faults of version 0.4.2 corrected.
import type { Fd, Inode } from '@bjorn3/browser_wasi_shim';
import { E, WASI_ERRNO, errnoOfWasi } from '../../vfs/linux/errno.ts';
import { PATH_MAX } from '../../vfs/linux/limits.ts';
import type { Iov } from '../../vfs/lib/iov.ts';
import { FDFLAGS, FILETYPE, LOOKUPFLAGS, OFLAGS, WHENCE } from '../preview1/abi/structs.ts';
import { Descriptor, type Caller, type OpenRequest } from '../preview1/descriptors/descriptor.ts';
import type { Times } from '../preview1/abi/arguments.ts';
import { IN_CALL, IDLE } from '../preview1/gate/gate.ts';
import { atCallErrno, bounded, failed } from './errno.ts';
import { readEach, writeEach } from './io.ts';
import { ForeignListing } from './listing.ts';
import { foreignTimes, filestatStatus, statFiletype, usualRights, type Opened } from './stat.ts';
import { holds, isDirectory, parentOf, withoutSlash } from './tree.ts';
import type { DirectoryEntries } from '../../vfs/client/directory-listing.ts';
import { lowHalf } from './halves.ts';
import { RIGHTS_ALL, RIGHTS_SEEK, fileRights, rightsArgument } from '../preview1/abi/rights.ts';
import { streamStatus } from '../preview1/descriptors/status.ts';
import type { FileStatus } from '../../vfs/client/attributes.ts';

/** An Fd that wraps a Descriptor (browser-wasi-shim/open-directory.ts). */
interface NativeFd {
  /** Returns a new descriptor, which the caller closes; null if the Fd must be used through its methods. */
  toDescriptor(): Descriptor | null;
}

/** The maximum size of a file whose Fd keeps its bytes in one array, in which a hole takes memory too. */
export const DENSE_MAX = 2 ** 30;

/** True for an Fd of browser_wasi_shim, of any copy of the package: see ForeignFd. */
export function isForeignFd(value: unknown): value is Fd {
  const fd = value as Partial<Fd> | null;
  return typeof fd === 'object' && typeof fd?.fd_fdstat_get === 'function' && typeof fd.path_open === 'function';
}

/** Returns the Descriptor that an Fd wraps (a new one for the same directory), otherwise a ForeignDescriptor. */
export function descriptorOf(fd: Fd): Descriptor {
  return (fd as Partial<NativeFd>).toDescriptor?.() ?? new ForeignDescriptor(fd);
}

/**
 * A descriptor on an Fd of browser_wasi_shim, one of the package or a user's subclass. It calls the methods as the WASI
 * class of the package does, and converts errnos and structs. Faults of the Fds of 0.4.2 are corrected as far as their
 * methods allow. Operations without a method are ENOTSUP (symlinks, times) or EXDEV (links to another kind of tree).
 */
export class ForeignDescriptor extends Descriptor {
  readonly fd: Fd;
  filetype: number;
  /** The access mode and flags of path_open; null for an Fd that the host lent. */
  private readonly opened: Opened | null;
  private listing: ForeignListing | null = null;
  private kept = false;
  /** The offset after the reads, writes and seeks of the guest, in bytes. */
  private at = 0;

  constructor(fd: Fd, opened: Opened | null = null, inheriting = RIGHTS_ALL) {
    const { ret, fdstat } = fd.fd_fdstat_get();
    const stat = ret === 0 ? fdstat : null;
    const { ret: noPreopen, prestat } = fd.fd_prestat_get();
    const preopen = noPreopen === 0 && prestat !== null ? prestat.inner.pr_name : null;
    const filetype = stat?.fs_filetype ?? (preopen === null ? statFiletype(fd) : FILETYPE.DIRECTORY);
    // The rights of files and directories are 0 in 0.4.2; libc would refuse every operation.
    const base = rightsArgument(lowHalf(stat?.fs_rights_base ?? 0n)) || usualRights(filetype, opened);
    super(base, inheriting);
    this.keepRights(RIGHTS_ALL, rightsArgument(lowHalf(stat?.fs_rights_inherited ?? 0n)) || RIGHTS_ALL);
    this.fd = fd;
    this.filetype = filetype;
    this.opened = opened;
    this.fdflags = (stat?.fs_flags ?? 0) | (opened?.fdflags ?? 0);
    this.preopen = preopen;
  }

  override setTerminal(terminal: boolean): void {
    super.setTerminal(terminal);
    if (terminal) this.keepRights(~RIGHTS_SEEK, RIGHTS_ALL);
  }

  override giveBack(): void {
    this.kept = true;
  }

  override close(): number {
    return this.kept ? 0 : errnoOfWasi(this.fd.fd_close());
  }

  override stat(into: FileStatus, caller: Caller): number {
    const { ret, filestat } = caller.leave(() => this.fd.fd_filestat_get());
    if (ret === 0 && filestat !== null) filestatStatus(into, filestat);
    else if (ret === WASI_ERRNO.ENOTSUP) streamStatus(into, this.filetype, 0);
    else return errnoOfWasi(ret) || E.EIO;
    return 0;
  }

  /** Returns the errno of a read or write that the access mode forbids, which the files of 0.4.2 do not check; or 0. */
  private denied(mode: 'read' | 'write'): number {
    if (this.filetype === FILETYPE.DIRECTORY) return mode === 'read' ? E.EISDIR : E.EBADF;
    return this.opened !== null && !this.opened[mode] ? E.EBADF : 0;
  }

  override read(iov: Iov, caller: Caller): number {
    const denied = this.denied('read');
    if (denied !== 0) return -denied;
    const count = readEach(iov, caller, E.EBADF, (size) => this.fd.fd_read(size));
    if (count > 0) this.at += count;
    return count;
  }

  override pread(iov: Iov, offset: number, caller: Caller): number {
    const denied = this.denied('read');
    if (denied !== 0) return -denied;
    const count = readEach(iov, caller, E.ENOTSUP, (size, done) => this.fd.fd_pread(size, BigInt(offset + done)));
    return count === -E.ENOTSUP ? this.elsewhere(offset, () => this.read(iov, caller)) : count;
  }

  /** True if the Fd keeps its bytes in one array and `end` is past DENSE_MAX. */
  private tooLong(end: number): boolean {
    return end > DENSE_MAX && (this.fd as { file?: { data?: unknown } }).file?.data instanceof Uint8Array;
  }

  override write(iov: Iov, caller: Caller): number {
    const denied = this.denied('write');
    if (denied !== 0) return -denied;
    // 0.4.2 seeks to the end once, when the file is opened.
    if (this.appends()) this.seek(0, WHENCE.END);
    if (this.tooLong(this.at + iov.total)) return -E.EFBIG;
    const count = writeEach(iov, caller, E.EBADF, (data) => this.fd.fd_write(data));
    if (count > 0) this.at += count;
    return count;
  }

  override pwrite(iov: Iov, offset: number, caller: Caller): number {
    const denied = this.denied('write');
    if (denied !== 0) return -denied;
    const size = this.appends() ? this.fd.fd_filestat_get().filestat?.size : undefined;
    const from = size ?? BigInt(offset);
    if (this.tooLong(Number(from) + iov.total)) return -E.EFBIG;
    const count = writeEach(iov, caller, E.ENOTSUP, (data, done) => this.fd.fd_pwrite(data, from + BigInt(done)));
    return count === -E.ENOTSUP ? this.elsewhere(offset, () => this.write(iov, caller)) : count;
  }

  private appends(): boolean {
    return (this.fdflags & FDFLAGS.APPEND) !== 0;
  }

  /** pread or pwrite of an Fd without the method: seek, move, seek back. ESPIPE if it cannot seek. */
  private elsewhere(offset: number, move: () => number): number {
    const here = this.seek(0, WHENCE.CUR);
    if (here < 0) return here;
    const there = this.seek(offset, WHENCE.SET);
    const count = there < 0 ? there : move();
    this.seek(here, WHENCE.SET);
    return count;
  }

  override seek(offset: number, whence: number): number {
    const { ret, offset: to } = this.fd.fd_seek(BigInt(offset), whence);
    if (ret !== 0) return failed(ret, E.ESPIPE);
    const reached = Number(to);
    return reached >= 0 ? (this.at = reached) : -E.EIO;
  }

  /**
   * If `fd_seek` throws, the guest stays IN_CALL: its next call traps. EBADF for a guest that is in a call or has ended:
   * it must stay so.
   */
  override tell({ state }: Caller): number {
    if (state.value !== IDLE) return -E.EBADF;
    state.value = IN_CALL;
    const offset = this.seek(0, WHENCE.CUR);
    state.value = IDLE;
    return offset;
  }

  /** The flags of an Fd that does not keep them (ENOTSUP) are kept here, where APPEND is implemented. */
  override setFlags(fdflags: number): number {
    const errno = errnoOfWasi(this.fd.fd_fdstat_set_flags(fdflags));
    if (errno !== 0 && errno !== E.ENOTSUP) return errno;
    this.fdflags = fdflags;
    return 0;
  }

  override setSize(size: number): number {
    if (this.denied('write') !== 0) return E.EINVAL;
    if (this.tooLong(size)) return E.EFBIG;
    return -bounded(() => failed(this.fd.fd_filestat_set_size(BigInt(size)), E.EINVAL));
  }

  override setTimes(times: Times): number {
    return errnoOfWasi(this.fd.fd_filestat_set_times(...foreignTimes(times)));
  }

  override allocate(offset: number, length: number): number {
    if (length === 0) return E.EINVAL;
    if (this.tooLong(offset + length)) return E.EFBIG;
    return this.denied('write') || -bounded(() => -errnoOfWasi(this.fd.fd_allocate(BigInt(offset), BigInt(length))));
  }

  override advise(): number {
    return 0;
  }

  override sync(): number {
    return errnoOfWasi(this.fd.fd_sync());
  }

  override readdir(into: DirectoryEntries, cookieLo: number, cookieHi: number, room: number, caller: Caller): number {
    if (this.filetype !== FILETYPE.DIRECTORY) return -E.ENOTDIR;
    this.listing ??= new ForeignListing(this.fd);
    return this.listing.read(into, (cookieHi >>> 0) * 0x1_0000_0000 + (cookieLo >>> 0), room, caller);
  }

  override openat(path: string, request: OpenRequest): Descriptor | number {
    const { oflags, read, write, follow, fdflags } = request;
    const creates = (oflags & OFLAGS.CREAT) !== 0;
    if (path === '') return E.ENOENT;
    // 0.4.2 would create a directory, create a file despite the trailing slash, and apply EXCL without CREAT.
    if (creates && (oflags & OFLAGS.DIRECTORY) !== 0) return E.EINVAL;
    if (creates && path.endsWith('/')) return E.EISDIR;
    const flags = creates ? oflags : oflags & ~OFLAGS.EXCL;
    const rights = BigInt(fileRights(read, write));
    const { ret, fd_obj } = this.fd.path_open(lookupflags(follow), path, flags, rights, rights, fdflags);
    if (ret !== 0 || fd_obj === null) return atCallErrno(ret) || E.EIO;
    const opened = this.adopt(fd_obj, { read, write, fdflags });
    if (opened.filetype !== FILETYPE.DIRECTORY || !(write || creates || (oflags & OFLAGS.TRUNC) !== 0)) return opened;
    opened.close();
    return E.EISDIR;
  }

  /** Makes the descriptor of an Fd that path_open returned; closes the Fd if one of its methods throws. */
  private adopt(fd: Fd, opened: Opened): ForeignDescriptor {
    try {
      return new ForeignDescriptor(fd, opened, this.rightsInheriting);
    } catch (thrown) {
      fd.fd_close();
      throw thrown;
    }
  }

  override statat(path: string, follow: boolean, into: FileStatus, caller: Caller): number {
    if (path === '') return E.ENOENT;
    const { ret, filestat } = caller.leave(() => this.fd.path_filestat_get(lookupflags(follow), path));
    if (ret !== 0 || filestat === null) return atCallErrno(ret) || E.EIO;
    filestatStatus(into, filestat);
    return 0;
  }

  /** Runs a call on a path and returns its errno: ENOENT for the empty path, which 0.4.2 takes for the directory. */
  private on(path: string, call: (fd: Fd, path: string) => number): number {
    return path === '' ? E.ENOENT : atCallErrno(call(this.fd, path));
  }

  /** Returns 0 if the path exists, otherwise the errno. */
  private find(path: string): number {
    return this.on(path, (fd) => fd.path_filestat_get(0, path).ret);
  }

  override utimensat(path: string, follow: boolean, times: Times): number {
    const errno = this.on(path, (fd) => fd.path_filestat_set_times(lookupflags(follow), path, ...foreignTimes(times)));
    return errno === E.ENOTSUP ? this.find(path) || errno : errno;
  }

  override mkdirat(path: string): number {
    // 0.4.2 succeeds on an existing entry.
    if (this.find(withoutSlash(path)) === 0) return E.EEXIST;
    return this.on(path, (fd) => fd.path_create_directory(path));
  }

  override rmdirat(path: string): number {
    return this.on(path, (fd) => fd.path_remove_directory(path));
  }

  override unlinkat(path: string): number {
    return this.on(path, (fd) => fd.path_unlink_file(path));
  }

  /** Fd has no method for symlinks. */
  override symlinkat(_target: string, path: string): number {
    return this.find(path) === 0 ? E.EEXIST : E.ENOTSUP;
  }

  override readlinkat(path: string): string | number {
    if (path === '') return E.ENOENT;
    const { ret, data } = this.fd.path_readlink(path);
    if (ret === 0 && data !== null) return data;
    // Without symlinks every entry is EINVAL, which realpath(3) expects.
    return ret === WASI_ERRNO.ENOTSUP ? this.find(path) || E.EINVAL : atCallErrno(ret) || E.EIO;
  }

  override linkat(path: string, follow: boolean, newDir: Descriptor, newPath: string): number {
    if (path === '') return E.ENOENT;
    const { ret, inode_obj } = this.fd.path_lookup(path, lookupflags(follow));
    if (ret !== 0 || inode_obj === null) return atCallErrno(ret) || E.EIO;
    if (!(newDir instanceof ForeignDescriptor)) return elsewhereErrno(newDir);
    if (newPath.length >= PATH_MAX) return E.ENAMETOOLONG;
    // 0.4.2 replaces an existing entry.
    if (newDir.find(newPath) === 0) return E.EEXIST;
    return newDir.on(newPath, (fd) => fd.path_link(newPath, inode_obj, false));
  }

  /** As in the WASI class of 0.4.2: the entry is unlinked, then linked at the new path, or back if that fails. */
  override renameat(path: string, newDir: Descriptor, newPath: string): number {
    if (!(newDir instanceof ForeignDescriptor)) return elsewhereErrno(newDir);
    if (path === '' || newPath === '') return E.ENOENT;
    if (newPath.length >= PATH_MAX) return E.ENAMETOOLONG;
    const moved = this.inode(path);
    // rename(2): no effect on two names of one file.
    if (moved !== null && moved === newDir.inode(newPath)) return 0;
    // A directory moved into itself would be lost with its contents.
    if (moved !== null && holds(moved, newDir.inode(parentOf(newPath)))) return E.EINVAL;
    if (moved !== null && newPath.endsWith('/') && !isDirectory(moved)) return E.ENOTDIR;
    const { ret, inode_obj } = this.fd.path_unlink(path);
    if (ret !== 0 || inode_obj === null) return atCallErrno(ret) || E.EIO;
    // path_link of 0.4.2 refuses a trailing slash.
    const errno = atCallErrno(newDir.fd.path_link(withoutSlash(newPath), inode_obj, true));
    if (errno !== 0) this.fd.path_link(withoutSlash(path), inode_obj, true);
    return errno;
  }

  private inode(path: string): Inode | null {
    return this.fd.path_lookup(path, 0).inode_obj;
  }
}

/** The errno of a rename or link into a descriptor of another kind. */
function elsewhereErrno(newDir: Descriptor): number {
  return newDir.filetype === FILETYPE.DIRECTORY ? E.EXDEV : E.ENOTDIR;
}

function lookupflags(follow: boolean): number {
  return follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0;
}
