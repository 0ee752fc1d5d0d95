// Reads the members of an archive in order, with GNU long names, pax headers and sparse maps applied.
import { S_IFREG } from '../../../linux/constants.ts';
import { cString, headerOf, isHeader, isZero, type Header } from './block.ts';
import { makeEntry, type LongNames, type TarEntry } from './entry.ts';
import type { MemberData } from './data.ts';
import type { Limits } from './limits.ts';
import { decimal } from './pax.ts';
import { PaxHeaders } from './pax-headers.ts';
import { BLOCK, padded } from './size.ts';
import { oldGnuSparse, paxSparse } from './sparse.ts';

const HOW = 'Get the archive anew, or pack it again.';

/** The magic bytes of other formats, and how to convert them to tar. */
const OTHERS: [name: string, magic: number[], hint: string][] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'Unpack it first with `xz -d`.'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'Unpack it first with `zstd -d`.'],
  ['bzip2', [0x42, 0x5a, 0x68], 'Unpack it first with `bzip2 -d`.'],
  ['zip', [0x50, 0x4b, 0x03, 0x04], 'Unpack it and pack it again with `tar`.'],
];

/** Bytes counted for an extended attribute besides its name: about its cost in the engine. */
const ATTRIBUTE = 256;
const REGULAR = /^[07\0]$/;

/**
 * Reads the blocks of an archive once, without copies of data. Supported are ustar, GNU long names, numbers and sparse
 * files, and pax extended headers, global ones too. In doubt it reads an archive as GNU tar unpacks it.
 */
export class TarReader {
  private readonly bytes: Uint8Array;
  private readonly limits: Limits;
  private at = 0;
  /** From `L` and `K` members, for the next member. */
  private long: LongNames = { name: null, target: null };
  private readonly records: PaxHeaders;

  constructor(bytes: Uint8Array, limits: Limits) {
    this.bytes = bytes;
    this.limits = limits;
    this.records = new PaxHeaders(limits);
  }

  /**
   * Returns the next member, or null at the end.
   * @throws Error if the archive is not a tar, is damaged or truncated, is stored in an unsupported way, or exceeds a
   *   limit.
   */
  next(): TarEntry | null {
    for (;;) {
      const header = this.header();
      if (header === null) return null;
      const { type } = header;
      if (type === 'x' || type === 'X') this.extend(this.body(header.size));
      else if (type === 'g') this.extendAll(this.body(header.size));
      else if (type === 'L') this.long.name = cString(this.body(header.size));
      else if (type === 'K') this.long.target = cString(this.body(header.size));
      else if (type === 'V') this.label(header);
      // The rest of a file from another volume.
      else if (type === 'M') throw new Error(`This tar archive is one volume of several. ${HOW}`);
      else return this.member(header);
    }
  }

  /** Skips a volume label; it uses up the extended headers before it. */
  private label(header: Header): void {
    this.body(this.sizeOf(header));
    this.forget();
  }

  private forget(): void {
    this.records.clear();
    this.long = { name: null, target: null };
  }

  private member(header: Header): TarEntry {
    const { records, limits } = this;
    const entry = makeEntry(header, this.long, records, limits);
    if (typeof entry === 'string') throw this.damaged(entry);
    limits.use('maxMembers', 1);
    const { xattrs } = entry;
    if (xattrs !== null && !records.isShared(xattrs))
      for (const name of xattrs.keys()) limits.use('maxNames', ATTRIBUTE + name.length);
    if (header.type === 'S' || records.isSparse) entry.data = this.sparse(header, entry);
    // As in GNU tar: links, devices, directories and fifos have no data, whatever their size says.
    else if (this.hasData(header, entry)) entry.data = this.body(this.sizeOf(header));
    this.forget();
    return entry;
  }

  private hasData({ type }: Header, entry: TarEntry): boolean {
    // A dump directory has a list of names as its data.
    if (type === 'D' || this.records.get('GNU.dumpdir') !== undefined) return true;
    return entry.kind === S_IFREG;
  }

  private sparse(header: Header, entry: TarEntry): MemberData {
    const { records, limits } = this;
    let data = null;
    if (header.type === 'S' && header.format === 'gnu' && !records.isSparse) {
      data = oldGnuSparse(
        header,
        () => this.block(),
        () => this.body(this.sizeOf(header)),
        limits,
      );
    } else if (REGULAR.test(header.type) && header.format === 'posix' && records.isExtended) {
      data = paxSparse(records, this.body(this.sizeOf(header)), limits);
    }
    if (data !== null) return data;
    const how = 'pack it again with GNU tar, or without --sparse';
    throw new Error(`'${entry.name}' is stored sparse in this tar archive, and its map cannot be read: ${how}.`);
  }

  /** Returns the bytes of data in the archive. */
  private sizeOf({ size }: Header): number {
    const text = this.records.text('size');
    return text === null ? size : decimal(text);
  }

  private extend(bytes: Uint8Array): void {
    if (!this.records.extend(bytes)) throw this.damaged('an extended header cannot be read');
  }

  private extendAll(bytes: Uint8Array): void {
    if (!this.records.extendAll(bytes)) throw this.damaged('an extended header cannot be read');
  }

  /** Returns the data after a header, and skips the padding of its last block. */
  private body(size: number): Uint8Array {
    const { bytes, at } = this;
    if (!(size >= 0)) throw this.damaged('the size of a member cannot be read');
    if (size > bytes.length - at) throw this.cutOff();
    // The last block may lack its padding.
    this.at = Math.min(bytes.length, at + padded(size));
    return bytes.subarray(at, at + size);
  }

  /** Returns the next block; null at the end. */
  private block(): Uint8Array | null {
    const { bytes, at } = this;
    if (at + BLOCK > bytes.length) return null;
    this.at += BLOCK;
    return bytes.subarray(at, at + BLOCK);
  }

  private header(): Header | null {
    const { bytes, at } = this;
    // Some writers omit the two zero blocks at the end.
    if (at === bytes.length && at > 0) return null;
    const block = this.block();
    if (block === null) throw at === 0 ? this.noTar() : this.cutOff();
    if (isZero(block)) return null;
    const header = isHeader(block) ? headerOf(block) : null;
    // For GNU tar a header with an invalid size is damaged, even if no data follows.
    if (header !== null && (header.size >= 0 || header.type === '1')) return header;
    this.at = at;
    throw at === 0 ? this.noTar() : this.damaged('a header cannot be read');
  }

  private noTar(): Error {
    const other = OTHERS.find(([, magic]) => magic.every((byte, i) => this.bytes[i] === byte));
    if (other !== undefined)
      return new Error(`This is packed with ${other[0]}, and only tar and tar.gz are read. ${other[2]}`);
    return new Error(`This is not a tar archive: its first ${BLOCK} bytes are not a tar header.`);
  }

  private cutOff(): Error {
    return new Error(`This tar archive is cut off: it ends within a member, at byte ${this.bytes.length}. ${HOW}`);
  }

  private damaged(what: string): Error {
    return new Error(`This tar archive is damaged: ${what} at byte ${this.at}. ${HOW}`);
  }
}
