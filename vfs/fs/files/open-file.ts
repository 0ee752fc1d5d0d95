// An open file: a fid with an offset.
import { GETATTR_BASIC, GETATTR_SIZE, SETATTR_SIZE } from '../../9p/constants.ts';
import { O_ACCMODE, O_APPEND, O_RDONLY, O_WRONLY } from '../../linux/constants.ts';
import type { Message } from '../../9p/codec.gen.ts';
import type { Client } from '../../client/client.ts';
import { E } from '../../linux/errno.ts';
import { Iov } from '../../lib/iov.ts';

const iov = new Iov();

/** An open file or directory: a fid, its client, and an offset. Calls return 0 or an errno; a count or −errno. */
export class OpenFile {
  readonly client: Client;
  readonly fid: number;
  readonly isDir: boolean;
  /** Synthetic entries of a directory with mounts (see MountTable). */
  readonly extra: readonly Uint8Array[];
  /** The offset of calls without one, in bytes. */
  private position = 0;
  private readonly flags: number;

  /** @param flags The Linux open(2) flags it was opened with. */
  constructor(client: Client, fid: number, isDir: boolean, flags: number, extra: readonly Uint8Array[] = []) {
    this.client = client;
    this.fid = fid;
    this.isDir = isDir;
    this.flags = flags;
    this.extra = extra;
  }

  get writable(): boolean {
    return !this.isDir && (this.flags & O_ACCMODE) !== O_RDONLY;
  }

  close(): number {
    return this.client.clunk(this.fid);
  }

  /** fstat(2), into the caller's record. */
  getattr(into: Message): number {
    return this.client.getattr(this.fid, GETATTR_BASIC, into);
  }

  /** Reads into `u8[start, end)` from `at`, or if null from the offset, which moves. EBADF, EISDIR. */
  read(u8: Uint8Array, start: number, end: number, at: number | null): number {
    if ((this.flags & O_ACCMODE) === O_WRONLY) return -E.EBADF;
    if (this.isDir) return -E.EISDIR;
    iov.single(u8, start, end);
    const count = this.client.read(this.fid, at ?? this.position, iov);
    if (at === null && count > 0) this.position += count;
    return count;
  }

  /** Writes `u8[start, end)` at `at`, or if null at the offset; with O_APPEND at the end. EBADF, EFBIG. */
  write(u8: Uint8Array, start: number, end: number, at: number | null): number {
    if (!this.writable) return -E.EBADF;
    const appends = (this.flags & O_APPEND) !== 0;
    const to = appends ? 0 : (at ?? this.position);
    if (to + (end - start) > Number.MAX_SAFE_INTEGER) return -E.EFBIG;
    iov.single(u8, start, end);
    const count = this.client.write(this.fid, to, iov);
    if (at === null && count > 0) this.position = appends ? this.reached() : to + count;
    return count;
  }

  /** The end of an append. A remote server does not report it; then it is the size, unless others append meanwhile. */
  private reached(): number {
    if (iov.reached >= 0) return iov.reached;
    return this.client.getattr(this.fid, GETATTR_SIZE) === 0 ? this.client.r.size : this.position;
  }

  /** ftruncate(2). EINVAL: not open for writing. */
  truncate(size: number): number {
    return this.writable ? this.client.setSize(this.fid, SETATTR_SIZE, size) : E.EINVAL;
  }
}
