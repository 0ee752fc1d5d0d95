// The sparse data of a file: a growing head and 1 MiB chunks, each of which clones may share.
import { E } from '../../linux/errno.ts';
import { LARGEST_CELL, cellFor, cellWithin, type Cells, type Slab } from './cells.ts';
import { SparseChunks } from './sparse-chunks.ts';
import { copyBytes } from './clones/copy.ts';
import type { Origin } from './clones/origin.ts';

/**
 * The size of a chunk. The head grows to it by doubling; other chunks are allocated whole, or shorter if the store has
 * no room.
 */
const CHUNK = 1 << 20;
/** The largest file, in bytes: 2 PiB, so that a chunk number fits 31 bits. Holes cost nothing. */
export const FILE_MAX = 2 ** 51;
/** A shorter chunk is a multiple of this. */
const PAGE = 4096;
/** Smaller buffers are not trimmed. */
const SMALL = 4096;

/**
 * The sparse data of a file. The bytes of the head and of each chunk beyond the file's size are always zero, so that
 * growing needs no fill; ranges without memory are holes.
 *
 * A clone shares the head and the chunks, and each store copies a piece before it changes that. A small head is in a
 * cell of its store, and copied when the clone first reads it. `allocated` counts shared pieces in full, so that the
 * copy needs no room in the store.
 */
export class FileData {
  /** The size in bytes. */
  size = 0;
  /** The memory held, in bytes. */
  allocated = 0;
  private readonly cells: Cells;
  /** The head, up to the first megabyte: `room` bytes of `head` from `base` on. */
  private head: Uint8Array | null = null;
  private base = 0;
  private room = 0;
  /** As `room`; 0 if the head is shared, and must be copied before a change. */
  private own = 0;
  /** The slab of a small head; null if it has its own buffer. */
  private slab: Slab | null = null;
  /** Chunk i holds the bytes from (i + 1) * CHUNK on; a missing one is a hole. */
  private chunks: SparseChunks | null = null;
  /** True once the head was trimmed: then it grows by an eighth, so that it need not be trimmed again. */
  private trimmed = false;
  /** The shared data that this one is a copy of, until it is used. */
  private source: Origin | null = null;

  constructor(cells: Cells) {
    this.cells = cells;
  }

  /** Reads at `offset` into u8[start, end). Returns the number of bytes. */
  read(offset: number, u8: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.size - offset);
    if (count <= 0) return 0;
    if (offset + count <= this.room) {
      copyBytes(this.head!, this.base + offset, u8, start, count);
      return count;
    }
    if (this.source !== null) this.settle(this.source);
    for (let done = 0; done < count;) {
      const at = offset + done;
      const within = at % CHUNK;
      const part = Math.min(CHUNK - within, count - done);
      if (at < CHUNK) this.readHead(at, u8, start + done, part);
      else this.readChunk(at, u8, start + done, part);
      done += part;
    }
    return count;
  }

  /** Copies `count` bytes of the head, zeros past its end. */
  private readHead(from: number, u8: Uint8Array, start: number, count: number): void {
    const there = Math.max(0, Math.min(count, this.room - from));
    if (there > 0) copyBytes(this.head!, this.base + from, u8, start, there);
    if (there < count) u8.fill(0, start + there, start + count);
  }

  private readChunk(offset: number, u8: Uint8Array, start: number, count: number): void {
    const chunk = this.chunks?.get(chunkAt(offset));
    const from = offset % CHUNK;
    const there = chunk === undefined ? 0 : Math.max(0, Math.min(count, chunk.length - from));
    if (there > 0) copyBytes(chunk!, from, u8, start, there);
    if (there < count) u8.fill(0, start + there, start + count);
  }

  /** Writes u8[start, end) at `offset`. Returns the number of bytes; or −EFBIG, −ENOSPC. */
  write(offset: number, u8: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, FILE_MAX - offset);
    if (count <= 0) return -E.EFBIG;
    if (offset + count <= this.own) {
      copyBytes(u8, start, this.head!, this.base + offset, count);
      return this.written(offset + count, count);
    }
    if (this.source !== null) this.settle(this.source);
    for (let done = 0; done < count;) {
      const at = offset + done;
      const within = at < CHUNK ? at : at % CHUNK;
      let part = Math.min(CHUNK - within, count - done);
      if (part === CHUNK && this.putChunk(at, u8, start + done)) {
        done += part;
        continue;
      }
      const piece = at < CHUNK ? this.growHead(within + part) : this.growChunk(at, within, within + part);
      if (piece !== null) part = Math.min(part, (at < CHUNK ? this.room : piece.length) - within);
      if (piece === null || part <= 0) return done > 0 ? this.written(offset + done, done) : -E.ENOSPC;
      copyBytes(u8, start + done, piece, at < CHUNK ? this.base + within : within, part);
      done += part;
    }
    return this.written(offset + count, count);
  }

  private written(end: number, count: number): number {
    if (end > this.size) this.size = end;
    return count;
  }

  /** Returns the head for a change, with room for `needed` bytes, or as many as possible; null without memory. */
  private growHead(needed: number): Uint8Array | null {
    const { room } = this;
    if (room < needed) this.enlargeHead(needed);
    return this.ownHead() ? this.head : null;
  }

  /** Copies a shared head. Returns false without memory. */
  private ownHead(): boolean {
    const { own, room, size } = this;
    return own === room || this.moveHead(room, Math.min(size, room));
  }

  private enlargeHead(needed: number): void {
    const { room } = this;
    const next = this.trimmed ? room + (room >>> 3) : room * 2;
    const kept = Math.min(this.size, room);
    if (this.moveHead(Math.max(needed, Math.min(next, CHUNK)), kept) || this.moveHead(needed, kept)) return;
    const most = room + this.cells.space.left;
    const fitting = most > LARGEST_CELL ? Math.min(most, needed) : cellWithin(most);
    if (fitting > room) this.moveHead(fitting, kept);
  }

  /** Moves the first `kept` bytes of the head to a buffer of `wanted` bytes. Returns false if there is no room. */
  private moveHead(wanted: number, kept: number): boolean {
    const { cells, head, base } = this;
    const isSmall = wanted <= LARGEST_CELL;
    const room = isSmall ? cellFor(wanted) : wanted;
    const more = room - this.room;
    if (more > 0 && !cells.space.take(more)) return false;
    const slab = isSmall ? cells.take(wanted) : null;
    const at = slab === null ? 0 : cells.at;
    const bytes = slab === null ? (isSmall ? null : allocate(wanted)) : slab.bytes;
    if (bytes === null) {
      if (more > 0) cells.space.give(more);
      return false;
    }
    if (kept > 0) copyBytes(head!, base, bytes, at, kept);
    if (this.slab !== null) this.giveCell(this.slab);
    if (more < 0) cells.space.give(-more);
    this.head = bytes;
    this.base = at;
    this.room = this.own = room;
    this.slab = slab;
    this.allocated += more;
    return true;
  }

  private giveCell(slab: Slab): void {
    this.cells.give(slab, this.base, Math.min(this.size, this.room));
  }

  private dropHead(): void {
    if (this.slab !== null) this.giveCell(this.slab);
    this.freed(this.room);
    this.head = null;
    this.slab = null;
    this.base = 0;
    this.room = this.own = 0;
  }

  private freed(bytes: number): void {
    this.allocated -= bytes;
    this.cells.space.give(bytes);
  }

  /**
   * Returns the chunk of an offset for a change, with room up to `needed`, or for as much as there is room; null or too
   * short if there is none beyond `within`, null without memory.
   */
  private growChunk(offset: number, within: number, needed: number): Uint8Array | null {
    const number = chunkAt(offset);
    const there = this.chunks?.get(number);
    const before = there === undefined ? 0 : there.length;
    if (before >= needed && !this.chunks!.isShared(number)) return there!;
    if (before >= needed) return this.ownChunk(number);
    const { space } = this.cells;
    const most = Math.floor((before + space.left) / PAGE) * PAGE;
    const length = most >= CHUNK ? CHUNK : Math.min(most, Math.ceil(needed / PAGE) * PAGE);
    if (length <= before || length <= within || !space.take(length - before)) return this.ownChunk(number);
    const chunk = allocate(length);
    if (chunk === null) {
      space.give(length - before);
      return this.ownChunk(number);
    }
    if (there !== undefined) copyBytes(there, 0, chunk, 0, before);
    (this.chunks ??= new SparseChunks()).set(number, chunk);
    this.allocated += length - before;
    return chunk;
  }

  /** Returns a chunk for a change, a shared one after it is copied; null if there is none, or no memory. */
  private ownChunk(number: number): Uint8Array | null {
    const { chunks } = this;
    const chunk = chunks?.get(number);
    if (chunk === undefined || !chunks!.isShared(number)) return chunk ?? null;
    const copy = allocate(chunk.length);
    if (copy === null) return null;
    copy.set(chunk);
    chunks!.set(number, copy);
    return copy;
  }

  /**
   * Creates a missing chunk as a copy of u8, which is not zero-filled first. Returns false if it exists, or there is no
   * room.
   */
  private putChunk(offset: number, u8: Uint8Array, start: number): boolean {
    const number = chunkAt(offset);
    if (number < 0 || this.chunks?.get(number) !== undefined || !this.cells.space.take(CHUNK)) return false;
    try {
      const chunk = new Uint8Array(u8.subarray(start, start + CHUNK));
      (this.chunks ??= new SparseChunks()).set(number, chunk);
    } catch {
      this.cells.space.give(CHUNK);
      return false;
    }
    this.allocated += CHUNK;
    return true;
  }

  /**
   * ftruncate(2): memory past the size is freed, and growth is a hole. Returns 0; EFBIG; or ENOSPC if there is no memory
   * to copy the piece at the new end, which is shared.
   */
  truncate(size: number): number {
    if (size > FILE_MAX) return E.EFBIG;
    if (size < this.size) {
      if (size === 0) this.empty();
      else if (!this.cut(size)) return E.ENOSPC;
    }
    this.size = size;
    return 0;
  }

  private empty(): void {
    this.source = null;
    if (this.chunks !== null || this.allocated !== this.room) this.free();
    else if (this.head !== null) this.dropHead();
  }

  private cut(size: number): boolean {
    if (this.source !== null) this.settle(this.source);
    if (!this.cutHead(size)) return false;
    return this.chunks === null || this.cutChunks(this.chunks, size);
  }

  private cutHead(size: number): boolean {
    const { room } = this;
    if (size >= room) return true;
    // It stays if there is no memory for a smaller one.
    if (room > SMALL && size * 4 < room && this.moveHead(size, size)) return true;
    if (!this.ownHead()) return false;
    this.head!.fill(0, this.base + size, this.base + Math.min(this.size, room));
    return true;
  }

  private cutChunks(chunks: SparseChunks, size: number): boolean {
    const kept = Math.max(0, Math.ceil(size / CHUNK) - 1);
    const within = size % CHUNK;
    if (kept > 0 && within > 0 && chunks.get(kept - 1) !== undefined) {
      const last = this.ownChunk(kept - 1);
      if (last === null) return false;
      last.fill(0, within);
    }
    this.freed(chunks.cut(kept));
    if (chunks.count === 0) this.chunks = null;
    return true;
  }

  /** Returns the first offset from `offset` on with memory; −ENXIO if there is none. */
  seekData(offset: number): number {
    if (this.source !== null) this.settle(this.source);
    if (offset < Math.min(this.room, this.size)) return offset;
    const number = this.chunks?.next(Math.max(0, chunkAt(offset))) ?? -1;
    const start = number < 0 ? Infinity : Math.max(offset, (number + 1) * CHUNK);
    return start < this.size ? start : -E.ENXIO;
  }

  /** Returns the first offset from `offset` on without memory, at most the size; −ENXIO past the end. */
  seekHole(offset: number): number {
    if (this.source !== null) this.settle(this.source);
    const { size, room, chunks } = this;
    if (offset >= size) return -E.ENXIO;
    if (offset < CHUNK && room < CHUNK) return Math.min(size, Math.max(offset, room));
    const number = Math.max(0, chunkAt(offset));
    const gap = chunks === null ? number : chunks.gap(number);
    return Math.min(size, Math.max(offset, (gap + 1) * CHUNK));
  }

  /** Frees memory allocated ahead by doubling; called when no fid is left on the file. */
  trim(): void {
    const { room, size } = this;
    // A shared head is held by another store, too.
    if (room <= SMALL || size >= CHUNK || room <= size * 1.15 || this.own === 0) return;
    if (size === 0) this.dropHead();
    else this.trimmed = this.moveHead(size, size);
  }

  /** Frees all memory. */
  free(): void {
    this.source = null;
    this.freed(this.allocated - this.room);
    this.dropHead();
    this.chunks = null;
    this.size = 0;
  }

  /** Returns the present data as an object that is never changed: from now on all pieces are shared with it. */
  preserve(): FileData {
    const copy = this.borrow(this.cells, this.source);
    if (this.source !== null) return copy;
    const { head, base, room, slab, chunks } = this;
    // The cell stays this store's.
    copy.head = slab === null ? head : head!.slice(base, base + room);
    copy.room = room;
    if (slab === null) this.own = 0;
    if (chunks !== null) {
      copy.chunks = chunks.share();
      chunks.lend();
    }
    return copy;
  }

  /** Returns a copy, for another store, that takes the data from `origin` once it is used. */
  borrow(cells: Cells, origin: Origin | null): FileData {
    const copy = new FileData(cells);
    copy.size = this.size;
    copy.allocated = this.allocated;
    copy.trimmed = this.trimmed;
    copy.source = this.source ?? origin;
    return copy;
  }

  /** Takes over the data of the source: a cell is copied, other pieces are shared. */
  private settle(source: Origin): void {
    let from = source.data;
    while (from.source !== null) from = from.source.data;
    const { head, base, room, slab, chunks } = from;
    if (slab !== null) {
      this.slab = this.cells.take(room);
      this.base = this.slab === null ? 0 : this.cells.at;
      this.head = this.slab === null ? new Uint8Array(room) : this.slab.bytes;
      copyBytes(head!, base, this.head, this.base, room);
      this.own = room;
    } else this.head = head;
    this.room = room;
    if (chunks !== null) this.chunks = chunks.share();
    this.source = null;
  }
}

/** Returns the number of the chunk at an offset; −1 for the head. */
function chunkAt(offset: number): number {
  return Math.floor(offset / CHUNK) - 1;
}

function allocate(size: number): Uint8Array | null {
  try {
    return new Uint8Array(size);
  } catch {
    return null; // RangeError: more than this runtime can give
  }
}
