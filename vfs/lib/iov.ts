// Scatter/gather lists of byte ranges: the payloads of Tread, Twrite and Treaddir.

/** Views of the ranges that were copied last, for programs use the same ones again and again. All are of one buffer. */
export class Views {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly views: Uint8Array[] = [];

  /** u8[start, end), which is range number i. */
  take(i: number, u8: Uint8Array, start: number, end: number): Uint8Array {
    if (this.starts[i] === start && this.ends[i] === end) return this.views[i]!;
    this.starts[i] = start;
    this.ends[i] = end;
    return (this.views[i] = u8.subarray(start, end));
  }
}

/**
 * The payload of one Tread, Twrite or Treaddir by reference: a list of byte ranges over one buffer
 * (the guest's memory, a frame, a listing). A transport in the same process hands it through beside
 * the message, so that data is copied once, between the guest's memory and the file.
 *
 * One is made per caller and refilled; it grows to the longest list seen and allocates nothing after.
 */
export class Iov {
  /** The buffer that the ranges index. */
  u8: Uint8Array;
  /** How many ranges are in use. */
  count = 0;
  /** Where range i begins in `u8`. */
  readonly start: number[] = [];
  /** Where range i ends (exclusive). */
  readonly end: number[] = [];
  /** Bytes in all ranges together. */
  total = 0;
  /**
   * The offset behind the last byte that a Twrite put into the file, which Rwrite does not tell and O_APPEND wants to
   * know: a server in the same process says it here. NaN: not known; and it is one from the start, because V8 lays
   * out an object by what its fields hold first, and a whole number that becomes another kind of number changes that.
   */
  reached = Number.NaN;
  /** Views of the ranges gathered last, and the buffer that they are of. */
  private views = new Views();
  private viewed: Uint8Array = EMPTY;

  constructor(u8: Uint8Array = EMPTY) {
    this.u8 = u8;
  }

  /** Empties the list and points it at a buffer. */
  reset(u8: Uint8Array): void {
    this.u8 = u8;
    this.count = 0;
    this.total = 0;
  }

  /** Appends the range [start, end). */
  add(start: number, end: number): void {
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.count++;
    this.total += end - start;
  }

  /** Makes the list the one range [start, end) of a buffer. */
  single(u8: Uint8Array, start: number, end: number): void {
    this.u8 = u8;
    this.start[0] = start;
    this.end[0] = end;
    this.count = 1;
    this.total = end - start;
  }

  /** Copies the bytes of all ranges to the start of `to`. */
  gather(to: Uint8Array): void {
    const { u8 } = this;
    if (this.viewed !== u8) {
      this.viewed = u8;
      this.views = new Views();
    }
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      to.set(this.views.take(i, u8, this.start[i]!, this.end[i]!), at);
      at += this.end[i]! - this.start[i]!;
    }
  }

  /** Copies the first `count` bytes of `from` into the ranges; `views` keeps those of `from` for the next time. */
  scatter(from: Uint8Array, count: number, views: Views): void {
    let at = 0;
    for (let i = 0; at < count; i++) {
      const start = this.start[i]!;
      const end = Math.min(count, at + this.end[i]! - start);
      this.u8.set(views.take(i, from, at, end), start);
      at = end;
    }
  }

  /**
   * Makes the list those bytes of `source` that lie in [from, from + length) of its concatenation:
   * how a long transfer is cut to messages of msize.
   */
  slice(source: Iov, from: number, length: number): void {
    this.reset(source.u8);
    let skip = from;
    let left = length;
    for (let i = 0; i < source.count && left > 0; i++) {
      let start = source.start[i]!;
      const size = source.end[i]! - start;
      if (skip >= size) {
        skip -= size;
        continue;
      }
      start += skip;
      const take = Math.min(size - skip, left);
      skip = 0;
      this.add(start, start + take);
      left -= take;
    }
  }
}

const EMPTY = new Uint8Array(0);
