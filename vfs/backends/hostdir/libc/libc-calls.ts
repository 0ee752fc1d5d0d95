// The calls of the tree of descriptors through libc: the kernel's own, below a descriptor.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../../9p/constants.ts';
import type { SetAttr, StatFs } from '../../../backend/backend.ts';
import type { ForeignLock } from '../../../backend/capabilities.ts';
import { decodeText } from '../../../lib/utf8.ts';
import { O_CLOEXEC, XATTR_REPLACE } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { HostCalls, HostFlags } from '../calls/calls.ts';
import type { HostStat } from '../calls/host-stat.ts';
import type { NameIterator } from '../tree/listings/name-iterator.ts';
import { O_PATH } from '../tree/descriptors/proc.ts';
import { Inotify } from './inotify.ts';
import { LibcNames } from './libc-names.ts';
import { SYSCALLS, type Libc } from './libc.ts';
import { openBeneath } from './openat2.ts';
import { NameBuffer, NumberedPath, PATH_MAX } from './name-buffer.ts';
import {
  FLOCK_SIZE,
  STATFS_SIZE,
  STATX_MASK,
  STATX_SIZE,
  TIMES_SIZE,
  UTIME_NOW,
  UTIME_OMIT,
  fillStatFs,
  fillStatx,
  fsTypeOf,
  readLock,
  writeLock,
  writeTime,
} from './layouts.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;
// Commands of fcntl(2).
const F_DUPFD_CLOEXEC = 1030;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
/** The limit of `../` components in one path, within PATH_MAX. */
const LEVELS = 1024;

/** XATTR_SIZE_MAX and XATTR_LIST_MAX of Linux. */
const XATTR_MAX = 65_536;

const EMPTY = new Uint8Array(1);
const DOT = Uint8Array.of(0x2e, 0);
const NONE = new Uint8Array(0);

/**
 * Calls of libc. A name is one component, which NameBuffer checks, and no call follows a symlink that a name leads to.
 *
 * The inode of a descriptor of O_PATH is opened anew through its magic link in /proc, as in proc-calls.ts: the kernel has
 * no other call for it. A directory is opened as its own `.`.
 */
export class LibcCalls implements HostCalls {
  readonly way: 'openat2' | 'openat';
  readonly exact = true;
  readonly rawNames = true;
  readonly flags: HostFlags;
  private readonly libc: Libc;
  private readonly noFollow: number;
  private readonly directory: number;
  private readonly getdents64: number;
  private readonly proc: NumberedPath;
  private readonly name = new NameBuffer();
  private readonly other = new NameBuffer();
  private readonly nameAt: number;
  private readonly emptyAt: number;
  private readonly dotAt: number;
  private readonly procAt: number;
  private readonly statx = new Uint8Array(STATX_SIZE);
  private readonly statxAt: number;
  private readonly statxU32 = new Uint32Array(this.statx.buffer);
  private readonly statxI32 = new Int32Array(this.statx.buffer);
  private readonly statfsBytes = new Uint8Array(STATFS_SIZE);
  private readonly statfsU32 = new Uint32Array(this.statfsBytes.buffer);
  private readonly times = new Uint8Array(TIMES_SIZE);
  private readonly timesU32 = new Uint32Array(this.times.buffer);
  private readonly flock = new Uint8Array(FLOCK_SIZE);
  private readonly flockU32 = new Uint32Array(this.flock.buffer);
  private readonly link4096 = new Uint8Array(PATH_MAX);
  /** A value or a list of names of extended attributes, made at the first use. */
  private value: Uint8Array | undefined;
  /** The memory that was read into or written from last, a guest's as a rule, and its address. */
  private data: Uint8Array = NONE;
  private dataAt = 0;
  /** False once the kernel has refused to link a descriptor without a name in /proc. */
  private linksDescriptors = true;
  /** False once the kernel has refused to set the times of a descriptor: before Linux 5.8. */
  private timesDescriptors = true;

  /**
   * @param flags `constants` of node:fs.
   * @param descriptorsAt `/proc/PID/fd/`.
   */
  constructor(libc: Libc, way: 'openat2' | 'openat', flags: HostFlags, descriptorsAt: string) {
    this.libc = libc;
    this.way = way;
    this.flags = flags;
    this.noFollow = (flags.O_NOFOLLOW ?? 0) | O_CLOEXEC;
    this.directory = flags.O_DIRECTORY ?? 0;
    this.getdents64 = SYSCALLS[process.arch]!.getdents64;
    this.proc = new NumberedPath(descriptorsAt);
    this.nameAt = libc.address(this.name.bytes);
    this.emptyAt = libc.address(EMPTY);
    this.dotAt = libc.address(DOT);
    this.procAt = libc.address(this.proc.bytes);
    this.statxAt = libc.address(this.statx);
  }

  /** Returns the result of a call, or −errno. */
  private done(result: number): number {
    return result < 0 ? -this.libc.errno() : result;
  }

  news(): Inotify | null {
    return Inotify.open(this.libc, this.proc);
  }

  /** Opened anew: Deno keeps account of the descriptors that its node:fs opens. */
  own(fd: number): number {
    return this.reopen(fd, O_PATH | this.directory);
  }

  openAt(dir: number, name: string, flags: number, mode: number): number {
    const bad = this.name.setName(name);
    return bad === 0 ? this.done(this.libc.openat(dir, this.nameAt, flags | this.noFollow, mode)) : bad;
  }

  openBeneath(dir: number, names: readonly string[]): number {
    if (this.way !== 'openat2' || names.some((name) => this.other.setName(name) !== 0)) return -E.ENOSYS;
    // Longer than PATH_MAX.
    if (this.name.setText(names.join('/')) !== 0) return -E.ENOSYS;
    const fd = this.done(openBeneath(this.libc, dir, this.name.bytes, O_PATH | this.noFollow));
    // EAGAIN: a rename came in between. EPERM: a filter of system calls.
    return fd === -E.EAGAIN || fd === -E.EPERM ? -E.ENOSYS : fd;
  }

  openUp(dir: number, levels: number): number {
    let at = dir;
    for (let left = levels; left > 0; left -= LEVELS) {
      this.name.setPath('../'.repeat(Math.min(left, LEVELS)));
      const up = this.done(this.libc.openat(at, this.nameAt, O_PATH | this.directory | this.noFollow, 0));
      if (at !== dir) this.libc.close(at);
      if (up < 0) return up;
      at = up;
    }
    return at;
  }

  reopen(fd: number, flags: number): number {
    const { libc } = this;
    if ((flags & this.directory) !== 0) return this.done(libc.openat(fd, this.dotAt, flags | this.noFollow, 0));
    this.proc.of(fd);
    return this.done(libc.openat(AT_FDCWD, this.procAt, flags | O_CLOEXEC, 0));
  }

  close(fd: number): number {
    // The memory of a guest that has ended is not kept.
    this.data = NONE;
    return this.done(this.libc.close(fd));
  }

  stat(fd: number, out: HostStat): number {
    if (this.libc.statx(fd, this.emptyAt, AT_EMPTY_PATH, STATX_MASK, this.statxAt) < 0) return -this.libc.errno();
    fillStatx(out, this.statxU32, this.statxI32);
    return 0;
  }

  statAt(dir: number, name: string, out: HostStat): number {
    const bad = this.name.setName(name);
    if (bad !== 0) return bad;
    const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    if (this.libc.statx(dir, this.nameAt, flags, STATX_MASK, this.statxAt) < 0) return -this.libc.errno();
    fillStatx(out, this.statxU32, this.statxI32);
    return 0;
  }

  mkdirAt(dir: number, name: string, mode: number): number {
    const bad = this.name.setName(name);
    return bad === 0 ? this.done(this.libc.mkdirat(dir, this.name.bytes, mode)) : bad;
  }

  mknodAt(dir: number, name: string, mode: number): number {
    const bad = this.name.setName(name);
    if (bad !== 0) return bad;
    return this.done(this.libc.mknodat(SYSCALLS[process.arch]!.mknodat, dir, this.name.bytes, mode, 0));
  }

  symlinkAt(target: string, dir: number, name: string): number {
    const bad = this.name.setName(name) || this.other.setText(target);
    return bad === 0 ? this.done(this.libc.symlinkat(this.other.bytes, dir, this.name.bytes)) : bad;
  }

  unlinkAt(dir: number, name: string): number {
    const bad = this.name.setName(name);
    return bad === 0 ? this.done(this.libc.unlinkat(dir, this.name.bytes, 0)) : bad;
  }

  rmdirAt(dir: number, name: string): number {
    const bad = this.name.setName(name);
    return bad === 0 ? this.done(this.libc.unlinkat(dir, this.name.bytes, AT_REMOVEDIR)) : bad;
  }

  renameAt(oldDir: number, oldName: string, newDir: number, newName: string): number {
    const bad = this.name.setName(oldName) || this.other.setName(newName);
    return bad === 0 ? this.done(this.libc.renameat(oldDir, this.name.bytes, newDir, this.other.bytes)) : bad;
  }

  linkAt(oldDir: number, oldName: string, newDir: number, newName: string): number {
    const bad = this.name.setName(oldName) || this.other.setName(newName);
    return bad === 0 ? this.done(this.libc.linkat(oldDir, this.name.bytes, newDir, this.other.bytes, 0)) : bad;
  }

  link(fd: number, dir: number, name: string): number {
    const bad = this.name.setName(name);
    if (bad !== 0) return bad;
    const { bytes } = this.name;
    if (this.linksDescriptors) {
      const errno = this.done(this.libc.linkat(fd, EMPTY, dir, bytes, AT_EMPTY_PATH));
      // ENOENT: the process lacks CAP_DAC_READ_SEARCH, or the inode has no name.
      if (errno !== -E.ENOENT) return errno;
    }
    const errno = this.done(this.libc.linkat(AT_FDCWD, this.proc.of(fd), dir, bytes, AT_SYMLINK_FOLLOW));
    if (errno === 0) this.linksDescriptors = false;
    return errno;
  }

  readlink(fd: number): Uint8Array | number {
    return this.target(fd, EMPTY);
  }

  readlinkAt(dir: number, name: string): Uint8Array | number {
    const bad = this.name.setName(name);
    return bad === 0 ? this.target(dir, this.name.bytes) : bad;
  }

  private target(dir: number, name: Uint8Array): Uint8Array | number {
    const length = this.done(this.libc.readlinkat(dir, name, this.link4096, PATH_MAX));
    if (length < 0) return length;
    // It may have been cut off.
    return length < PATH_MAX ? this.link4096.subarray(0, length) : -E.ENAMETOOLONG;
  }

  /** Through /proc: fchmod(2) refuses a descriptor of O_PATH, and fchmodat2(2) came with Linux 6.6. */
  chmod(fd: number, mode: number): number {
    return this.done(this.libc.chmod(this.proc.of(fd), mode));
  }

  chown(fd: number, uid: number, gid: number): number {
    return this.done(this.libc.fchownat(fd, EMPTY, uid >>> 0, gid >>> 0, AT_EMPTY_PATH));
  }

  utimens(fd: number, set: SetAttr): number {
    const { valid } = set;
    const a = nanoseconds(valid, SETATTR_ATIME, SETATTR_ATIME_SET, set.atime_nsec);
    const m = nanoseconds(valid, SETATTR_MTIME, SETATTR_MTIME_SET, set.mtime_nsec);
    writeTime(this.timesU32, 0, set.atime_sec, a);
    writeTime(this.timesU32, 1, set.mtime_sec, m);
    if (this.timesDescriptors) {
      const errno = this.done(this.libc.utimensat(fd, EMPTY, this.times, AT_EMPTY_PATH));
      if (errno !== -E.EINVAL) return errno;
    }
    const errno = this.done(this.libc.utimensat(AT_FDCWD, this.proc.of(fd), this.times, 0));
    if (errno === 0) this.timesDescriptors = false;
    return errno;
  }

  /** −ENOSYS: see `utimens`. */
  utimes(): number {
    return -E.ENOSYS;
  }

  /** Through /proc: fgetxattr(2) refuses a descriptor of O_PATH. */
  getxattr(fd: number, name: string): Uint8Array | number {
    const bad = this.name.setText(name);
    if (bad !== 0) return bad;
    const value = (this.value ??= new Uint8Array(XATTR_MAX));
    const length = this.done(this.libc.getxattr(this.proc.of(fd), this.name.bytes, value, XATTR_MAX));
    return length < 0 ? length : value.slice(0, length);
  }

  setxattr(fd: number, name: string, value: Uint8Array, flags: number): number {
    const bad = this.name.setText(name);
    if (bad !== 0) return bad;
    const path = this.proc.of(fd);
    if (value.length === 0 && flags === XATTR_REPLACE) return this.done(this.libc.removexattr(path, this.name.bytes));
    return this.done(this.libc.setxattr(path, this.name.bytes, value, value.length, flags));
  }

  listxattr(fd: number): string[] | number {
    const list = (this.value ??= new Uint8Array(XATTR_MAX));
    const length = this.done(this.libc.listxattr(this.proc.of(fd), list, XATTR_MAX));
    if (length < 0) return length;
    const names: string[] = [];
    for (let from = 0, to: number; from < length; from = to + 1) {
      to = list.indexOf(0, from);
      names.push(decodeText(list.subarray(from, to)));
    }
    return names;
  }

  /** The address of u8[at], from where on there are `length` bytes; 0 if there are not, since u8 was detached. */
  private addressOf(u8: Uint8Array, at: number, length: number): number {
    if (at + length > u8.length) return 0;
    if (u8 !== this.data) {
      this.data = u8;
      this.dataAt = this.libc.address(u8);
    }
    return this.dataAt + at;
  }

  read(fd: number, u8: Uint8Array, at: number, length: number, position: number): number {
    const address = this.addressOf(u8, at, length);
    return address === 0 ? -E.EFAULT : this.done(this.libc.pread(fd, address, length, position));
  }

  write(fd: number, u8: Uint8Array, at: number, length: number, position: number): number {
    const address = this.addressOf(u8, at, length);
    return address === 0 ? -E.EFAULT : this.done(this.libc.pwrite(fd, address, length, position));
  }

  truncate(fd: number, size: number): number {
    return this.done(this.libc.ftruncate(fd, size));
  }

  /** Also −ENOTSUP for ENOSYS. glibc's posix_fallocate(3) would write into the file instead. */
  allocate(fd: number, offset: number, length: number): number {
    const errno = this.done(this.libc.fallocate(fd, 0, offset, length));
    return errno === -E.ENOSYS ? -E.ENOTSUP : errno;
  }

  sync(fd: number, dataOnly: boolean): number {
    return this.done(dataOnly ? this.libc.fdatasync(fd) : this.libc.fsync(fd));
  }

  seek(fd: number, offset: number, whence: number): number {
    return this.done(this.libc.lseek(fd, offset, whence));
  }

  lock(fd: number, type: number, start: number, length: number): number {
    writeLock(this.flockU32, type, start, length);
    return this.done(this.libc.fcntlLock(fd, F_OFD_SETLK, this.flock));
  }

  foreignLock(fd: number, type: number, start: number, length: number, out: ForeignLock): number {
    writeLock(this.flockU32, type, start, length);
    const errno = this.done(this.libc.fcntlLock(fd, F_OFD_GETLK, this.flock));
    if (errno === 0) readLock(out, this.flockU32);
    return errno;
  }

  duplicate(fd: number): number {
    return this.done(this.libc.fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }

  statfs(fd: number, out: StatFs): number {
    const errno = this.done(this.libc.fstatfs(fd, this.statfsBytes));
    if (errno === 0) fillStatFs(out, this.statfsU32);
    return errno;
  }

  fsType(fd: number): number {
    const errno = this.done(this.libc.fstatfs(fd, this.statfsBytes));
    return errno < 0 ? errno : fsTypeOf(this.statfsU32);
  }

  names(dir: number): NameIterator | number {
    const fd = this.reopen(dir, this.directory);
    return fd < 0 ? fd : new LibcNames(this.libc, this.getdents64, fd);
  }

  /** −ENOSYS: `names` has them all. */
  listBytes(_dir: number): number {
    return -E.ENOSYS;
  }

  placeOf(fd: number): string | null {
    const bytes = this.target(AT_FDCWD, this.proc.of(fd));
    if (typeof bytes === 'number') return '';
    const path = decodeText(bytes);
    return path.endsWith(' (deleted)') ? null : path;
  }
}

/** The nanoseconds for utimensat(2). */
function nanoseconds(valid: number, sets: number, given: number, nsec: number): number {
  if ((valid & sets) === 0) return UTIME_OMIT;
  return (valid & given) === 0 ? UTIME_NOW : nsec;
}
