// Directory listings: the entries of Rreaddir messages, read in place, and those of mounts after them.
import { O_DIRECTORY, O_RDONLY } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { NAME_MAX } from '../linux/limits.ts';
import { internString } from '../lib/intern.ts';
import { Iov } from '../lib/iov.ts';
import { hasRaw } from '../lib/utf8.ts';
import type { Client } from './client.ts';
import { SYNTHETIC_COOKIE, type MountTable } from './at/mount-table.ts';

/** Bytes of an entry before its name: qid[13] cookie[8] type[1] and the name's length[2]. */
const HEADER = 24;
/** The longest entry on Linux. Requests exceed the bytes asked for by it, so that they get one entry at least. */
const ENTRY_MAX = HEADER + NAME_MAX;
/** `/` in a name. */
const SLASH = 0x2f;
/** The longest entry in 9P: a server elsewhere may have names that are longer than NAME_MAX. */
const ENTRY_MAX_9P = HEADER + 0xffff;

const iov = new Iov();

/** The tree of a directory: AtCalls. */
interface Tree {
  readonly client: Client;
  /** @internal */
  readonly mountTable: MountTable | null;
}

/**
 * A buffer of directory entries, encoded as in Rreaddir, with a cursor on one of them: `next` moves it, and the getters
 * read the entry that it is on. Nothing is copied or allocated an entry. `DirectoryListing.read` fills the buffer, and
 * puts the cursor before the first entry. The caller owns it, and may use one for any number of listings in turn.
 */
export class DirectoryEntries {
  /** The buffer; it grows to the longest request. */
  u8 = new Uint8Array(64 << 10);
  view = new DataView(this.u8.buffer);
  /** Bytes that hold entries. */
  length = 0;
  /** The current entry is [start, end) of the buffer. */
  start = 0;
  end = 0;
  /** False if it is known that each name is UTF-8. */
  mayBeRaw = true;

  /** Makes the buffer at least `size` bytes long. It keeps no entries. */
  reserve(size: number): void {
    if (this.u8.length >= size) return;
    this.u8 = new Uint8Array(size * 2);
    this.view = new DataView(this.u8.buffer);
  }

  /**
   * Declares that the first `length` bytes hold entries, and puts the cursor before the first one.
   * @param mayBeRaw False if it is known that each name is UTF-8.
   */
  filled(length: number, mayBeRaw = true): void {
    this.length = length;
    this.end = 0;
    this.mayBeRaw = mayBeRaw;
  }

  /** Moves to the next entry. False at the end, before which an entry that is not whole is left out. */
  next(): boolean {
    const start = this.end;
    const name = start + HEADER;
    if (name > this.length) return false;
    const end = name + this.view.getUint16(start + 22, true);
    if (end > this.length) return false;
    this.start = start;
    this.end = end;
    return true;
  }

  // The halves of 64-bit numbers are signed 32-bit integers, which V8 never boxes.

  /** The inode number, which is the path of the qid. */
  get inoLo(): number {
    return this.view.getInt32(this.start + 5, true);
  }
  get inoHi(): number {
    return this.view.getInt32(this.start + 9, true);
  }

  /** The cookie of the position behind the entry. */
  get cookieLo(): number {
    return this.view.getInt32(this.start + 13, true);
  }
  get cookieHi(): number {
    return this.view.getInt32(this.start + 17, true);
  }

  /** The type, DT_*: the S_IFMT bits of the mode, shifted right by 12. */
  get type(): number {
    return this.u8[this.start + 21]!;
  }

  /** The name is [nameStart, end) of the buffer, as a rule in UTF-8. */
  get nameStart(): number {
    return this.start + HEADER;
  }

  /** True if the name is UTF-8. */
  get isUtf8(): boolean {
    const { u8, nameStart, end } = this;
    for (let i = nameStart; i < end; i++) {
      if (u8[i]! > 0x7f) return (internString(u8, nameStart, end) as string).isWellFormed();
    }
    return true;
  }
}

/** An open listing of a directory: a fid that was opened with Tlopen, which `close` clunks. */
export class DirectoryListing {
  private readonly client: Client;
  private readonly fid: number;
  /** The entries of mount points that the directory itself lacks, each encoded as in Rreaddir. */
  private readonly synthetic: readonly Uint8Array[];

  private constructor(client: Client, fid: number, synthetic: readonly Uint8Array[]) {
    this.client = client;
    this.fid = fid;
    this.synthetic = synthetic;
  }

  /**
   * Opens a listing of a directory.
   * @param at The tree of the directory.
   * @param dir Its fid, which is not open. The listing has a clone of it.
   * @returns The listing, which the caller closes; or an errno.
   */
  static open(at: Tree, dir: number): DirectoryListing | number {
    const fid = at.client.clone(dir);
    return fid < 0 ? -fid : DirectoryListing.take(at, fid);
  }

  /** As `open`, with the fid itself: the listing owns it, also after an error. */
  static take(tree: Tree, fid: number): DirectoryListing | number {
    const { client, mountTable } = tree;
    const synthetic = mountTable?.syntheticEntries(fid) ?? [];
    const errno = client.lopen(fid, O_RDONLY | O_DIRECTORY);
    if (errno === 0) return new DirectoryListing(client, fid, synthetic);
    client.clunk(fid);
    return errno;
  }

  close(): void {
    this.client.clunk(this.fid);
  }

  /**
   * Reads the entries behind a cookie: one Treaddir. `.` and `..` are among them.
   * @param into Receives the entries.
   * @param cookieLo The halves of the cookie of an earlier entry of this directory; 0 and 0 are the start.
   * @param room The bytes of entries that the caller asks for; it may get one entry more.
   * @returns The bytes of the entries, 0 at the end of the directory; or −errno.
   */
  read(into: DirectoryEntries, cookieLo: number, cookieHi: number, room: number): number {
    let count = 0;
    let from = cookieLo;
    if (cookieHi !== SYNTHETIC_COOKIE) {
      count = this.request(into, cookieLo, cookieHi, room + ENTRY_MAX);
      if (count === -E.EINVAL) count = this.request(into, cookieLo, cookieHi, room + ENTRY_MAX_9P);
      from = 0;
    }
    if (count === 0) count = this.loadSynthetic(into, from);
    // A server in this process has encoded each name.
    into.filled(Math.max(0, count), hasRaw || !this.client.transport.peer);
    if (count > 0 && !this.verify(into, cookieLo, cookieHi)) return -E.EPROTO;
    into.end = 0;
    return count;
  }

  /**
   * False for a reply that no directory gives: without a whole entry, or with the cookie asked for, so that the listing
   * would never end; with a name that is empty or has a slash or a NUL (verify_dirent_name in the kernel's readdir.c),
   * which would lead a recursive call elsewhere. A server in this process checks its entries itself.
   */
  private verify(into: DirectoryEntries, cookieLo: number, cookieHi: number): boolean {
    if (!into.next()) return false;
    if (this.client.transport.peer) return true;
    do {
      const name = into.u8.subarray(into.nameStart, into.end);
      if (name.length === 0 || name.includes(SLASH) || name.includes(0)) return false;
      if (into.cookieLo === (cookieLo | 0) && into.cookieHi === (cookieHi | 0)) return false;
    } while (into.next());
    return true;
  }

  private request(into: DirectoryEntries, cookieLo: number, cookieHi: number, size: number): number {
    const room = Math.min(size, this.client.msize - 64);
    into.reserve(room);
    iov.single(into.u8, 0, room);
    return this.client.readdir(this.fid, cookieLo, cookieHi, iov);
  }

  /** Copies the synthetic entries from index `from` on into the buffer. Returns their size in bytes. */
  private loadSynthetic(into: DirectoryEntries, from: number): number {
    const entries = this.synthetic.slice(from >>> 0);
    into.reserve(entries.length * ENTRY_MAX);
    let end = 0;
    for (const entry of entries) {
      into.u8.set(entry, end);
      end += entry.length;
    }
    return end;
  }
}
