// An open file: a fid with an offset, as an open file description of POSIX.
import { GETATTR_SIZE, SETATTR_MTIME, SETATTR_SIZE } from '../9p/constants.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_TRUNC,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import type { Iov } from '../lib/iov.ts';
import type { AtCalls } from './at/at-calls.ts';
import type { FileStatus } from './attributes.ts';
import type { Client } from './client.ts';

/** The maximum offset and size: larger numbers are not exact in JavaScript. */
export const OFFSET_MAX = Number.MAX_SAFE_INTEGER;

// Copies: in each use of an imported constant V8 loads it from the other module.
const APPEND = O_APPEND;
const SET = SEEK_SET;
const CUR = SEEK_CUR;
const END = SEEK_END;
const MAX = Number.MAX_SAFE_INTEGER;

/** The flags of an open file: those of its open that remain. */
const STATUS = ~(O_CREAT | O_EXCL | O_TRUNC | O_NOFOLLOW);

/** The flags that fcntl(2) F_SETFL changes. */
const SETTABLE = O_APPEND | O_NONBLOCK;

/**
 * An open file (open(2)): a fid that was opened with Tlopen or Tlcreate, which `close` clunks, and an offset in bytes.
 * Results are 0 or a positive errno; those that are a count, an offset or a size are −errno on failure. Besides the
 * errnos listed, each call may return those of its message.
 */
export class OpenFile {
  readonly tree: AtCalls;
  readonly client: Client;
  fid: number;
  /** The Linux flags of open(2). With the access mode 3 the file can be neither read nor written. */
  flags: number;
  /** The offset of `read` and `write`. */
  offset = 0;

  /**
   * @param tree The tree of the file.
   * @param fid The opened fid.
   * @param flags The Linux flags of the open.
   */
  constructor(tree: AtCalls, fid: number, flags: number) {
    this.tree = tree;
    this.client = tree.client;
    this.fid = fid;
    this.flags = flags & STATUS;
  }

  // OPEN_FMODE (fs.h): the access mode plus one has a bit for reading and one for writing.

  get isReadable(): boolean {
    return ((this.flags + 1) & 1) !== 0;
  }

  get isWritable(): boolean {
    return ((this.flags + 1) & 2) !== 0;
  }

  close(): number {
    return this.client.clunk(this.fid);
  }

  /** fstat(2). `mask`: the GETATTR_* bits of the attributes asked for. */
  stat(mask: number, into: FileStatus): number {
    into.device = this.tree.device;
    return this.client.getattr(this.fid, mask, into.attributes);
  }

  /** readv(2): the bytes read, 0 at the end of file. EBADF: not open for reading; EISDIR: a directory. */
  read(iov: Iov): number {
    const count = this.pread(iov, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  /** preadv(2), as `read`; the offset stays. */
  pread(iov: Iov, offset: number): number {
    return this.isReadable ? this.client.read(this.fid, offset, iov) : -E.EBADF;
  }

  /** writev(2): the bytes written. With O_APPEND at the end of the file. EBADF: not open for writing; EFBIG; ENOSPC. */
  write(iov: Iov): number {
    const count = this.pwrite(iov, this.offset);
    if (count > 0) {
      if ((this.flags & APPEND) === 0) this.offset += count;
      // A server elsewhere does not report the end. Then it is the size, unless others append meanwhile.
      else this.offset = iov.reached >= 0 ? iov.reached : Math.max(0, this.size());
    }
    return count;
  }

  /** pwritev(2), as `write`; the offset stays. O_APPEND has precedence over the offset, as on Linux. */
  pwrite(iov: Iov, offset: number): number {
    if (!this.isWritable) return -E.EBADF;
    // Some host file systems would allow it.
    if (offset + iov.total > MAX && iov.total > 0 && (this.flags & APPEND) === 0) return -E.EFBIG;
    return this.client.write(this.fid, offset, iov);
  }

  /** The size in bytes, or −errno. */
  size(): number {
    const { client } = this;
    const errno = client.getattr(this.fid, GETATTR_SIZE);
    return errno === 0 ? client.r.size : -errno;
  }

  /**
   * lseek(2): the new offset. EINVAL: a negative result, one past OFFSET_MAX, or an unknown whence.
   * @param whence SEEK_SET, SEEK_CUR or SEEK_END.
   */
  seek(offset: number, whence: number): number {
    let to = offset;
    if (whence === CUR) to += this.offset;
    else if (whence === END) {
      const size = this.size();
      if (size < 0) return size;
      to += size;
    } else if (whence !== SET) return -E.EINVAL;
    if (to < 0 || to > MAX) return -E.EINVAL;
    this.offset = to;
    return to;
  }

  /**
   * fcntl(2) F_SETFL of O_APPEND and O_NONBLOCK; other flags are ignored. 9P has no message that changes the flags of
   * an opened fid: a clone is opened with the new flags, which works for an orphan too.
   */
  setFlags(flags: number): number {
    const { client } = this;
    const changed = (this.flags & ~SETTABLE) | (flags & SETTABLE);
    if (changed === this.flags) return 0;
    const fid = client.clone(this.fid);
    if (fid < 0) return -fid;
    const access = changed & O_ACCMODE;
    const errno = client.lopen(fid, access === O_ACCMODE ? changed - access : changed);
    client.clunk(errno === 0 ? this.fid : fid);
    if (errno !== 0) return errno;
    this.fid = fid;
    this.flags = changed;
    return 0;
  }

  /** ftruncate(2), `size` in bytes. EINVAL: not open for writing; EFBIG; ENOSPC. */
  setSize(size: number): number {
    return this.isWritable ? this.client.setSize(this.fid, SETATTR_SIZE, size) : E.EINVAL;
  }

  /**
   * posix_fallocate(3): extends the file to `offset + length` bytes; the store provides space for these bytes if it can.
   * As on Linux the times always change. EINVAL: the length is 0; EBADF: not open for writing; EFBIG: from OFFSET_MAX
   * on; ENOSPC.
   */
  allocate(offset: number, length: number): number {
    if (length === 0) return E.EINVAL;
    if (!this.isWritable) return E.EBADF;
    const end = offset + length;
    if (end >= MAX) return E.EFBIG;
    const done = this.client.transport.peer?.allocate?.(this.fid, offset, length);
    if (done! >= 0) return done!;
    const size = this.size();
    if (size < 0) return -size;
    if (size < end) return this.setSize(end);
    // To set the same size again would cut off what another process has appended since. Without a new size only mtime
    // is set, which fails when the file belongs to another user: no reason for the call to fail.
    this.client.setSize(this.fid, SETATTR_MTIME, end);
    return 0;
  }
}
