// A file of a 9P server as a descriptor of the guest.
import { GETATTR_SIZE, SETATTR_MTIME, SETATTR_SIZE } from '../../../vfs/9p/constants.ts';
import { O_APPEND, O_DSYNC, O_NONBLOCK, O_RDONLY, O_RDWR, O_SYNC, O_WRONLY } from '../../../vfs/linux/constants.ts';
import { E } from '../../../vfs/linux/errno.ts';
import type { AtCalls } from '../../../vfs/client/at/at-calls.ts';
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import type { Iov } from '../../../vfs/lib/iov.ts';
import { FDFLAGS, FILETYPE, WHENCE } from '../abi/structs.ts';
import { Descriptor } from './descriptor.ts';
import type { Times } from '../abi/arguments.ts';
import { RIGHTS, fileRights } from '../abi/rights.ts';
import { FILESTAT_MASK } from './status.ts';

/** The maximum offset and size: larger numbers are not exact in JavaScript. */
const OFFSET_MAX = Number.MAX_SAFE_INTEGER;

/** The flags that fcntl(2) F_SETFL changes. */
const SETTABLE = FDFLAGS.APPEND | FDFLAGS.NONBLOCK;

/** Returns the open(2) flags of WASI fdflags. */
export function openFlags(fdflags: number): number {
  return (
    ((fdflags & FDFLAGS.APPEND) !== 0 ? O_APPEND : 0) |
    ((fdflags & FDFLAGS.NONBLOCK) !== 0 ? O_NONBLOCK : 0) |
    ((fdflags & FDFLAGS.DSYNC) !== 0 ? O_DSYNC : 0) |
    ((fdflags & (FDFLAGS.SYNC | FDFLAGS.RSYNC)) !== 0 ? O_SYNC : 0)
  );
}

/** An open file: an opened fid and an offset in bytes. */
export class FileDescriptor extends Descriptor {
  filetype: number = FILETYPE.REGULAR_FILE;
  readonly at: AtCalls;
  private fid: number;
  private offset = 0;

  constructor(at: AtCalls, fid: number, fdflags: number, read: boolean, write: boolean, inheriting: number) {
    super(fileRights(read, write), inheriting);
    this.at = at;
    this.fid = fid;
    this.fdflags = fdflags;
  }

  override close(): number {
    return this.at.client.clunk(this.fid);
  }

  override stat(into: FileStatus): number {
    const { client, device } = this.at;
    into.device = device;
    return client.getattr(this.fid, FILESTAT_MASK, into.attributes);
  }

  override read(iov: Iov): number {
    if ((this.rightsBase & RIGHTS.FD_READ) === 0) return -E.EBADF;
    const count = this.at.client.read(this.fid, this.offset, iov);
    if (count > 0) this.offset += count;
    return count;
  }

  override pread(iov: Iov, offset: number): number {
    if ((this.rightsBase & RIGHTS.FD_READ) === 0) return -E.EBADF;
    return this.at.client.read(this.fid, offset, iov);
  }

  override write(iov: Iov): number {
    if ((this.rightsBase & RIGHTS.FD_WRITE) === 0) return -E.EBADF;
    if (this.isTooFar(this.offset, iov)) return -E.EFBIG;
    const count = this.at.client.write(this.fid, this.offset, iov);
    if (count > 0) {
      if ((this.fdflags & FDFLAGS.APPEND) === 0) this.offset += count;
      else this.offset = iov.reached >= 0 ? iov.reached : Math.max(0, this.size());
    }
    return count;
  }

  override pwrite(iov: Iov, offset: number): number {
    if ((this.rightsBase & RIGHTS.FD_WRITE) === 0) return -E.EBADF;
    return this.isTooFar(offset, iov) ? -E.EFBIG : this.at.client.write(this.fid, offset, iov);
  }

  /** True if a write would end past OFFSET_MAX, which some host file systems allow. */
  private isTooFar(offset: number, iov: Iov): boolean {
    return offset + iov.total > OFFSET_MAX && iov.total > 0 && (this.fdflags & FDFLAGS.APPEND) === 0;
  }

  /** The size of the file in bytes, or −errno. */
  private size(): number {
    const { client } = this.at;
    const errno = client.getattr(this.fid, GETATTR_SIZE);
    return errno === 0 ? client.r.size : -errno;
  }

  override seek(offset: number, whence: number): number {
    let base = 0;
    if (whence === WHENCE.CUR) base = this.offset;
    else if (whence === WHENCE.END) {
      base = this.size();
      if (base < 0) return base;
    } else if (whence !== WHENCE.SET) return -E.EINVAL;
    const to = base + offset;
    if (to < 0) return -E.EINVAL;
    // lseek(2): EINVAL for an offset past the limit of the file system.
    if (to > OFFSET_MAX) return -E.EINVAL;
    this.offset = to;
    return to;
  }

  /**
   * 9P has no message that changes the flags of an opened fid: a clone is opened with the new flags, which works for an
   * orphan too. The SYNC flags do not change: fcntl(2) ignores them.
   */
  override setFlags(flags: number): number {
    const fdflags = (this.fdflags & ~SETTABLE) | (flags & SETTABLE);
    if (fdflags === this.fdflags) return 0;
    const { client } = this.at;
    const read = (this.rightsBase & RIGHTS.FD_READ) !== 0;
    const write = (this.rightsBase & RIGHTS.FD_WRITE) !== 0;
    const fid = client.clone(this.fid);
    if (fid < 0) return -fid;
    const errno = client.lopen(fid, (write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY) | openFlags(fdflags));
    client.clunk(errno === 0 ? this.fid : fid);
    if (errno !== 0) return errno;
    this.fid = fid;
    this.fdflags = fdflags;
    return 0;
  }

  override setSize(size: number): number {
    // ftruncate(2): EINVAL if the descriptor is not open for writing.
    if ((this.rightsBase & RIGHTS.FD_FILESTAT_SET_SIZE) === 0) return E.EINVAL;
    // sizeArgument has reduced larger sizes to OFFSET_MAX.
    if (size >= OFFSET_MAX) return E.EFBIG;
    return this.at.client.setSize(this.fid, SETATTR_SIZE, size);
  }

  override setTimes(times: Times): number {
    return this.at.client.setTimes(this.fid, times.valid, times.aSec, times.aNsec, times.mSec, times.mNsec);
  }

  /** posix_fallocate(3): extends the file to offset + length bytes. As on Linux the times always change. */
  override allocate(offset: number, length: number): number {
    if (length === 0) return E.EINVAL;
    if ((this.rightsBase & RIGHTS.FD_ALLOCATE) === 0) return E.EBADF;
    const end = offset + length;
    if (end >= OFFSET_MAX) return E.EFBIG;
    const size = this.size();
    if (size < 0) return -size;
    // To set the same size again would cut off what another process has appended since. Without a new size only mtime
    // is set, which fails when the file belongs to another user: no reason for the call to fail.
    const errno = this.at.client.setSize(this.fid, size < end ? SETATTR_SIZE : SETATTR_MTIME, end);
    return size < end ? errno : 0;
  }

  override advise(): number {
    return 0;
  }

  override sync(datasync: boolean): number {
    return this.at.client.fsync(this.fid, datasync);
  }

  override readable(): number {
    const size = this.size();
    return size < 0 ? size - 1 : Math.max(0, size - this.offset);
  }
}
