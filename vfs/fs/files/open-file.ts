// An open file: a fid with an offset.
import { GETATTR_BASIC, GETATTR_SIZE, SETATTR_SIZE } from '../../9p/constants.ts';
import { O_ACCMODE, O_APPEND, O_RDONLY, O_WRONLY } from '../../linux/constants.ts';
import type { Client } from '../../client/client.ts';
import { E } from '../../linux/errno.ts';
import { Iov } from '../../lib/iov.ts';

const iov = new Iov();

/** An open file or directory: a fid, whose it is, and an offset. Calls return 0 or an errno, counts or −errno. */
export class OpenFile {
  readonly client: Client;
  readonly fid: number;
  readonly isDir: boolean;
  /** Of a directory: what is mounted in it besides its own entries, as in an Rreaddir. */
  readonly extra: readonly Uint8Array[];
  /** The offset of calls that are given none, in bytes. */
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

  /** The attributes are in `client.r`. */
  getattr(): number {
    return this.client.getattr(this.fid, GETATTR_BASIC);
  }

  /** Reads into `u8[start, end)` from `at`, or with null from the offset, which moves on. */
  read(u8: Uint8Array, start: number, end: number, at: number | null): number {
    if ((this.flags & O_ACCMODE) === O_WRONLY) return -E.EBADF;
    if (this.isDir) return -E.EISDIR;
    iov.single(u8, start, end);
    const count = this.client.read(this.fid, at ?? this.position, iov);
    if (at === null && count > 0) this.position += count;
    return count;
  }

  /** Writes `u8[start, end)` at `at`, or with null at the offset; O_APPEND writes at the end whatever is said. */
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

  /** Where an append has ended. Over a wire nobody says so, and the size is asked for before others append, too. */
  private reached(): number {
    if (iov.reached >= 0) return iov.reached;
    return this.client.getattr(this.fid, GETATTR_SIZE) === 0 ? this.client.r.size : this.position;
  }

  /** ftruncate(2): EINVAL for what is not open for writing. */
  truncate(size: number): number {
    return this.writable ? this.client.setSize(this.fid, SETATTR_SIZE, size) : E.EINVAL;
  }
}
