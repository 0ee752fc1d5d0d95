// Directory listings: converts the entries of Treaddir to WASI dirents.
import { O_DIRECTORY, O_RDONLY } from '../../../vfs/linux/constants.ts';
import type { AtCalls } from '../../../vfs/client/at/at-calls.ts';
import type { Client } from '../../../vfs/client/client.ts';
import { SYNTHETIC_COOKIE } from '../../../vfs/client/at/mount-table.ts';
import { E } from '../../../vfs/linux/errno.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { STRUCTS } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { filetypeOf } from './stat.ts';

/** The header of a WASI dirent has the size of that of a 9P entry: qid[13] offset[8] type[1] name[s]. */
const HEADER = STRUCTS.dirent.size;
/** The longest entry on Linux. Requests exceed the guest's buffer by it, so that the last entry can be cut to fit. */
const ENTRY_MAX = HEADER + 255;
/** The longest entry in 9P: a host may create names in a memfs volume that are longer than NAME_MAX. */
const ENTRY_MAX_9P = HEADER + 0xffff;
const D = STRUCTS.dirent.fields;

/** The entries of one Rreaddir, converted in place. One buffer for all listings; it grows to the largest request. */
let scratch = new Uint8Array(64 << 10);
let view = new DataView(scratch.buffer);
const iov = new Iov();

function reserve(size: number): void {
  if (scratch.length >= size) return;
  scratch = new Uint8Array(size * 2);
  view = new DataView(scratch.buffer);
}

/** An open listing of a directory: an opened fid. WASI cookies are those of 9P. */
export class DirectoryListing {
  private readonly client: Client;
  private readonly fid: number;

  /** Entries of mount points that the directory itself lacks, as 9P entries. */
  private readonly extra: readonly Uint8Array[];

  private constructor(client: Client, fid: number, extra: readonly Uint8Array[]) {
    this.client = client;
    this.fid = fid;
    this.extra = extra;
  }

  /** Opens a clone of the directory's fid. Returns the listing, which the caller closes, or an errno. */
  static open(at: AtCalls, dir: number): DirectoryListing | number {
    const { client } = at;
    const extra = at.mountTable?.syntheticEntries(dir) ?? [];
    const fid = client.clone(dir);
    if (fid < 0) return -fid;
    const errno = client.lopen(fid, O_RDONLY | O_DIRECTORY);
    if (errno === 0) return new DirectoryListing(client, fid, extra);
    client.clunk(fid);
    return errno;
  }

  close(): void {
    this.client.clunk(this.fid);
  }

  /**
   * Writes the dirents after a cookie, given as its two halves, to `length` bytes at `ptr`; the last one is cut to fit.
   * @returns The bytes used, `length` if more entries may follow; or −errno.
   */
  read(m: GuestMemory, ptr: number, length: number, cookieLo: number, cookieHi: number): number {
    let slack = ENTRY_MAX;
    let used = 0;
    let lo = cookieLo;
    let hi = cookieHi;
    while (used < length) {
      const left = length - used;
      const room = Math.min(left + slack, this.client.msize - 64);
      reserve(room);
      iov.single(scratch, 0, room);
      const count =
        hi === SYNTHETIC_COOKIE ? this.loadExtra(lo) : this.client.readdir(this.fid, lo, hi, iov) || this.loadExtra(0);
      if (count === -E.EINVAL && slack < ENTRY_MAX_9P) {
        slack = ENTRY_MAX_9P;
        continue;
      }
      if (count <= 0) return count < 0 ? count : used;
      let last = 0;
      let at = 0;
      while (at < count && at < left) {
        last = at;
        at += toDirent(at);
      }
      const part = Math.min(at, left);
      m.u8.set(scratch.subarray(0, part), ptr + used);
      used += part;
      lo = view.getUint32(last + D.d_next[0], true);
      hi = view.getUint32(last + D.d_next[0] + 4, true);
    }
    return used;
  }

  /** Copies the extra entries from index `from` on to `scratch`. Returns their size in bytes. */
  private loadExtra(from: number): number {
    const entries = this.extra.slice(from >>> 0);
    reserve(entries.length * ENTRY_MAX);
    let end = 0;
    for (const entry of entries) {
      scratch.set(entry, end);
      end += entry.length;
    }
    return end;
  }
}

/** Converts the header of the entry at `at` in `scratch` from 9P to WASI, in place. Returns the size of the entry. */
function toDirent(at: number): number {
  const inoLo = view.getUint32(at + 5, true);
  const inoHi = view.getUint32(at + 9, true);
  const cookieLo = view.getUint32(at + 13, true);
  const cookieHi = view.getUint32(at + 17, true);
  const type = scratch[at + 21]!;
  const nameLength = view.getUint16(at + 22, true);
  view.setUint32(at + D.d_next[0], cookieLo, true);
  view.setUint32(at + D.d_next[0] + 4, cookieHi, true);
  view.setUint32(at + D.d_ino[0], inoLo, true);
  view.setUint32(at + D.d_ino[0] + 4, inoHi, true);
  view.setUint32(at + D.d_namlen[0], nameLength, true);
  // DT_* are the S_IFMT bits >> 12. The 32-bit store zeroes the padding too.
  view.setUint32(at + D.d_type[0], filetypeOf(type << 12), true);
  return HEADER + nameLength;
}
