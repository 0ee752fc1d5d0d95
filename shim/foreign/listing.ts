// fd_readdir on a directory Fd of browser_wasi_shim.
import type { Fd, wasi } from '@bjorn3/browser_wasi_shim';
import { errnoOfWasi } from '../../vfs/linux/errno.ts';
import { STRUCTS } from '../preview1/abi/structs.ts';
import type { GuestMemory } from '../preview1/memory/guest-memory.ts';
import { entriesOf } from './tree.ts';

const D = STRUCTS.dirent.fields;
const HEADER = STRUCTS.dirent.size;

/**
 * The listing of a directory Fd. Cookies of 0.4.2 are indexes that shift when an entry is removed, so that the next one
 * is skipped. Therefore a listing takes a snapshot of all entries at its start, and cookies are indexes into that.
 */
export class ForeignListing {
  private readonly fd: Fd;
  private entries: wasi.Dirent[] | null = null;
  private readonly header = new Uint8Array(HEADER);

  constructor(fd: Fd) {
    this.fd = fd;
  }

  /** As Descriptor.readdir. Cookie 0 takes a new snapshot. */
  read(m: GuestMemory, ptr: number, length: number, cookie: number): number {
    if (cookie === 0 || this.entries === null) {
      const taken = this.take(m);
      if (typeof taken === 'number') return -taken;
      this.entries = taken;
    }
    let used = 0;
    for (let i = cookie; i < this.entries.length && used < length; i++) {
      const entry = this.entries[i]!;
      this.putHeader(entry, i + 1);
      for (const part of [this.header, entry.dir_name]) {
        const size = Math.min(part.length, length - used);
        m.put(ptr + used, part.subarray(0, size));
        used += size;
      }
    }
    return used;
  }

  /** Returns all entries, or an errno. */
  private take(m: GuestMemory): wasi.Dirent[] | number {
    const known = entriesOf(this.fd);
    if (known !== null) return known;
    const entries: wasi.Dirent[] = [];
    for (let cookie = 0n; ; cookie = entries.at(-1)!.d_next) {
      const from = cookie;
      const { ret, dirent } = m.leave(() => this.fd.fd_readdir_single(from));
      if (ret !== 0) return errnoOfWasi(ret);
      if (dirent === null) return entries;
      entries.push(dirent);
    }
  }

  private putHeader(entry: wasi.Dirent, next: number): void {
    const view = new DataView(this.header.buffer);
    view.setBigUint64(D.d_next[0], BigInt(next), true);
    view.setBigUint64(D.d_ino[0], entry.d_ino, true);
    view.setUint32(D.d_namlen[0], entry.dir_name.length, true);
    view.setUint8(D.d_type[0], entry.d_type);
  }
}
