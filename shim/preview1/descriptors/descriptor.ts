// The base class of all descriptors of a guest, with the answers of Linux for an operation that a kind does not
// support.
import type { Times } from '../abi/arguments.ts';
import { E } from '../../../vfs/linux/errno.ts';
import type { Iov } from '../../../vfs/lib/iov.ts';
import { RIGHTS } from '../abi/rights.ts';
import type { GateState } from '../gate/gate.ts';
import { FILETYPE, OFLAGS, WHENCE } from '../abi/structs.ts';
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import type { DirectoryEntries } from '../../../vfs/client/directory-listing.ts';

/** The guest that makes a call, for descriptors whose methods run code of the host. GuestMemory implements it. */
export interface Caller {
  /** Runs code of the host, which may call the guest and grow its memory. */
  leave<T>(call: () => T): T;
  /** The guest's memory as it is now: after code of the host, the `u8` of an Iov may be a view that is detached. */
  fresh(): Uint8Array;
  /** IN_CALL while the guest may not be called. */
  readonly state: GateState;
}

/** The decoded arguments of path_open. The object is reused by the next call: copy the fields to keep. */
export interface OpenRequest {
  /** SYMLINK_FOLLOW of the lookupflags. */
  follow: boolean;
  oflags: number;
  fdflags: number;
  read: boolean;
  write: boolean;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The double with the bits of a u64. To multiply by the least double would take 50 ns: it is denormal. */
function bitsOf(rights: number): number {
  scratch.setUint32(0, rights, true);
  return scratch.getFloat64(0, true);
}

/**
 * A descriptor of the guest: an open file, a directory, a stream of the host, or an Fd of browser_wasi_shim. Each kind
 * overrides the operations that it supports; the others return the errno of Linux. Results are 0 or a positive Linux
 * errno; an operation that returns a count or an offset returns −errno on failure. The calls have checked rights, flags
 * and pointers.
 */
export abstract class Descriptor {
  /** WASI filetype. */
  abstract filetype: number;
  /** WASI fdflags. */
  fdflags = 0;
  rightsBase: number;
  rightsInheriting: number;
  /** The rights as doubles of the same bits as the u64 of an fdstat: fd_fdstat_get then writes each at once. */
  baseBits!: number;
  inheritingBits!: number;
  /** All rights of the kind. One of them missing in `rightsBase` was dropped, here or on a parent directory. */
  private readonly rightsOfKind: number;
  /** The guest path of a preopen, as UTF-8; null for other descriptors. */
  preopen: Uint8Array | null = null;
  /** The $eventrwflags of an event to read, which `readable` sets; absent: none. */
  rwflags?: number;

  /**
   * @param rightsOfKind All rights of the kind.
   * @param rightsInheriting The inheriting rights of the parent directory, which limit the base rights.
   */
  constructor(rightsOfKind: number, rightsInheriting: number) {
    this.rightsBase = rightsOfKind;
    this.rightsOfKind = rightsOfKind;
    this.rightsInheriting = rightsInheriting;
    this.keepRights(rightsInheriting, rightsInheriting);
  }

  /** Drops all rights but these. */
  keepRights(base: number, inheriting: number): void {
    this.baseBits = bitsOf((this.rightsBase &= base));
    this.inheritingBits = bitsOf((this.rightsInheriting &= inheriting));
  }

  /** True if one of these rights was dropped: a call that needs it returns ENOTCAPABLE. */
  dropped(right: number): boolean {
    return (this.rightsOfKind & ~this.rightsBase & right) !== 0;
  }

  /** False if `openat` needs a right that was dropped: ENOTCAPABLE. */
  mayOpen({ oflags, read, write }: OpenRequest): boolean {
    const own =
      ((oflags & OFLAGS.CREAT) !== 0 ? RIGHTS.PATH_CREATE_FILE : 0) |
      ((oflags & OFLAGS.TRUNC) !== 0 ? RIGHTS.PATH_FILESTAT_SET_SIZE : 0);
    const passedOn = (read ? RIGHTS.FD_READ : 0) | (write ? RIGHTS.FD_WRITE : 0);
    return !this.dropped(own) && (passedOn & ~this.rightsInheriting) === 0;
  }

  /** Sets isatty(3) of the guest: wasi-libc takes a character device that cannot seek for a terminal. */
  setTerminal(terminal: boolean): void {
    if (terminal !== (this.filetype === FILETYPE.CHARACTER_DEVICE))
      this.filetype = terminal ? FILETYPE.CHARACTER_DEVICE : FILETYPE.UNKNOWN;
  }

  /** Returns a lent resource to the host: `close` no longer closes it. */
  giveBack(): void {
    // The guest owns the resource.
  }

  /** Releases the resource. The last call on this object. */
  abstract close(): number;

  /** fstat(2): fills in the attributes in FILESTAT_MASK, and the device. */
  abstract stat(into: FileStatus, caller: Caller): number;

  // The memory may grow in code of the host: afterwards an implementation sets `iov.u8` again from `caller.fresh()`.

  /** readv(2): the bytes read, 0 at the end of file; or −errno. */
  read(_iov: Iov, _caller: Caller): number {
    return -E.EBADF;
  }

  /** writev(2): the bytes written, or −errno. */
  write(_iov: Iov, _caller: Caller): number {
    return -E.EBADF;
  }

  /** preadv(2): the bytes read; or −errno. */
  pread(_iov: Iov, _offset: number, _caller: Caller): number {
    return -E.ESPIPE;
  }

  /** pwritev(2): the bytes written; or −errno. */
  pwrite(_iov: Iov, _offset: number, _caller: Caller): number {
    return -E.ESPIPE;
  }

  /** lseek(2), with a WASI whence: the new offset in bytes, or −errno. */
  seek(_offset: number, _whence: number): number {
    return -E.ESPIPE;
  }

  /** The offset in bytes, or −errno: lseek(2) by 0 from SEEK_CUR. The gate does not guard this call. */
  tell(_caller: Caller): number {
    return this.seek(0, WHENCE.CUR);
  }

  /** fcntl(2) F_SETFL, with WASI fdflags. */
  setFlags(fdflags: number): number {
    this.fdflags = fdflags;
    return 0;
  }

  /** Drops all rights but these. False, without effect, if the descriptor lacks one of them (ENOTCAPABLE). */
  setRights(base: number, inheriting: number): boolean {
    if ((base & ~this.rightsBase) !== 0 || (inheriting & ~this.rightsInheriting) !== 0) return false;
    this.keepRights(base, inheriting);
    return true;
  }

  /** ftruncate(2), `_size` in bytes. */
  setSize(_size: number): number {
    return E.EINVAL;
  }

  /** futimens(3). */
  setTimes(_times: Times): number {
    return E.EINVAL;
  }

  /** posix_fallocate(3), in bytes. */
  allocate(_offset: number, _length: number): number {
    return E.ESPIPE;
  }

  /** posix_fadvise(2), a hint without effect. */
  advise(): number {
    return E.ESPIPE;
  }

  /** fsync(2), or fdatasync(2). */
  sync(_datasync: boolean): number {
    return E.EINVAL;
  }

  /** Reads the entries behind a cookie, as DirectoryListing.read. */
  readdir(_into: DirectoryEntries, _cookieLo: number, _cookieHi: number, _room: number, _caller: Caller): number {
    return -E.ENOTDIR;
  }

  /**
   * For poll_oneoff: the bytes that can be read without blocking (0 at the end of file), −1 if a read would block, or
   * −errno − 1.
   */
  readable(): number {
    return 0;
  }

  /** For poll_oneoff: 0 if a write would not block, −1 if it would. */
  writable(): number {
    return 0;
  }

  // The *at calls of a directory. Paths are valid UTF-8 without NUL. OUTSIDE: the path leaves the directory
  // (ENOTCAPABLE to the guest); EXDEV: two file systems.

  /** openat(2): a new descriptor, which the caller closes, or an errno. */
  openat(_path: string, _request: OpenRequest): Descriptor | number {
    return E.ENOTDIR;
  }

  /** fstatat(2), as `stat`. */
  statat(_path: string, _follow: boolean, _into: FileStatus, _caller: Caller): number {
    return E.ENOTDIR;
  }

  utimensat(_path: string, _follow: boolean, _times: Times): number {
    return E.ENOTDIR;
  }

  mkdirat(_path: string): number {
    return E.ENOTDIR;
  }

  rmdirat(_path: string): number {
    return E.ENOTDIR;
  }

  unlinkat(_path: string): number {
    return E.ENOTDIR;
  }

  symlinkat(_target: string, _path: string): number {
    return E.ENOTDIR;
  }

  /** readlinkat(2): the target, or an errno. */
  readlinkat(_path: string): string | number {
    return E.ENOTDIR;
  }

  linkat(_path: string, _follow: boolean, _newDir: Descriptor, _newPath: string): number {
    return E.ENOTDIR;
  }

  renameat(_path: string, _newDir: Descriptor, _newPath: string): number {
    return E.ENOTDIR;
  }
}
