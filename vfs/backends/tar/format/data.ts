// The data of a regular file as views of the archive, with holes.
import { E } from '../../../linux/errno.ts';

/** The data of a regular file as views of the archive, with or without holes. */
export type MemberData = Uint8Array | Sparse;

/** Up to this many bytes a loop is faster than a copy through a view. */
const LOOP = 16;

/** A file with holes. */
export class Sparse {
  /** Bytes, holes included. */
  readonly length: number;
  /** The begin and end offsets of each extent, sorted, disjoint, not empty. */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  /** The bytes of each extent. */
  private readonly parts: readonly Uint8Array[];
  /** The number of bytes stored. */
  readonly stored: number;

  constructor(length: number, begins: readonly number[], parts: readonly Uint8Array[]) {
    this.length = length;
    this.begins = begins;
    this.parts = parts;
    this.ends = parts.map((part, i) => begins[i]! + part.length);
    this.stored = parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** Returns the index of the first extent that ends after `offset`; the number of extents if there is none. */
  after(offset: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ends[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  read(offset: number, u8: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.length - offset);
    if (count <= 0) return 0;
    const stop = offset + count;
    u8.fill(0, start, start + count);
    for (let i = this.after(offset); i < this.parts.length && this.begins[i]! < stop; i++) {
      const from = Math.max(offset, this.begins[i]!);
      const part = this.parts[i]!.subarray(from - this.begins[i]!, Math.min(stop, this.ends[i]!) - this.begins[i]!);
      u8.set(part, start + from - offset);
    }
    return count;
  }

  /** SEEK_DATA of lseek(2). Returns an offset, or −ENXIO. */
  seekData(offset: number): number {
    const i = this.after(offset);
    return offset < 0 || i === this.ends.length ? -E.ENXIO : Math.max(offset, this.begins[i]!);
  }

  /** SEEK_HOLE of lseek(2). Returns an offset, or −ENXIO. The end of a file counts as a hole. */
  seekHole(offset: number): number {
    if (offset < 0 || offset >= this.length) return -E.ENXIO;
    let at = offset;
    for (let i = this.after(at); i < this.ends.length && this.begins[i]! <= at; i++) at = this.ends[i]!;
    return at;
  }

  /** Returns the bytes of extent `i`. */
  part(i: number): Uint8Array {
    return this.parts[i]!;
  }
}

/** Reads at `offset` into `u8[start, end)`. Returns the number of bytes. */
export function readData(data: MemberData, offset: number, u8: Uint8Array, start: number, end: number): number {
  if (data instanceof Sparse) return data.read(offset, u8, start, end);
  const count = Math.min(end - start, data.length - offset);
  if (count <= 0) return 0;
  if (count <= LOOP) for (let i = 0; i < count; i++) u8[start + i] = data[offset + i]!;
  else u8.set(data.subarray(offset, offset + count), start);
  return count;
}

/** Returns the number of bytes that are not holes. */
export function storedBytes(data: MemberData): number {
  return data instanceof Sparse ? data.stored : data.length;
}
