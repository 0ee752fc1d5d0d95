// Cuts a stream of bytes into frames. A frame that lies in one chunk is not copied; another one is put together once.
import { Packet } from '../9p/packet.ts';

/** Returned by `next`: the frame is `u8[start, end)`, or `end` bytes of `packet`. */
export const FRAME = 1;
/** Returned by `next`: more bytes are needed. */
export const MORE = 0;
/** Returned by `next`: a size field is below 7 or above the limit. */
export const BAD = -1;

const SIZE_FIELD = 4;
const HEADER = 7;
/** Bytes that are made room for at first. */
const FIRST = 4096;
/** The room for a frame is at most so many times what has come of it: a size field alone costs little. */
const AHEAD = 16;
const NOTHING = new Uint8Array(0);

/** The bytes of a stream that have come and were not served. */
export class FrameCutter {
  /** The chunk, and the bytes [start, end) of a frame in it; or the packet, whose first `end` bytes are the frame. */
  u8: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  packet: Packet | null = null;
  /** The offset of the next frame in `u8`. */
  private at = 0;
  /** The frame that has begun in an earlier chunk: its first `have` bytes. */
  private begun: Packet | null = null;
  private have = 0;
  /** Called with the bytes by which the room for unfinished frames grows or shrinks. Returns false if it may not grow. */
  private readonly grown: (bytes: number) => boolean;

  constructor(grown: (bytes: number) => boolean) {
    this.grown = grown;
  }

  /** True if a frame has begun that has not come whole. */
  get isPartial(): boolean {
    return this.have > 0;
  }

  /** Adds a chunk, which must stay as it is until `next` has returned MORE. */
  push(chunk: Uint8Array): void {
    const left = this.u8.length - this.at;
    if (left > 0) {
      // The stream did not pause: it has a chunk more than it should.
      const both = new Uint8Array(left + chunk.length);
      both.set(this.u8.subarray(this.at));
      both.set(chunk, left);
      chunk = both;
    }
    this.u8 = chunk;
    this.at = 0;
  }

  /** The next frame. @param limit Its longest size in bytes. */
  next(limit: number): typeof FRAME | typeof MORE | typeof BAD {
    this.packet = null;
    if (this.have > 0) return this.complete(limit);
    const { u8, at } = this;
    const left = u8.length - at;
    if (left >= SIZE_FIELD) {
      const size = sizeAt(u8, at);
      if (size < HEADER || size > limit) return BAD;
      if (left >= size) {
        this.start = at;
        this.at = this.end = at + size;
        return FRAME;
      }
      return this.keep(size, left) ? MORE : BAD;
    }
    if (left > 0 && !this.keep(SIZE_FIELD, left)) return BAD;
    // The chunk is used up: it need not be kept.
    this.u8 = NOTHING;
    this.at = 0;
    return MORE;
  }

  /** Goes on with the frame that has begun. */
  private complete(limit: number): typeof FRAME | typeof MORE | typeof BAD {
    if (this.have < SIZE_FIELD && !this.fill(SIZE_FIELD)) return MORE;
    const size = sizeAt(this.begun!.u8, 0);
    if (size < HEADER || size > limit) return BAD;
    const coming = Math.min(size, this.have + this.u8.length - this.at);
    if (!this.makeRoom(size, coming)) return BAD;
    if (!this.fill(size)) return MORE;
    this.packet = this.begun;
    this.start = 0;
    this.end = size;
    this.have = 0;
    return FRAME;
  }

  /** Keeps the rest of the chunk. Returns false if no room is allowed for it. */
  private keep(size: number, left: number): boolean {
    if (!this.makeRoom(size, left)) return false;
    this.fill(size);
    return true;
  }

  /** Takes bytes of the chunk until there are `size`. False if they have not come yet. */
  private fill(size: number): boolean {
    const { u8, at } = this;
    const count = Math.min(size - this.have, u8.length - at);
    if (count > 0) this.begun!.u8.set(u8.subarray(at, at + count), this.have);
    this.at += count;
    this.have += count;
    return this.have === size;
  }

  private makeRoom(size: number, coming: number): boolean {
    const { begun } = this;
    const room = begun === null ? 0 : begun.u8.length;
    if (room >= coming) return true;
    const wanted = Math.min(Math.max(size, FIRST), Math.max(coming * AHEAD, FIRST));
    if (!this.grown(wanted - room)) return false;
    const more = new Packet(wanted);
    if (this.have > 0) more.u8.set(begun!.u8.subarray(0, this.have));
    this.begun = more;
    return true;
  }

  /** Frees the room for frames in pieces, unless one has begun. */
  trim(): void {
    if (this.have > 0 || this.begun === null) return;
    this.grown(-this.begun.u8.length);
    this.begun = null;
  }

  /** Frees all. */
  clear(): void {
    this.have = 0;
    this.u8 = NOTHING;
    this.at = 0;
    this.trim();
  }
}

function sizeAt(u8: Uint8Array, at: number): number {
  return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
}
