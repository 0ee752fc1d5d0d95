import { E } from '../../errno.ts';

/** Data is kept in pieces of this size; the first one grows to it by doubling. */
const CHUNK = 1 << 20;
/** Largest file, in bytes: 2 PiB, so that its chunks can be counted by an array's index. Holes cost nothing. */
export const FILE_MAX = 2 ** 51;
/** Up to this many bytes a loop is faster than making a view to copy with. */
const LOOP = 16;
/** A buffer below this is not worth being cut to size. */
const SMALL = 4096;

/**
 * The data of a file: sparse, and zero wherever nothing was written. The bytes of `head` and of each chunk beyond the
 * file's size are zero, so that growing needs no filling; what lies beyond them is a hole.
 */
export class FileData {
  /** Bytes. */
  size = 0;
  /** The first megabyte, as much of it as was written; null while there is none. */
  private head: Uint8Array | null = null;
  /** Chunk i holds the bytes from (i + 1) * CHUNK on; undefined for a hole. */
  private chunks: (Uint8Array | undefined)[] | null = null;
  /** Bytes of memory held. */
  allocated = 0;
  /** The head was cut to size once: from then on it grows by an eighth, so that it need not be cut again. */
  private trimmed = false;

  /** Copies bytes from `offset` into u8[start, end): how many. */
  read(offset: number, u8: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.size - offset);
    if (count <= 0) return 0;
    if (offset + count <= CHUNK) {
      copyOut(this.head, offset, u8, start, count);
      return count;
    }
    for (let done = 0; done < count;) {
      const at = offset + done;
      const within = at % CHUNK;
      const part = Math.min(CHUNK - within, count - done);
      copyOut(this.chunk(at), within, u8, start + done, part);
      done += part;
    }
    return count;
  }

  /** The piece that holds the byte at `offset`, if it is there. */
  private chunk(offset: number): Uint8Array | null {
    const index = Math.floor(offset / CHUNK);
    return index === 0 ? this.head : (this.chunks?.[index - 1] ?? null);
  }

  /** Copies u8[start, end) to `offset`: how many bytes; or −EFBIG, −ENOSPC. */
  write(offset: number, u8: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, FILE_MAX - offset);
    if (count <= 0) return -E.EFBIG;
    for (let done = 0; done < count;) {
      const at = offset + done;
      const within = at < CHUNK ? at : at % CHUNK;
      const part = Math.min(CHUNK - within, count - done);
      const piece = at < CHUNK ? this.growHead(within + part) : this.growChunk(at);
      if (piece === null) return done > 0 ? this.written(offset + done, done) : -E.ENOSPC;
      copyIn(u8, start + done, piece, within, part);
      done += part;
    }
    return this.written(offset + count, count);
  }

  private written(end: number, count: number): number {
    if (end > this.size) this.size = end;
    return count;
  }

  /** The head, at least `needed` bytes long; null when there is no memory. */
  private growHead(needed: number): Uint8Array | null {
    const { head } = this;
    if (head !== null && head.length >= needed) return head;
    const before = head?.length ?? 32;
    const next = this.trimmed ? before + (before >>> 3) : before * 2;
    const grown = allocate(Math.max(needed, Math.min(next, CHUNK))) ?? allocate(needed);
    if (grown === null) return null;
    if (head !== null) grown.set(head);
    this.allocated += grown.length - (head?.length ?? 0);
    this.head = grown;
    return grown;
  }

  private growChunk(offset: number): Uint8Array | null {
    const index = Math.floor(offset / CHUNK) - 1;
    this.chunks ??= [];
    let chunk = this.chunks[index];
    if (chunk !== undefined) return chunk;
    chunk = allocate(CHUNK) ?? undefined;
    if (chunk === undefined) return null;
    this.chunks[index] = chunk;
    this.allocated += CHUNK;
    return chunk;
  }

  /** ftruncate(2): what is cut off is gone, and what is added is a hole. 0 or EFBIG. */
  truncate(size: number): number {
    if (size > FILE_MAX) return E.EFBIG;
    if (size < this.size) this.cut(size);
    this.size = size;
    return 0;
  }

  private cut(size: number): void {
    if (this.chunks !== null) this.cutChunks(this.chunks, size);
    const { head } = this;
    if (head === null || size >= head.length) return;
    if (size === 0) this.replaceHead(null);
    else if (head.length > SMALL && size * 4 < head.length) this.replaceHead(head.slice(0, size));
    else head.fill(0, size, Math.min(this.size, head.length));
  }

  private cutChunks(chunks: (Uint8Array | undefined)[], size: number): void {
    const kept = Math.max(0, Math.ceil(size / CHUNK) - 1);
    for (let i = kept; i < chunks.length; i++) if (chunks[i] !== undefined) this.allocated -= CHUNK;
    chunks.length = Math.min(chunks.length, kept);
    const within = size % CHUNK;
    if (kept > 0 && within > 0) chunks[kept - 1]?.fill(0, within);
    if (kept === 0) this.chunks = null;
  }

  private replaceHead(head: Uint8Array | null): void {
    this.allocated += (head?.length ?? 0) - (this.head?.length ?? 0);
    this.head = head;
  }

  /** Gives back what doubling took in advance: nobody has the file open any more. */
  trim(): void {
    const { head } = this;
    if (head === null || head.length <= SMALL || this.size >= CHUNK) return;
    if (head.length <= this.size * 1.15) return;
    this.replaceHead(head.slice(0, this.size));
    this.trimmed = true;
  }

  /** Lets go of everything. */
  free(): void {
    this.head = null;
    this.chunks = null;
    this.size = 0;
    this.allocated = 0;
  }
}

function allocate(size: number): Uint8Array | null {
  try {
    return new Uint8Array(size);
  } catch {
    return null; // RangeError: more than this runtime can give
  }
}

/** Copies `count` bytes of a piece, zeros where it ends before. */
function copyOut(piece: Uint8Array | null, from: number, u8: Uint8Array, start: number, count: number): void {
  const there = piece === null ? 0 : Math.max(0, Math.min(count, piece.length - from));
  if (there > 0) copyIn(piece!, from, u8, start, there);
  if (there < count) u8.fill(0, start + there, start + count);
}

function copyIn(from: Uint8Array, start: number, to: Uint8Array, at: number, count: number): void {
  if (count <= LOOP) for (let i = 0; i < count; i++) to[at + i] = from[start + i]!;
  else to.set(from.subarray(start, start + count), at);
}
