// The entries of a listing as objects, for callers that are not on a hot path.
import { internString } from '../lib/intern.ts';
import { bytesOf } from '../lib/utf8.ts';
import { DirectoryEntries, type DirectoryListing } from './directory-listing.ts';

/** Bytes that one Treaddir asks for, if a message carries as many. */
const ROOM = 64 << 10;

/** A directory entry. */
export interface ListedEntry {
  readonly name: string;
  readonly ino: number;
  /** S_IFMT bits of its mode. */
  readonly kind: number;
}

/** The entries of the last read, of any listing. */
const read = new DirectoryEntries();

/** Reads a listing from the start, without `.` and `..`. The caller closes the listing. */
export class EntryReader {
  private readonly listing: DirectoryListing;
  private cookieLo = 0;
  private cookieHi = 0;
  private isAtEnd = false;

  constructor(listing: DirectoryListing) {
    this.listing = listing;
  }

  /** The next entries, those of a message; none at the end. Or an errno. */
  next(): ListedEntry[] | number {
    const entries: ListedEntry[] = [];
    // A message may have nothing but the dots.
    while (entries.length === 0 && !this.isAtEnd) {
      const count = this.listing.read(read, this.cookieLo, this.cookieHi, ROOM);
      if (count < 0) return -count;
      this.isAtEnd = count === 0;
      while (read.next()) {
        const name = internString(read.u8, read.nameStart, read.end);
        if (typeof name === 'number') return name;
        const ino = (read.inoHi >>> 0) * 2 ** 32 + (read.inoLo >>> 0);
        if (name !== '.' && name !== '..') entries.push({ name, ino, kind: read.type << 12 });
        this.cookieLo = read.cookieLo;
        this.cookieHi = read.cookieHi;
      }
    }
    return entries;
  }

  /** All entries that are left; or an errno. */
  all(): ListedEntry[] | number {
    const all: ListedEntry[] = [];
    for (;;) {
      const some = this.next();
      if (typeof some === 'number') return some;
      if (some.length === 0) return all;
      for (const entry of some) all.push(entry);
    }
  }
}

/** All entries of a listing but `.` and `..`, or an errno. Closes the listing; an errno instead of one is returned. */
export function entriesOf(listing: DirectoryListing | number): ListedEntry[] | number {
  if (typeof listing === 'number') return listing;
  const entries = new EntryReader(listing).all();
  listing.close();
  return entries;
}

/** Sorts entries by the bytes of their names (strcmp(3)), and returns them. */
export function sortByName(entries: ListedEntry[]): ListedEntry[] {
  return entries.sort(byBytes);
}

/** The order of UTF-16 units is that of bytes, unless one is a surrogate: of a large code point, or of a byte. */
function byBytes({ name: a }: ListedEntry, { name: b }: ListedEntry): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return isSurrogate(x) || isSurrogate(y) ? compare(bytesOf(a), bytesOf(b)) : x - y;
  }
  return a.length - b.length;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
