// The value of an extended attribute as a fid reads or writes it.
import type { Backend } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';
import { E } from '../../linux/errno.ts';
import { Views, type Iov } from '../../lib/iov.ts';

/** Longest value of an attribute, in bytes (XATTR_SIZE_MAX of limits.h). */
export const XATTR_SIZE_MAX = 65536;

/**
 * State of a fid that reads an attribute (Txattrwalk), or collects the value that its clunk sets (Txattrcreate).
 */
export class XattrIo {
  /** The attribute's name; empty for the list of names. */
  readonly name: string;
  readonly value: Uint8Array;
  /** XATTR_CREATE, XATTR_REPLACE or 0 of Txattrcreate; −1 of Txattrwalk. */
  readonly flags: number;
  /** Bytes collected so far. */
  written = 0;

  constructor(name: string, value: Uint8Array, flags: number) {
    this.name = name;
    this.value = value;
    this.flags = flags;
  }

  /** Copies bytes of the value into the payload. Returns their number; −EBADF: a fid of Txattrcreate. */
  read(offset: number, iov: Iov): number {
    if (this.flags >= 0) return -E.EBADF;
    const count = Math.max(0, Math.min(iov.total, this.value.length - offset));
    iov.scatter(this.value.subarray(offset), count, new Views());
    return count;
  }

  /**
   * Appends the payload to the value. Returns the number of bytes; −EBADF: a fid of Txattrwalk; −EINVAL: not the next
   * offset, or beyond the announced size.
   */
  write(offset: number, iov: Iov): number {
    if (this.flags < 0) return -E.EBADF;
    if (offset !== this.written || offset + iov.total > this.value.length) return -E.EINVAL;
    iov.gather(this.value.subarray(offset));
    this.written += iov.total;
    return iov.total;
  }

  /** Sets the attribute of Txattrcreate. EINVAL: not all announced bytes were written; the errnos of setxattr(2). */
  commit(backend: Backend, inode: Inode): number {
    if (this.flags < 0) return 0;
    return this.written === this.value.length ? backend.setxattr(inode, this.name, this.value, this.flags) : E.EINVAL;
  }
}
