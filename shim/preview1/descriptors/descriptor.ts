// The base class of all descriptors of a guest, with the answers of Linux for an operation that a kind does not
// support.
import type { Times } from '../abi/arguments.ts';
import { E } from '../../../vfs/linux/errno.ts';
import type { Iov } from '../../../vfs/lib/iov.ts';
import { FILETYPE } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

/** What path_open asks for, taken apart. The next call fills the same one: what is needed later is copied. */
export interface OpenRequest {
  follow: boolean;
  oflags: number;
  fdflags: number;
  read: boolean;
  write: boolean;
}

/**
 * What a descriptor of the guest stands for: an open file, a directory, a stream of the host, or an Fd of
 * browser_wasi_shim. Each kind overrides what it can do; the rest answers as Linux does for a descriptor that
 * cannot. Results are Linux errnos: 0 or positive; where a count or an offset is returned, it or −errno.
 */
export abstract class Descriptor {
  /** WASI filetype. */
  abstract filetype: number;
  /** WASI fdflags. */
  fdflags = 0;
  rightsBase: number;
  rightsInheriting: number;
  /** All that its kind can do. A right of these that it does not have was dropped, here or where it was opened from. */
  private readonly rightsOfKind: number;
  /** The guest's name of a preopened directory, as UTF-8. */
  preopen: Uint8Array | null = null;

  /**
   * @param rightsOfKind All that its kind can do.
   * @param rightsInheriting What the directory that it is opened from passes on: it gets no right besides these.
   */
  constructor(rightsOfKind: number, rightsInheriting: number) {
    this.rightsBase = rightsOfKind & rightsInheriting;
    this.rightsOfKind = rightsOfKind;
    this.rightsInheriting = rightsInheriting;
  }

  /** Whether this right was dropped, by the guest or on the way here; then a call that needs it is ENOTCAPABLE. */
  dropped(right: number): boolean {
    return (this.rightsOfKind & ~this.rightsBase & right) !== 0;
  }

  /** Makes it a terminal to the guest, which is a character device that cannot seek (wasi-libc), or none. */
  setTerminal(terminal: boolean): void {
    if (terminal !== (this.filetype === FILETYPE.CHARACTER_DEVICE))
      this.filetype = terminal ? FILETYPE.CHARACTER_DEVICE : FILETYPE.UNKNOWN;
  }

  /** From now on what it stands for is its owner's alone: closing this does not close it. For what the host lent. */
  giveBack(): void {
    // What was opened for the guest is nobody else's.
  }

  /** Lets go of what it stands for. It is not used after. */
  abstract close(): number;

  /** Writes its filestat; the bounds are checked. */
  abstract stat(m: GuestMemory, ptr: number): number;

  // What calls a function of the host in between takes `iov.u8` anew from the memory, which may have grown.

  read(_iov: Iov, _m: GuestMemory): number {
    return -E.EBADF;
  }

  write(_iov: Iov, _m: GuestMemory): number {
    return -E.EBADF;
  }

  pread(_iov: Iov, _offset: number, _m: GuestMemory): number {
    return -E.ESPIPE;
  }

  pwrite(_iov: Iov, _offset: number, _m: GuestMemory): number {
    return -E.ESPIPE;
  }

  /** lseek(2): the new offset. */
  seek(_offset: number, _whence: number): number {
    return -E.ESPIPE;
  }

  setFlags(fdflags: number): number {
    this.fdflags = fdflags;
    return 0;
  }

  /** Takes rights away; false when it was to get one that it does not have: that is ENOTCAPABLE. */
  setRights(base: number, inheriting: number): boolean {
    if ((base & ~this.rightsBase) !== 0 || (inheriting & ~this.rightsInheriting) !== 0) return false;
    this.rightsBase &= base;
    this.rightsInheriting &= inheriting;
    return true;
  }

  setSize(_size: number): number {
    return E.EINVAL;
  }

  setTimes(_times: Times): number {
    return E.EINVAL;
  }

  allocate(_offset: number, _length: number): number {
    return E.ESPIPE;
  }

  advise(): number {
    return E.ESPIPE;
  }

  sync(_datasync: boolean): number {
    return E.EINVAL;
  }

  /** Fills memory with dirents from behind a cookie, given by its halves: the bytes used, all of them while there is more. */
  readdir(_m: GuestMemory, _ptr: number, _length: number, _cookieLo: number, _cookieHi: number): number {
    return -E.ENOTDIR;
  }

  /** Bytes that can be read at once, −1 for none yet, or −errno − 1. For poll_oneoff. */
  readable(): number {
    return 0;
  }

  // Paths: for directories. The others are no place for a path to begin at.

  openat(_path: string, _request: OpenRequest): Descriptor | number {
    return E.ENOTDIR;
  }

  statat(_m: GuestMemory, _ptr: number, _path: string, _follow: boolean): number {
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

  /** The target of a symlink. */
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
