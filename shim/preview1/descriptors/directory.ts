// A directory of a 9P server as a descriptor of the guest.
import { QTDIR } from '../../../vfs/9p/constants.ts';
import {
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../../vfs/linux/constants.ts';
import type { AtCalls } from '../../../vfs/client/at/at-calls.ts';
import { Found } from '../../../vfs/client/at/resolve/found.ts';
import { parsePath } from '../../../vfs/client/at/resolve/path.ts';
import { findParent } from '../../../vfs/client/at/resolve/resolver.ts';
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import { OpenFile } from '../../../vfs/client/open-file.ts';
import { DirectoryListing, type DirectoryEntries } from '../../../vfs/client/directory-listing.ts';
import { E, OUTSIDE } from '../../../vfs/linux/errno.ts';
import { FILETYPE, OFLAGS } from '../abi/structs.ts';
import { Descriptor, type OpenRequest } from './descriptor.ts';
import type { Times } from '../abi/arguments.ts';
import { FileDescriptor, statusFlags } from './file.ts';
import { RIGHTS_ALL, RIGHTS_DIRECTORY } from '../abi/rights.ts';
import { FILESTAT_MASK } from './status.ts';

/** The result of the last lookup. */
const found = new Found();

/** Returns the open(2) flags of a path_open. */
function flagsOf(request: OpenRequest): number {
  const { oflags, read, write } = request;
  return (
    (write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY) |
    statusFlags(request.fdflags) |
    ((oflags & OFLAGS.CREAT) !== 0 ? O_CREAT : 0) |
    ((oflags & OFLAGS.EXCL) !== 0 ? O_EXCL : 0) |
    ((oflags & OFLAGS.TRUNC) !== 0 ? O_TRUNC : 0) |
    ((oflags & OFLAGS.DIRECTORY) !== 0 ? O_DIRECTORY : 0) |
    (request.follow ? 0 : O_NOFOLLOW)
  );
}

/**
 * A directory: an unopened fid, because 9P does not walk from an opened one. The listing has a second fid, opened by
 * the first fd_readdir.
 */
export class DirectoryDescriptor extends Descriptor {
  filetype: number = FILETYPE.DIRECTORY;
  readonly at: AtCalls;
  private readonly fid: number;
  private listing: DirectoryListing | null = null;

  constructor(at: AtCalls, fid: number, fdflags = 0, inheriting = RIGHTS_ALL) {
    super(RIGHTS_DIRECTORY, inheriting);
    this.at = at;
    this.fid = fid;
    this.fdflags = fdflags;
  }

  override close(): number {
    this.listing?.close();
    return this.at.client.clunk(this.fid);
  }

  override stat(into: FileStatus): number {
    const { client, device } = this.at;
    into.device = device;
    return client.getattr(this.fid, FILESTAT_MASK, into.attributes);
  }

  override read(): number {
    return -E.EISDIR;
  }

  override pread(): number {
    return -E.EISDIR;
  }

  override write(): number {
    return -E.EBADF;
  }

  override pwrite(): number {
    return -E.EBADF;
  }

  override allocate(_offset: number, length: number): number {
    return length === 0 ? E.EINVAL : E.EBADF;
  }

  override advise(): number {
    return 0;
  }

  override setTimes(times: Times): number {
    return this.at.client.setTimes(this.fid, times.valid, times.aSec, times.aNsec, times.mSec, times.mNsec);
  }

  /** Servers write entries through: fsync has no effect. */
  override sync(): number {
    return 0;
  }

  override readdir(into: DirectoryEntries, cookieLo: number, cookieHi: number, room: number): number {
    if (this.listing === null) {
      const listing = DirectoryListing.open(this.at, this.fid);
      if (typeof listing === 'number') return -listing;
      this.listing = listing;
    }
    return this.listing.read(into, cookieLo, cookieHi, room);
  }

  override openat(path: string, request: OpenRequest): DirectoryDescriptor | FileDescriptor | number {
    const { fdflags, read, write } = request;
    const flags = flagsOf(request);
    const errno = this.at.openat(this.fid, path, flags, found);
    if (errno !== 0) return errno;
    const { tree, fid, type } = found;
    if (type === QTDIR) return new DirectoryDescriptor(tree, fid, fdflags, this.rightsInheriting);
    // It is opened for reading then, and can be neither read nor written.
    const access = read || write ? 0 : O_ACCMODE;
    const file = new OpenFile(tree, fid, flags | access);
    return new FileDescriptor(file, fdflags, read, write, this.rightsInheriting);
  }

  override statat(path: string, follow: boolean, into: FileStatus): number {
    return this.at.statat(this.fid, path, follow, FILESTAT_MASK, into);
  }

  override utimensat(path: string, follow: boolean, times: Times): number {
    const { valid, aSec, aNsec, mSec, mNsec } = times;
    return this.at.utimensat(this.fid, path, follow, valid, aSec, aNsec, mSec, mNsec);
  }

  override mkdirat(path: string): number {
    return this.at.mkdirat(this.fid, path);
  }

  override rmdirat(path: string): number {
    return this.at.rmdirat(this.fid, path);
  }

  override unlinkat(path: string): number {
    return this.at.unlinkat(this.fid, path);
  }

  override symlinkat(target: string, path: string): number {
    // An absolute target leaves the sandbox: refused, as by wasmtime and wasi-testsuite.
    return target.startsWith('/') ? OUTSIDE : this.at.symlinkat(target, this.fid, path);
  }

  /** EILSEQ for a target that is not UTF-8: no call of a guest can have it. */
  override readlinkat(path: string): string | number {
    const target = this.at.readlinkat(this.fid, path);
    return typeof target === 'string' && !target.isWellFormed() ? E.EILSEQ : target;
  }

  override linkat(path: string, follow: boolean, newDir: Descriptor, newPath: string): number {
    const { at } = this;
    if (newDir instanceof DirectoryDescriptor) {
      return at.linkat(this.fid, path, follow, newDir.at, newDir.fid, newPath);
    }
    // linkat(2) resolves the first path before it compares the file systems.
    return at.lookup(this.fid, path, follow, found) || elsewhere(found);
  }

  override renameat(path: string, newDir: Descriptor, newPath: string): number {
    const { at } = this;
    if (newDir instanceof DirectoryDescriptor) return at.renameat(this.fid, path, newDir.at, newDir.fid, newPath);
    return findParent(at, this.fid, parsePath(path), found) || elsewhere(found);
  }
}

/** The errno of a rename or link of a file found to a descriptor of another kind. */
function elsewhere(source: Found): number {
  source.release();
  return E.EXDEV;
}
