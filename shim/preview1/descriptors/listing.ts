// Directory listings: converts the entries of Treaddir to WASI dirents.
import { O_DIRECTORY, O_RDONLY } from '../../../vfs/linux/constants.ts';
import type { AtCalls } from '../../../vfs/client/at.ts';
import type { Client } from '../../../vfs/client/client.ts';
import { SYNTHETIC_COOKIE } from '../../../vfs/client/mount-table.ts';
import { E } from '../../../vfs/linux/errno.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { STRUCTS } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { filetypeOf } from './stat.ts';

/** A 9P directory entry (qid[13] offset[8] type[1] name[s]) and a WASI dirent have headers of the same length. */
const HEADER = STRUCTS.dirent.size;
/** The longest entry on Linux: one more is read than fits, so that the last can be cut to fill the guest's buffer. */
const ENTRY_MAX = HEADER + 255;
/** The longest entry in 9P: JavaScript makes longer names in a memfs volume than a guest can. */
const ENTRY_MAX_9P = HEADER + 0xffff;
const D = STRUCTS.dirent.fields;

/** Listings are turned from 9P to WASI here: one buffer for all, as large as the largest request. */
let scratch = new Uint8Array(64 << 10);
let view = new DataView(scratch.buffer);
const iov = new Iov();

function reserve(size: number): void {
  if (scratch.length >= size) return;
  scratch = new Uint8Array(size * 2);
  view = new DataView(scratch.buffer);
}

/** An opened fid on a directory, for fd_readdir. A WASI cookie is the 9P one. */
export class DirectoryListing {
  private readonly client: Client;
  private readonly fid: number;

  /** What is mounted here on names that the directory itself does not have. */
  private readonly extra: readonly Uint8Array[];

  private constructor(client: Client, fid: number, extra: readonly Uint8Array[]) {
    this.client = client;
    this.fid = fid;
    this.extra = extra;
  }

  /** Opens a clone of the directory's fid; or an errno. */
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
   * Fills memory with the entries from behind a cookie; the last is cut where it does not fit.
   * @returns Bytes used: `length` while there is more; or −errno.
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

  /** Puts the entries that are mounts only into `scratch`, from one on: how many bytes. */
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

/** Turns the header of the entry at `at` in `scratch` from 9P to WASI, in place: the length of the entry. */
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
  // DT_* numbers are S_IFMT bits moved down; the padding behind it is zeroed with it.
  view.setUint32(at + D.d_type[0], filetypeOf(type << 12), true);
  return HEADER + nameLength;
}
