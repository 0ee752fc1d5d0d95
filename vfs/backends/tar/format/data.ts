// The data of a regular file as views of the archive, with holes.
import { E } from '../../../linux/errno.ts';

/** A regular file's bytes, within those of the archive: all of them, or those that are no hole. */
export type FileData = Uint8Array | Sparse;

/** Up to this many bytes a loop is faster than making a view to copy with. */
const LOOP = 16;

/** A file with holes. */
export class Sparse {
  /** Bytes, holes included. */
  readonly length: number;
  /** Where in the file each extent begins and ends, in order and apart; none is empty. */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  /** The bytes of each. */
  private readonly parts: readonly Uint8Array[];
  /** Bytes that are stored. */
  readonly stored: number;

  constructor(length: number, begins: readonly number[], parts: readonly Uint8Array[]) {
    this.length = length;
    this.begins = begins;
    this.parts = parts;
    this.ends = parts.map((part, i) => begins[i]! + part.length);
    this.stored = parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** The first extent that ends after `offset`; as many as there are when there is none. */
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

  /** lseek(2) with SEEK_DATA: an offset, or −ENXIO. */
  seekData(offset: number): number {
    const i = this.after(offset);
    return offset < 0 || i === this.ends.length ? -E.ENXIO : Math.max(offset, this.begins[i]!);
  }

  /** lseek(2) with SEEK_HOLE: an offset, or −ENXIO. The end of a file is a hole. */
  seekHole(offset: number): number {
    if (offset < 0 || offset >= this.length) return -E.ENXIO;
    let at = offset;
    for (let i = this.after(at); i < this.ends.length && this.begins[i]! <= at; i++) at = this.ends[i]!;
    return at;
  }

  /** The extent `i`: its bytes. */
  part(i: number): Uint8Array {
    return this.parts[i]!;
  }
}

/** Copies bytes from `offset` on into `u8[start, end)`: how many. */
export function readData(data: FileData, offset: number, u8: Uint8Array, start: number, end: number): number {
  if (data instanceof Sparse) return data.read(offset, u8, start, end);
  const count = Math.min(end - start, data.length - offset);
  if (count <= 0) return 0;
  if (count <= LOOP) for (let i = 0; i < count; i++) u8[start + i] = data[offset + i]!;
  else u8.set(data.subarray(offset, offset + count), start);
  return count;
}

/** Bytes that are no hole. */
export function storedBytes(data: FileData): number {
  return data instanceof Sparse ? data.stored : data.length;
}
