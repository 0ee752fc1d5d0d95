// fd_readdir_single of a mounted directory, from a buffer of several entries.
import { wasi } from '@bjorn3/browser_wasi_shim';
import { wasiErrnoOf } from '../../vfs/linux/errno.ts';
import { DirectoryEntries } from '../../vfs/client/directory-listing.ts';
import { filetypeOf } from '../preview1/abi/filetype.ts';
import type { DirectoryDescriptor } from '../preview1/descriptors/directory.ts';
import { highHalf, longOf, lowHalf } from '../foreign/halves.ts';

/** Bytes of entries asked for at once: the readdir buffer of wasi-libc. */
const ROOM = 4096;

/** The entries of the last fetch. */
const read = new DirectoryEntries();

/**
 * Returns directory entries one by one, as fd_readdir_single requires, from a buffer of several. Cookies are those of
 * the server: an entry that is not in the buffer is fetched with the entries after it.
 */
export class DirentReader {
  private entries: wasi.Dirent[] = [];
  /** The cookie before the first entry. */
  private start = 0n;
  private at = 0;

  /** Returns a WASI errno and the entry after a cookie; null at the end. */
  next(d: DirectoryDescriptor, cookie: bigint): { ret: number; dirent: wasi.Dirent | null } {
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

  /** Names that are not UTF-8 are left out. */
  private fetch(d: DirectoryDescriptor, cookie: bigint): number {
    this.entries = [];
    this.start = cookie;
    this.at = 0;
    let lo = lowHalf(cookie);
    let hi = highHalf(cookie);
    // All names of a fetch may be such.
    while (this.entries.length === 0) {
      const count = d.readdir(read, lo, hi, ROOM);
      if (count <= 0) return wasiErrnoOf(-count);
      while (read.next()) {
        if (read.isUtf8) this.entries.push(direntOf(read));
        lo = read.cookieLo;
        hi = read.cookieHi;
      }
    }
    return 0;
  }
}

/** Makes a Dirent of the current entry. */
function direntOf(entry: DirectoryEntries): wasi.Dirent {
  const { inoLo, inoHi, cookieLo, cookieHi } = entry;
  const dirent = new wasi.Dirent(longOf(cookieLo, cookieHi), longOf(inoLo, inoHi), '', filetypeOf(entry.type << 12));
  dirent.dir_name = entry.u8.slice(entry.nameStart, entry.end);
  dirent.d_namlen = dirent.dir_name.length;
  return dirent;
}
