// A file of a 9P server as a descriptor of the guest.
import { O_APPEND, O_DSYNC, O_NONBLOCK, O_SYNC } from '../../../vfs/linux/constants.ts';
import { E } from '../../../vfs/linux/errno.ts';
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import { OFFSET_MAX, type OpenFile } from '../../../vfs/client/open-file.ts';
import type { Iov } from '../../../vfs/lib/iov.ts';
import { FDFLAGS, FILETYPE, WHENCE } from '../abi/structs.ts';
import { Descriptor } from './descriptor.ts';
import type { Times } from '../abi/arguments.ts';
import { fileRights } from '../abi/rights.ts';
import { FILESTAT_MASK } from './status.ts';

/** Returns the open(2) flags of WASI fdflags. */
export function statusFlags(fdflags: number): number {
  return (
    ((fdflags & FDFLAGS.APPEND) !== 0 ? O_APPEND : 0) |
    ((fdflags & FDFLAGS.NONBLOCK) !== 0 ? O_NONBLOCK : 0) |
    ((fdflags & FDFLAGS.DSYNC) !== 0 ? O_DSYNC : 0) |
    ((fdflags & (FDFLAGS.SYNC | FDFLAGS.RSYNC)) !== 0 ? O_SYNC : 0)
  );
}

/** The flags that fcntl(2) F_SETFL changes. */
const SETTABLE = FDFLAGS.APPEND | FDFLAGS.NONBLOCK;

/** An open file with the rights and flags of WASI. The numbers of `whence` are those of lseek(2). */
export class FileDescriptor extends Descriptor {
  filetype: number = FILETYPE.REGULAR_FILE;
  private readonly file: OpenFile;

  /** @param inheriting The inheriting rights of the directory at which the path began. */
  constructor(file: OpenFile, fdflags: number, read: boolean, write: boolean, inheriting: number) {
    super(fileRights(read, write), inheriting);
    this.file = file;
    this.fdflags = fdflags;
  }

  override close(): number {
    return this.file.close();
  }

  override stat(into: FileStatus): number {
    return this.file.stat(FILESTAT_MASK, into);
  }

  override read(iov: Iov): number {
    return this.file.read(iov);
  }

  override pread(iov: Iov, offset: number): number {
    return this.file.pread(iov, offset);
  }

  override write(iov: Iov): number {
    return this.file.write(iov);
  }

  override pwrite(iov: Iov, offset: number): number {
    return this.file.pwrite(iov, offset);
  }

  override seek(offset: number, whence: number): number {
    const { file } = this;
    // Half of all seeks, and twice as fast here.
    if (whence === WHENCE.SET && offset >= 0 && offset <= OFFSET_MAX) return (file.offset = offset);
    return file.seek(offset, whence);
  }

  override tell(): number {
    return this.file.offset;
  }

  /** The SYNC flags do not change: fcntl(2) ignores them. */
  override setFlags(flags: number): number {
    const fdflags = (this.fdflags & ~SETTABLE) | (flags & SETTABLE);
    const errno = this.file.setFlags(statusFlags(fdflags));
    if (errno === 0) this.fdflags = fdflags;
    return errno;
  }

  override setSize(size: number): number {
    // sizeArgument has reduced larger sizes to OFFSET_MAX.
    return size >= OFFSET_MAX && this.file.isWritable ? E.EFBIG : this.file.setSize(size);
  }

  override setTimes(times: Times): number {
    const { client, fid } = this.file;
    return client.setTimes(fid, times.valid, times.aSec, times.aNsec, times.mSec, times.mNsec);
  }

  override allocate(offset: number, length: number): number {
    return this.file.allocate(offset, length);
  }

  override advise(): number {
    return 0;
  }

  override sync(datasync: boolean): number {
    const { client, fid } = this.file;
    return client.fsync(fid, datasync);
  }

  override readable(): number {
    const size = this.file.size();
    return size < 0 ? size - 1 : Math.max(0, size - this.file.offset);
  }
}
