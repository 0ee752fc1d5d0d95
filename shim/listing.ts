import { O_DIRECTORY, O_RDONLY } from '../vfs/9p/constants.ts';
import type { Client } from '../vfs/client/client.ts';
import { Iov } from '../vfs/iov.ts';
import { STRUCTS } from './abi.ts';
import type { GuestMemory } from './memory.ts';
import { filetypeOf } from './stat.ts';

/** A 9P directory entry (qid[13] offset[8] type[1] name[s]) and a WASI dirent have headers of the same length. */
const HEADER = STRUCTS.dirent.size;
/** The longest entry: one more is read than fits, so that the last can be cut to fill the guest's buffer. */
const ENTRY_MAX = HEADER + 255 * 4;
const D = STRUCTS.dirent.fields;

/** Listings are turned from 9P to WASI here: one buffer for all, as large as the largest request. */
let scratch = new Uint8Array(64 << 10);
const iov = new Iov();

/** An opened fid on a directory, for fd_readdir. A WASI cookie is the 9P one. */
export class DirectoryListing {
  private readonly client: Client;
  private readonly fid: number;

  private constructor(client: Client, fid: number) {
    this.client = client;
    this.fid = fid;
  }

  /** Opens a clone of the directory's fid; or an errno. */
  static open(client: Client, dir: number): DirectoryListing | number {
    const fid = client.clone(dir);
    if (fid < 0) return -fid;
    const errno = client.lopen(fid, O_RDONLY | O_DIRECTORY);
    if (errno === 0) return new DirectoryListing(client, fid);
    client.clunk(fid);
    return errno;
  }

  close(): void {
    this.client.clunk(this.fid);
  }

  /**
   * Fills memory with the entries from behind `cookie`; the last is cut where it does not fit.
   * @returns Bytes used: `length` while there is more; or −errno.
   */
  read(m: GuestMemory, ptr: number, length: number, cookie: bigint): number {
    const wanted = Math.min(length + ENTRY_MAX, this.client.msize - 64);
    if (scratch.length < wanted) scratch = new Uint8Array(wanted * 2);
    let used = 0;
    let next = cookie;
    while (used < length) {
      iov.single(scratch, 0, Math.min(length - used + ENTRY_MAX, wanted));
      const count = this.client.readdir(this.fid, next, iov);
      if (count <= 0) return count < 0 ? count : used;
      for (let at = 0; at < count && used < length;) {
        const size = HEADER + (scratch[at + 22]! | (scratch[at + 23]! << 8));
        next = toDirent(at);
        const part = Math.min(size, length - used);
        m.u8.set(scratch.subarray(at, at + part), ptr + used);
        used += part;
        at += size;
      }
    }
    return used;
  }
}

/** Turns the entry's header in `scratch` from 9P to WASI, in place: its cookie. */
function toDirent(at: number): bigint {
  const view = new DataView(scratch.buffer, at, HEADER);
  const inoLo = view.getUint32(5, true);
  const inoHi = view.getUint32(9, true);
  const cookieLo = view.getUint32(13, true);
  const cookieHi = view.getUint32(17, true);
  const type = scratch[at + 21]!;
  const nameLength = scratch[at + 22]! | (scratch[at + 23]! << 8);
  view.setUint32(D.d_next[0], cookieLo, true);
  view.setUint32(D.d_next[0] + 4, cookieHi, true);
  view.setUint32(D.d_ino[0], inoLo, true);
  view.setUint32(D.d_ino[0] + 4, inoHi, true);
  view.setUint32(D.d_namlen[0], nameLength, true);
  // DT_* numbers are S_IFMT bits moved down.
  view.setUint32(D.d_type[0], filetypeOf(type << 12), true);
  return (BigInt(cookieHi) << 32n) | BigInt(cookieLo);
}
