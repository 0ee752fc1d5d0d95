// Writes directory entries to guest memory as dirents.
import { DirectoryEntries } from '../../../vfs/client/directory-listing.ts';
import { filetypeOf } from '../abi/filetype.ts';
import { STRUCTS } from '../abi/structs.ts';
import type { Descriptor } from '../descriptors/descriptor.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

const D = STRUCTS.dirent.fields;

/** The entries of the last `readdir`, of any guest. */
const entries = new DirectoryEntries();

/**
 * Writes the dirents behind a cookie, given as its two halves, to `length` bytes at `ptr`; the last one is cut to fit.
 * The caller has checked the bounds. Names that are not UTF-8 are left out: no call of the guest can have one.
 * @returns The bytes used, `length` if more entries may follow; or −errno.
 */
export function putDirents(
  m: GuestMemory,
  ptr: number,
  length: number,
  directory: Descriptor,
  cookieLo: number,
  cookieHi: number,
): number {
  let used = 0;
  let lo = cookieLo;
  let hi = cookieHi;
  while (used < length) {
    const left = length - used;
    const count = directory.readdir(entries, lo, hi, left, m);
    if (count <= 0) return count < 0 ? count : used;
    // All entries behind one that is left out are copied at once.
    let from = 0;
    const { mayBeRaw } = entries;
    while (entries.end < left && entries.next()) {
      if (!mayBeRaw || entries.isUtf8) {
        toDirent(entries);
        continue;
      }
      used += copy(m, ptr + used, length - used, from, entries.start);
      from = entries.end;
      lo = entries.cookieLo;
      hi = entries.cookieHi;
    }
    const { view, start, end } = entries;
    if (from === end) continue;
    used += copy(m, ptr + used, length - used, from, end);
    lo = view.getInt32(start + D.d_next[0], true);
    hi = view.getInt32(start + D.d_next[0] + 4, true);
  }
  return used;
}

/** Copies dirents, cut to `room` bytes. Returns the bytes copied. */
function copy(m: GuestMemory, ptr: number, room: number, from: number, end: number): number {
  const size = Math.min(end - from, room);
  m.u8.set(entries.u8.subarray(from, from + size), ptr);
  return size;
}

/**
 * Converts the header of the current entry from 9P to WASI, in place: a dirent has the size of the entry, and its name
 * in the same place. All dirents are then copied at once.
 */
function toDirent(entry: DirectoryEntries): void {
  const { view, start, inoLo, inoHi, cookieLo, cookieHi, type } = entry;
  const nameLength = entry.end - entry.nameStart;
  view.setInt32(start + D.d_next[0], cookieLo, true);
  view.setInt32(start + D.d_next[0] + 4, cookieHi, true);
  view.setInt32(start + D.d_ino[0], inoLo, true);
  view.setInt32(start + D.d_ino[0] + 4, inoHi, true);
  view.setUint32(start + D.d_namlen[0], nameLength, true);
  // DT_* are the S_IFMT bits >> 12. The 32-bit store zeroes the padding too.
  view.setUint32(start + D.d_type[0], filetypeOf(type << 12), true);
}
