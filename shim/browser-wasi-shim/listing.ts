// fd_readdir_single of a mounted directory, on a buffered fd_readdir.
import { wasi } from '@bjorn3/browser_wasi_shim';
import { wasiErrnoOf } from '../../vfs/linux/errno.ts';
import { STRUCTS } from '../preview1/abi/structs.ts';
import type { Descriptor } from '../preview1/descriptors/descriptor.ts';
import { highHalf, lowHalf } from '../foreign/halves.ts';
import { SCRATCH_SIZE, scratch } from './scratch.ts';

const D = STRUCTS.dirent.fields;
const HEADER = STRUCTS.dirent.size;

/**
 * Returns directory entries one by one, as fd_readdir_single requires, from a buffer of several. Cookies are those of
 * the server: an entry that is not in the buffer is fetched with the entries after it.
 */
export class EntryReader {
  private entries: wasi.Dirent[] = [];
  /** The cookie before the first entry. */
  private start = 0n;
  private at = 0;

  /** Returns a WASI errno and the entry after a cookie; null at the end. */
  next(d: Descriptor, cookie: bigint): { ret: number; dirent: wasi.Dirent | null } {
    // Cookie 0 and the end of the buffer fetch again, so that new entries are seen.
    if (cookie === 0n || !this.find(cookie)) {
      const ret = this.fetch(d, cookie);
      if (ret !== 0) return { ret, dirent: null };
    }
    return { ret: 0, dirent: this.entries[this.at++] ?? null };
  }

  /** Finds the entry after a cookie: the next one, or the last one again, which did not fit the guest's buffer. */
  private find(cookie: bigint): boolean {
    for (const at of [this.at, this.at - 1]) {
      if (at < 0 || at >= this.entries.length) continue;
      if ((at === 0 ? this.start : this.entries[at - 1]!.d_next) !== cookie) continue;
      this.at = at;
      return true;
    }
    return false;
  }

  private fetch(d: Descriptor, cookie: bigint): number {
    this.entries = [];
    this.start = cookie;
    this.at = 0;
    const used = d.readdir(scratch, 0, SCRATCH_SIZE, lowHalf(cookie), highHalf(cookie));
    if (used < 0) return wasiErrnoOf(-used);
    for (let at = 0; at + HEADER <= used;) {
      const name = at + HEADER;
      const end = name + scratch.view.getUint32(at + D.d_namlen[0], true);
      // The last entry is cut at the end of the buffer; the next fetch returns it.
      if (end > used) break;
      this.entries.push(entryAt(at, scratch.u8.slice(name, end)));
      at = end;
    }
    return 0;
  }
}

function entryAt(at: number, name: Uint8Array): wasi.Dirent {
  const { view } = scratch;
  const entry = new wasi.Dirent(
    view.getBigUint64(at + D.d_next[0], true),
    view.getBigUint64(at + D.d_ino[0], true),
    '',
    view.getUint8(at + D.d_type[0]),
  );
  entry.dir_name = name;
  entry.d_namlen = name.length;
  return entry;
}
