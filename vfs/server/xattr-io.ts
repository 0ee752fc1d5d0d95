// The value of an extended attribute as a fid reads or writes it.
import { E } from '../linux/errno.ts';
import { Views, type Iov } from '../lib/iov.ts';

/** Longest value of an attribute, in bytes (XATTR_SIZE_MAX of limits.h). */
export const XATTR_SIZE_MAX = 65536;

/** A fid that reads an attribute (Txattrwalk) or gathers the bytes of one to be set at its clunk (Txattrcreate). */
export class XattrIo {
  /** The attribute's name; empty for the list of names. */
  readonly name: string;
  readonly value: Uint8Array;
  /** XATTR_CREATE, XATTR_REPLACE or 0 when it is to be set; −1 when it is read. */
  readonly flags: number;
  /** Bytes gathered so far. */
  written = 0;

  constructor(name: string, value: Uint8Array, flags: number) {
    this.name = name;
    this.value = value;
    this.flags = flags;
  }

  /** Copies bytes of the value: how many, or −EBADF when it is being set. */
  read(offset: number, iov: Iov): number {
    if (this.flags >= 0) return -E.EBADF;
    const count = Math.max(0, Math.min(iov.total, this.value.length - offset));
    iov.scatter(this.value.subarray(offset), count, new Views());
    return count;
  }

  /** Takes bytes of the value, in order: how many; −EBADF when it is read, −EINVAL past the size told. */
  write(offset: number, iov: Iov): number {
    if (this.flags < 0) return -E.EBADF;
    if (offset !== this.written || offset + iov.total > this.value.length) return -E.EINVAL;
    iov.gather(this.value.subarray(offset));
    this.written += iov.total;
    return iov.total;
  }
}
