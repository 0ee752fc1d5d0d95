// An Fd of browser_wasi_shim as a descriptor of the guest, with the faults of version 0.4.2 corrected.
import type { Fd, Inode } from '@bjorn3/browser_wasi_shim';
import { PATH_MAX } from '../../vfs/client/path.ts';
import { E, WASI_ERRNO, errnoOfWasi } from '../../vfs/linux/errno.ts';
import type { Iov } from '../../vfs/lib/iov.ts';
import { FDFLAGS, FILETYPE, LOOKUPFLAGS, OFLAGS, WHENCE } from '../preview1/abi/structs.ts';
import { Descriptor, type OpenRequest } from '../preview1/descriptors/descriptor.ts';
import type { Times } from '../preview1/abi/arguments.ts';
import { CROSS_MOUNT } from '../../vfs/client/at.ts';
import { bounded, failed, pathErrno } from './errno.ts';
import { readEach, writeEach } from './io.ts';
import { ForeignListing } from './listing.ts';
import { foreignTimes, putFilestat, statFiletype, usualRights, type Opened } from './stat.ts';
import { holds, isDirectory, parentOf, withoutSlash } from './tree.ts';
import type { GuestMemory } from '../preview1/memory/guest-memory.ts';
import { lowHalf } from './halves.ts';
import { RIGHTS_ALL, RIGHTS_SEEK, fileRights, rightsArgument } from '../preview1/abi/rights.ts';
import { putPlainStat } from '../preview1/descriptors/stat.ts';

/** An Fd that stands for a descriptor of ours (browser-wasi-shim/directory.ts). */
interface NativeFd {
  /** A descriptor of its own for the caller, or null when it has to be used as the Fd that it is. */
  toDescriptor(): Descriptor | null;
}

/** Longest file of an Fd that holds its bytes in one array: 1 byte behind a hole of 2 GiB would take all of that. */
export const DENSE_MAX = 2 ** 30;

/** The descriptor of an Fd: one of our own where it stands for one, so that nothing is lost on the way. */
export function descriptorOf(fd: Fd): Descriptor {
  return (fd as Partial<NativeFd>).toDescriptor?.() ?? new ForeignDescriptor(fd);
}

/**
 * An Fd of browser_wasi_shim, its own or a user's subclass, among our descriptors: its methods are called as its own
 * WASI class would, its errnos and structs are ours. What the Fds of 0.4.2 get wrong is made good here as far as their
 * methods allow; what they have no method for stays ENOTSUP (symlinks, times) or EXDEV (links into a tree of another
 * kind).
 */
export class ForeignDescriptor extends Descriptor {
  readonly fd: Fd;
  filetype: number;
  /** How the guest opened it; null for what the host gave. */
  private readonly opened: Opened | null;
  private listing: ForeignListing | null = null;
  private kept = false;
  /** Its offset, as far as it went through us. */
  private at = 0;

  constructor(fd: Fd, opened: Opened | null = null, inheriting = RIGHTS_ALL) {
    const { ret, fdstat } = fd.fd_fdstat_get();
    const told = ret === 0 ? fdstat : null;
    const { ret: noPreopen, prestat } = fd.fd_prestat_get();
    const preopen = noPreopen === 0 && prestat !== null ? prestat.inner.pr_name : null;
    const filetype = told?.fs_filetype ?? (preopen === null ? statFiletype(fd) : FILETYPE.DIRECTORY);
    // 0.4.2 tells no rights for its files and directories (they are 0), which libc would take for none at all.
    const base = rightsArgument(lowHalf(told?.fs_rights_base ?? 0n)) || usualRights(filetype, opened);
    super(base, inheriting);
    this.rightsInheriting &= rightsArgument(lowHalf(told?.fs_rights_inherited ?? 0n)) || RIGHTS_ALL;
    this.fd = fd;
    this.filetype = filetype;
    this.opened = opened;
    this.fdflags = (told?.fs_flags ?? 0) | (opened?.fdflags ?? 0);
    this.preopen = preopen;
  }

  override setTerminal(terminal: boolean): void {
    super.setTerminal(terminal);
    if (terminal) this.rightsBase &= ~RIGHTS_SEEK;
  }

  override giveBack(): void {
    this.kept = true;
  }

  override close(): number {
    return this.kept ? 0 : errnoOfWasi(this.fd.fd_close());
  }

  override stat(m: GuestMemory, ptr: number): number {
    const { ret, filestat } = m.leave(() => this.fd.fd_filestat_get());
    m.fresh();
    if (ret === 0 && filestat !== null) putFilestat(m, ptr, filestat);
    else if (ret === WASI_ERRNO.ENOTSUP) putPlainStat(m, ptr, this.filetype, 0, 0);
    else return errnoOfWasi(ret) || E.EIO;
    return 0;
  }

  /** Why it cannot be read, or written: the files of 0.4.2 do not ask how they were opened. */
  private denied(mode: 'read' | 'write'): number {
    if (this.filetype === FILETYPE.DIRECTORY) return mode === 'read' ? E.EISDIR : E.EBADF;
    return this.opened !== null && !this.opened[mode] ? E.EBADF : 0;
  }

  override read(iov: Iov, m: GuestMemory): number {
    const denied = this.denied('read');
    if (denied !== 0) return -denied;
    const count = readEach(iov, m, E.EBADF, (size) => this.fd.fd_read(size));
    if (count > 0) this.at += count;
    return count;
  }

  override pread(iov: Iov, offset: number, m: GuestMemory): number {
    const denied = this.denied('read');
    if (denied !== 0) return -denied;
    const count = readEach(iov, m, E.ENOTSUP, (size, done) => this.fd.fd_pread(size, BigInt(offset + done)));
    return count === -E.ENOTSUP ? this.elsewhere(offset, () => this.read(iov, m)) : count;
  }

  /** Whether it keeps all its bytes in one array, holes too, and would have to make that longer than is allowed. */
  private tooLong(end: number): boolean {
    return end > DENSE_MAX && (this.fd as { file?: { data?: unknown } }).file?.data instanceof Uint8Array;
  }

  override write(iov: Iov, m: GuestMemory): number {
    const denied = this.denied('write');
    if (denied !== 0) return -denied;
    // 0.4.2 goes to the end when the file is opened, and never again.
    if (this.appends()) this.seek(0, WHENCE.END);
    if (this.tooLong(this.at + iov.total)) return -E.EFBIG;
    const count = writeEach(iov, m, E.EBADF, (data) => this.fd.fd_write(data));
    if (count > 0) this.at += count;
    return count;
  }

  override pwrite(iov: Iov, offset: number, m: GuestMemory): number {
    const denied = this.denied('write');
    if (denied !== 0) return -denied;
    const size = this.appends() ? this.fd.fd_filestat_get().filestat?.size : undefined;
    const from = size ?? BigInt(offset);
    if (this.tooLong(Number(from) + iov.total)) return -E.EFBIG;
    const count = writeEach(iov, m, E.ENOTSUP, (data, done) => this.fd.fd_pwrite(data, from + BigInt(done)));
    return count === -E.ENOTSUP ? this.elsewhere(offset, () => this.write(iov, m)) : count;
  }

  private appends(): boolean {
    return (this.fdflags & FDFLAGS.APPEND) !== 0;
  }

  /** Moves data at an offset where the Fd has no method for that: ESPIPE when it cannot seek either. */
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

  /** An Fd that keeps no flags has them kept here: APPEND is seen to here, and memory knows no waiting. */
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

  override readdir(m: GuestMemory, ptr: number, length: number, cookieLo: number, cookieHi: number): number {
    if (this.filetype !== FILETYPE.DIRECTORY) return -E.ENOTDIR;
    this.listing ??= new ForeignListing(this.fd);
    return this.listing.read(m, ptr, length, (cookieHi >>> 0) * 0x1_0000_0000 + (cookieLo >>> 0));
  }

  override openat(path: string, request: OpenRequest): Descriptor | number {
    const { oflags, read, write, follow, fdflags } = request;
    const creates = (oflags & OFLAGS.CREAT) !== 0;
    if (path === '') return E.ENOENT;
    // 0.4.2 would make a directory, make a file in spite of the slash, and let EXCL alone find something.
    if (creates && (oflags & OFLAGS.DIRECTORY) !== 0) return E.EINVAL;
    if (creates && path.endsWith('/')) return E.EISDIR;
    const flags = creates ? oflags : oflags & ~OFLAGS.EXCL;
    const rights = BigInt(fileRights(read, write));
    const { ret, fd_obj } = this.fd.path_open(lookupflags(follow), path, flags, rights, rights, fdflags);
    if (ret !== 0 || fd_obj === null) return pathErrno(ret) || E.EIO;
    const opened = this.adopt(fd_obj, { read, write, fdflags });
    if (opened.filetype !== FILETYPE.DIRECTORY || !(write || creates || (oflags & OFLAGS.TRUNC) !== 0)) return opened;
    opened.close();
    return E.EISDIR;
  }

  /** The descriptor of an Fd that was opened for the guest; it is closed if it cannot be looked at. */
  private adopt(fd: Fd, opened: Opened): ForeignDescriptor {
    try {
      return new ForeignDescriptor(fd, opened, this.rightsInheriting);
    } catch (thrown) {
      fd.fd_close();
      throw thrown;
    }
  }

  override statat(m: GuestMemory, ptr: number, path: string, follow: boolean): number {
    if (path === '') return E.ENOENT;
    const { ret, filestat } = m.leave(() => this.fd.path_filestat_get(lookupflags(follow), path));
    if (ret !== 0 || filestat === null) return pathErrno(ret) || E.EIO;
    m.fresh();
    putFilestat(m, ptr, filestat);
    return 0;
  }

  /** A call on a path: its errno. The empty path is the directory itself to 0.4.2, and nothing to Linux. */
  private on(path: string, call: (fd: Fd, path: string) => number): number {
    return path === '' ? E.ENOENT : pathErrno(call(this.fd, path));
  }

  /** Whether something has that name: 0, or the errno. */
  private find(path: string): number {
    return this.on(path, (fd) => fd.path_filestat_get(0, path).ret);
  }

  override utimensat(path: string, follow: boolean, times: Times): number {
    const errno = this.on(path, (fd) => fd.path_filestat_set_times(lookupflags(follow), path, ...foreignTimes(times)));
    return errno === E.ENOTSUP ? this.find(path) || errno : errno;
  }

  override mkdirat(path: string): number {
    // 0.4.2 opens what is there.
    if (this.find(withoutSlash(path)) === 0) return E.EEXIST;
    return this.on(path, (fd) => fd.path_create_directory(path));
  }

  override rmdirat(path: string): number {
    return this.on(path, (fd) => fd.path_remove_directory(path));
  }

  override unlinkat(path: string): number {
    return this.on(path, (fd) => fd.path_unlink_file(path));
  }

  /** An Fd has no method for it. */
  override symlinkat(_target: string, path: string): number {
    return this.find(path) === 0 ? E.EEXIST : E.ENOTSUP;
  }

  override readlinkat(path: string): string | number {
    if (path === '') return E.ENOENT;
    const { ret, data } = this.fd.path_readlink(path);
    if (ret === 0 && data !== null) return data;
    // Without symlinks nothing is one, which is what realpath(3) asks for.
    return ret === WASI_ERRNO.ENOTSUP ? this.find(path) || E.EINVAL : pathErrno(ret) || E.EIO;
  }

  override linkat(path: string, follow: boolean, newDir: Descriptor, newPath: string): number {
    if (path === '') return E.ENOENT;
    const { ret, inode_obj } = this.fd.path_lookup(path, lookupflags(follow));
    if (ret !== 0 || inode_obj === null) return pathErrno(ret) || E.EIO;
    if (!(newDir instanceof ForeignDescriptor)) return elsewhereErrno(newDir);
    if (newPath.length > PATH_MAX) return E.ENAMETOOLONG;
    // 0.4.2 puts the name there even when it is taken.
    if (newDir.find(newPath) === 0) return E.EEXIST;
    return newDir.on(newPath, (fd) => fd.path_link(newPath, inode_obj, false));
  }

  /** As the WASI class of 0.4.2 does it: the entry is taken away and put elsewhere, or back. */
  override renameat(path: string, newDir: Descriptor, newPath: string): number {
    if (!(newDir instanceof ForeignDescriptor)) return elsewhereErrno(newDir);
    if (path === '' || newPath === '') return E.ENOENT;
    if (newPath.length > PATH_MAX) return E.ENAMETOOLONG;
    const moved = this.inode(path);
    // rename(2): two names of one file stay both.
    if (moved !== null && moved === newDir.inode(newPath)) return 0;
    // A directory put into itself would be lost with all that is in it.
    if (moved !== null && holds(moved, newDir.inode(parentOf(newPath)))) return E.EINVAL;
    if (moved !== null && newPath.endsWith('/') && !isDirectory(moved)) return E.ENOTDIR;
    const { ret, inode_obj } = this.fd.path_unlink(path);
    if (ret !== 0 || inode_obj === null) return pathErrno(ret) || E.EIO;
    // Its path_link takes no slash at the end.
    const errno = pathErrno(newDir.fd.path_link(withoutSlash(newPath), inode_obj, true));
    if (errno !== 0) this.fd.path_link(withoutSlash(path), inode_obj, true);
    return errno;
  }

  private inode(path: string): Inode | null {
    return this.fd.path_lookup(path, 0).inode_obj;
  }
}

/** The errno of moving a name to a directory of another kind. */
function elsewhereErrno(newDir: Descriptor): number {
  return newDir.filetype === FILETYPE.DIRECTORY ? CROSS_MOUNT : E.ENOTDIR;
}

function lookupflags(follow: boolean): number {
  return follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0;
}
