import { parseTarHeader } from '@remix-run/tar-parser';
import { makeEntry, type Header, type TarEntry } from './entry.ts';
import { parsePax, textOf, type PaxRecords } from './pax.ts';

/** Everything in a tar comes in blocks of this size. */
export const BLOCK = 512;

const HOW = 'Get the archive anew, or pack it again.';

/** What other archives begin with, and how to get a tar out of them. */
const OTHERS: [name: string, magic: number[], hint: string][] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'Unpack it first with `xz -d`.'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'Unpack it first with `zstd -d`.'],
  ['bzip2', [0x42, 0x5a, 0x68], 'Unpack it first with `bzip2 -d`.'],
  ['zip', [0x50, 0x4b, 0x03, 0x04], 'Unpack it and pack it again with `tar`.'],
];

/**
 * Goes through the blocks of an archive once. Members refer to the bytes: nothing is copied. Read are ustar, GNU's
 * long names and numbers, and pax extended headers, those for all members too.
 */
export class TarReader {
  private readonly bytes: Uint8Array;
  private at = 0;
  /** From `x`, `L` and `K` members: what they say is of the next one. */
  private local: PaxRecords | null = null;
  private readonly global: PaxRecords = new Map();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * The next member, or null at the end.
   * @throws Error for what is no tar, is damaged, cut off, or stored in a way that is not read; each says so.
   */
  next(): TarEntry | null {
    for (;;) {
      const header = this.header();
      if (header === null) {
        if (this.local !== null) throw this.cutOff();
        return null;
      }
      const { type } = header;
      if (type === 'x' || type === 'X') this.extend(parsePax(this.body(header.size)));
      else if (type === 'g') this.addGlobal(parsePax(this.body(header.size)));
      else if (type === 'L') this.longName('path', header.size);
      else if (type === 'K') this.longName('linkpath', header.size);
      // A label of the volume, and the rest of a file that began on another one.
      else if (type === 'V') this.body(header.size);
      else if (type === 'M') throw new Error(`This tar archive is one volume of several. ${HOW}`);
      else return this.member(header);
    }
  }

  private member(header: Header): TarEntry {
    const pax = this.records();
    this.local = null;
    const entry = makeEntry(header, pax, NOTHING);
    if (header.type === 'S' || isSparse(pax)) {
      throw new Error(`'${entry.shown}' is stored sparse in this tar archive: pack it again without --sparse.`);
    }
    if (!WITHOUT_DATA.test(header.type)) entry.data = this.body(sizeOf(pax, header.size));
    return entry;
  }

  /** The records that count for the next member; an empty value takes one back. */
  private records(): PaxRecords {
    const { local, global } = this;
    if (global.size === 0) return local ?? NO_RECORDS;
    const all: PaxRecords = new Map([...global, ...(local ?? [])]);
    for (const [keyword, value] of all) if (value.length === 0 && !keyword.includes('xattr.')) all.delete(keyword);
    return all;
  }

  private extend(records: PaxRecords | null): void {
    if (records === null) throw this.damaged('an extended header cannot be read');
    this.local ??= new Map();
    for (const [keyword, value] of records) this.local.set(keyword, value);
  }

  private addGlobal(records: PaxRecords | null): void {
    if (records === null) throw this.damaged('an extended header cannot be read');
    for (const [keyword, value] of records) this.global.set(keyword, value);
  }

  /** GNU's `L` and `K`: the name is the body, up to a NUL. */
  private longName(keyword: string, size: number): void {
    const name = cString(this.body(size));
    this.local ??= new Map();
    if (!this.local.has(keyword)) this.local.set(keyword, name);
  }

  /** The bytes behind a header, and past the rest of their last block. */
  private body(size: number): Uint8Array {
    const { bytes, at } = this;
    if (size > bytes.length - at) throw this.cutOff();
    // The last block may lack what fills it.
    this.at = Math.min(bytes.length, at + Math.ceil(size / BLOCK) * BLOCK);
    return bytes.subarray(at, at + size);
  }

  private header(): Header | null {
    const { bytes, at } = this;
    // A writer that left out the two empty blocks at the end.
    if (at === bytes.length && at > 0) return null;
    if (at + BLOCK > bytes.length) throw at === 0 ? this.noTar() : this.cutOff();
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return null;
    const header = decode(block);
    if (header === null) throw at === 0 ? this.noTar() : this.damaged('a header cannot be read');
    this.at += BLOCK;
    return header;
  }

  private noTar(): Error {
    const other = OTHERS.find(([, magic]) => magic.every((byte, i) => this.bytes[i] === byte));
    if (other !== undefined)
      return new Error(`This is packed with ${other[0]}, and only tar and tar.gz are read. ${other[2]}`);
    return new Error(`This is no tar archive: its first ${BLOCK} bytes are no tar header.`);
  }

  private cutOff(): Error {
    return new Error(`This tar archive is cut off: it ends within a member, at byte ${this.bytes.length}. ${HOW}`);
  }

  private damaged(what: string): Error {
    return new Error(`This tar archive is damaged: ${what} at byte ${this.at}. ${HOW}`);
  }
}

/** Links, devices, directories and fifos: as GNU tar unpacks them, no data follows, whatever their size says. */
const WITHOUT_DATA = /[1-6]/;
const NOTHING = new Uint8Array(0);
const NO_RECORDS: PaxRecords = new Map();

function isSparse(pax: PaxRecords): boolean {
  for (const keyword of pax.keys()) if (keyword.startsWith('GNU.sparse.')) return true;
  return false;
}

function sizeOf(pax: PaxRecords, size: number): number {
  const text = textOf(pax.get('size') ?? NOTHING);
  return text !== null && /^[0-9]{1,16}$/.test(text) ? Number(text) : size;
}

/** Up to the first NUL. */
function cString(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** A header block taken apart; null when its checksum or one of its numbers is wrong. */
function decode(block: Uint8Array): Header | null {
  let parsed;
  try {
    parsed = parseTarHeader(block);
  } catch {
    return null;
  }
  const { mode, uid, gid, size, devmajor, devminor } = parsed;
  // tar-parser takes the binary form of a time before 1970 for a one's complement.
  const mtime = (parsed.mtime ?? 0) - (block[136] === 0xff ? 1 : 0);
  if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(mtime)) return null;
  return {
    name: nameOf(block),
    target: cString(block.subarray(157, 257)),
    type: String.fromCharCode(block[156]!),
    mode: mode || 0,
    uid: uid || 0,
    gid: gid || 0,
    size,
    mtime,
    major: devmajor || 0,
    minor: devminor || 0,
  };
}

/** The name by its bytes: tar-parser's text has lost those that are not UTF-8. Of ustar with the prefix in front. */
function nameOf(block: Uint8Array): Uint8Array {
  const name = cString(block.subarray(0, 100));
  const isUstar = textOf(block.subarray(257, 263)) === 'ustar\0';
  const prefix = isUstar ? cString(block.subarray(345, 500)) : NOTHING;
  if (prefix.length === 0) return name;
  const whole = new Uint8Array(prefix.length + 1 + name.length);
  whole.set(prefix);
  whole[prefix.length] = 0x2f;
  whole.set(name, prefix.length + 1);
  return whole;
}
