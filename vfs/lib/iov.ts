// Scatter/gather lists of byte ranges: the payloads of Tread, Twrite and Treaddir.

/** A cache of subarrays by range number, since programs reuse their buffers. All are of one buffer. */
export class Views {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly views: Uint8Array[] = [];

  /** The subarray u8[start, end) of range number `i`. */
  take(i: number, u8: Uint8Array, start: number, end: number): Uint8Array {
    if (this.starts[i] === start && this.ends[i] === end) return this.views[i]!;
    this.starts[i] = start;
    this.ends[i] = end;
    return (this.views[i] = u8.subarray(start, end));
  }
}

/**
 * The payload of a Tread, Twrite or Treaddir by reference: a list of byte ranges of one buffer (the guest's memory, a
 * frame, a listing). A transport in the same process passes it along beside the message, so that the data is copied
 * between the guest's memory and the file alone; the server gathers several short ranges first.
 *
 * Each caller has one and refills it. It grows to the longest list, and allocates nothing after that.
 */
export class Iov {
  /** The buffer that the ranges index. */
  u8: Uint8Array;
  /** Number of ranges. */
  count = 0;
  /** Offset of range i in `u8`. */
  readonly start: number[] = [];
  /** End of range i in `u8` (exclusive). */
  readonly end: number[] = [];
  /** Bytes in all ranges together. */
  total = 0;
  /**
   * The offset behind the last byte of a Twrite, which an append needs and Rwrite does not have: set by a server in the
   * same process. NaN: unknown, which is also the initial value, so that V8 represents the field as a double from the
   * start and never changes the hidden class.
   */
  reached = Number.NaN;
  /** Subarrays of the ranges gathered last, and their buffer. */
  private views = new Views();
  private viewed: Uint8Array = EMPTY;

  constructor(u8: Uint8Array = EMPTY) {
    this.u8 = u8;
  }

  /** Empties the list and sets the buffer. */
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

  /** Copies the first `count` bytes of `from` into the ranges. `views` caches the subarrays of `from`. */
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
   * Makes the list the bytes [from, from + length) of the concatenated ranges of `source`: one message of a transfer
   * that is longer than msize.
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
