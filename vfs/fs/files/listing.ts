// Reads the entries of an opened directory from Rreaddir payloads.
import { S_IFDIR } from '../../linux/constants.ts';
import type { OpenFile } from './open-file.ts';
import { Iov } from '../../lib/iov.ts';

/** A 9P directory entry: qid[13] offset[8] type[1] name[s]. */
const HEADER = 24;
/** Bytes that one Treaddir asks for, if a message carries as many. */
const ROOM = 64 << 10;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const iov = new Iov();

/** A name, and S_IFMT bits of what has it. */
export interface Entry {
  readonly name: string;
  readonly kind: number;
}

/** The entries of an opened directory, a message's worth at a time, without `.` and `..`. */
export class Listing {
  private readonly file: OpenFile;
  private readonly bytes: Uint8Array;
  private cookieLo = 0;
  private cookieHi = 0;
  private ended = false;

  constructor(file: OpenFile) {
    this.file = file;
    this.bytes = new Uint8Array(Math.min(ROOM, file.client.msize - HEADER));
  }

  /** The next entries, none at the end; or an errno. */
  next(): Entry[] | number {
    // The cookies of mounts are none of the server's.
    if (this.ended) return [];
    for (;;) {
      iov.single(this.bytes, 0, this.bytes.length);
      const count = this.file.client.readdir(this.file.fid, this.cookieLo, this.cookieHi, iov);
      if (count < 0) return -count;
      if (count === 0) return this.end();
      const entries = this.decode(this.bytes, count);
      // A message may hold nothing but the dots.
      if (entries.length > 0) return entries;
    }
  }

  /** At the end come the mounts that the directory has no entry for, once. */
  private end(): Entry[] {
    this.ended = true;
    return this.file.extra.flatMap((entry) => this.decode(entry, entry.length));
  }

  private decode(bytes: Uint8Array, count: number): Entry[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const entries: Entry[] = [];
    for (let at = 0; at < count;) {
      const end = at + HEADER + view.getUint16(at + 22, true);
      const name = decoder.decode(bytes.subarray(at + HEADER, end));
      this.cookieLo = view.getUint32(at + 13, true);
      this.cookieHi = view.getUint32(at + 17, true);
      // DT_* numbers are S_IFMT bits moved down.
      if (name !== '.' && name !== '..') entries.push({ name, kind: bytes[at + 21]! << 12 });
      at = end;
    }
    return entries;
  }

  /** All that are left, by name as strcmp(3) has it, which is how node:fs lists; or an errno. */
  all(): Entry[] | number {
    const all: Entry[] = [];
    for (;;) {
      const some = this.next();
      if (typeof some === 'number') return some;
      if (some.length === 0) return all.sort(byBytes);
      for (const entry of some) all.push(entry);
    }
  }
}

/** By code points, which is the order of UTF-8 bytes; `<` compares UTF-16 units. */
function byBytes({ name: a }: Entry, { name: b }: Entry): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}

export function isDirectory(entry: Entry): boolean {
  return entry.kind === S_IFDIR;
}
