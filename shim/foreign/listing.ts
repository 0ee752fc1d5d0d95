// fd_readdir on a directory Fd of browser_wasi_shim.
import type { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { errnoOfWasi } from '../../vfs/linux/errno.ts';
import { WireDirent, encodeDirent } from '../../vfs/9p/codec.gen.ts';
import type { DirectoryEntries } from '../../vfs/client/directory-listing.ts';
import { kindOfFiletype } from '../preview1/abi/filetype.ts';
import type { Caller } from '../preview1/descriptors/descriptor.ts';
import { highHalf, lowHalf } from './halves.ts';
import { foreignEntries, type ForeignEntry } from './tree.ts';

/** Bytes of entries that are encoded at once, however long the guest's buffer is. */
const BATCH = 1 << 16;
/** Bytes of the longest entry in 9P. */
const LONGEST = 24 + 0xffff;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The listing of a directory Fd. Cookies of 0.4.2 are indexes that shift when an entry is removed, so that the next one
 * is skipped. Therefore a listing takes a snapshot of all entries at its start, and cookies are indexes into that.
 */
export class ForeignListing {
  private readonly fd: Fd;
  private entries: readonly ForeignEntry[] | null = null;
  private readonly entry = new WireDirent();

  constructor(fd: Fd) {
    this.fd = fd;
  }

  /** As DirectoryListing.read. Cookie 0 takes a new snapshot. */
  read(into: DirectoryEntries, cookie: number, room: number, caller: Caller): number {
    if (cookie === 0 || this.entries === null) {
      const taken = this.take(caller);
      if (typeof taken === 'number') return -taken;
      this.entries = taken;
    }
    into.reserve(BATCH + LONGEST);
    const enough = Math.min(room, BATCH);
    let end = 0;
    for (let i = cookie; i < this.entries.length && end < enough; i++) {
      const next = this.put(into, end, this.entries[i]!, i + 1);
      // A name that is too long for an entry of 9P is longer than any path.
      if (next > 0) end = next;
    }
    into.filled(end);
    return end;
  }

  /** Returns all entries, or an errno. */
  private take(caller: Caller): readonly ForeignEntry[] | number {
    const known = foreignEntries(this.fd);
    if (known !== null) return known;
    const entries: wasi.Dirent[] = [];
    for (let cookie = 0n; ; cookie = entries.at(-1)!.d_next) {
      const from = cookie;
      const { ret, dirent } = caller.leave(() => this.fd.fd_readdir_single(from));
      if (ret !== 0) return errnoOfWasi(ret);
      if (dirent === null) return entries;
      entries.push(dirent);
    }
  }

  /** Encodes an entry at `at`. Returns the position behind it, or −errno. */
  private put(into: DirectoryEntries, at: number, { d_ino, d_type, dir_name }: ForeignEntry, next: number): number {
    const { entry } = this;
    entry.qid_path_lo = lowHalf(d_ino);
    entry.qid_path_hi = highHalf(d_ino);
    entry.cookie_lo = next;
    entry.dtype = kindOfFiletype(d_type) >>> 12;
    entry.name = decoder.decode(dir_name);
    return encodeDirent(entry, into, at, into.u8.length);
  }
}
