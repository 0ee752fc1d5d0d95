// A slab allocator for small files: cells of power-of-two and half-way sizes in shared ArrayBuffers.
import type { Space } from '../../backend/space.ts';

/** The largest cell, in bytes; larger data gets an ArrayBuffer of its own. */
export const LARGEST_CELL = 2048;
/** The smallest cell, in bytes. */
const SMALLEST_CELL = 64;
/** The cells of a slab, one bit each. */
const CELLS = 32;
/** The bits of an empty slab. */
const ALL_FREE = -1;

/** Free cells that are not charged, in bytes, besides as many as are taken. */
const SPARE = 1 << 18;

/** A buffer that is cut into cells of one size. */
export class Slab {
  readonly bytes: Uint8Array;
  /** Bytes of a cell. */
  readonly size: number;
  readonly kind: number;
  /** A bit for each free cell. */
  free = ALL_FREE;
  /** The index among the slabs of its kind with free cells; −1 if it is full. */
  place = -1;

  /** @throws RangeError if there is no memory. */
  constructor(kind: number) {
    this.kind = kind;
    this.size = sizeOf(kind);
    this.bytes = new Uint8Array(CELLS * this.size);
  }
}

/**
 * A slab allocator for small pieces of data. An ArrayBuffer costs one to two microseconds and some 500 bytes besides
 * its own, whatever its size, and triggers garbage collection more often. Cell sizes are powers of two and those
 * half-way between. All bytes of a free cell are zero.
 */
export class Cells {
  readonly space: Space;
  /** The slabs with free cells, by kind. */
  private readonly open: Slab[][] = [];
  /** The offset of the cell taken last, in its slab. */
  at = 0;
  /** The bytes of all slabs, and of the taken cells. */
  private held = 0;
  private taken = 0;
  /** The charged bytes of free cells. */
  idle = 0;

  constructor(space: Space) {
    this.space = space;
  }

  /**
   * Takes a cell of at least `size` bytes. Returns its slab, with the offset in `at`; null if there is no memory. The
   * caller charges the cell itself; mostly free slabs, which a guest can cause, are charged here.
   */
  take(size: number): Slab | null {
    const kind = kindOf(size);
    const slabs = (this.open[kind] ??= []);
    const slab = slabs.length > 0 ? slabs[slabs.length - 1]! : this.addSlab(slabs, kind);
    if (slab === null) return null;
    const bit = slab.free & -slab.free;
    slab.free ^= bit;
    if (slab.free === 0) {
      slabs.pop();
      slab.place = -1;
    }
    this.at = (31 - Math.clz32(bit)) * slab.size;
    this.taken += slab.size;
    this.countIdle();
    return slab;
  }

  private addSlab(slabs: Slab[], kind: number): Slab | null {
    try {
      const slab = new Slab(kind);
      slab.place = slabs.push(slab) - 1;
      this.held += slab.bytes.length;
      return slab;
    } catch {
      return null;
    }
  }

  /**
   * Frees the cell at `at`.
   * @param used The first bytes, to be zeroed; the others are zero.
   */
  give(slab: Slab, at: number, used: number): void {
    const { bytes } = slab;
    if (used > 0) bytes.fill(0, at, at + used);
    const slabs = this.open[slab.kind]!;
    slab.free |= 1 << (at / slab.size);
    if (slab.place < 0) slab.place = slabs.push(slab) - 1;
    // An empty slab is kept for the next file, unless another slab has room.
    else if (slab.free === ALL_FREE && slabs.length > 1) {
      drop(slabs, slab);
      this.held -= bytes.length;
    }
    this.taken -= slab.size;
    this.countIdle();
  }

  /** Charges idle memory: half of the slabs and SPARE bytes more are free, the rest counts as if taken. */
  private countIdle(): void {
    const idle = Math.max(0, this.held / 2 - SPARE - this.taken);
    if (idle === this.idle) return;
    this.space.used += idle - this.idle;
    this.idle = idle;
  }
}

/** Removes an empty slab; the last one moves to its index. */
function drop(slabs: Slab[], slab: Slab): void {
  const last = slabs.pop()!;
  if (last === slab) return;
  slabs[slab.place] = last;
  last.place = slab.place;
}

/** Returns the size of the cell that `take(size)` returns. */
export function cellFor(size: number): number {
  return sizeOf(kindOf(size));
}

/** Returns the size of the largest cell within `size` bytes; 0 if there is none. */
export function cellWithin(size: number): number {
  const kind = kindOf(Math.min(size, LARGEST_CELL));
  if (sizeOf(kind) <= size) return sizeOf(kind);
  return kind > 0 ? sizeOf(kind - 1) : 0;
}

/** 64, 96, 128, 192, 256, … bytes. */
function sizeOf(kind: number): number {
  return ((kind & 1) === 0 ? SMALLEST_CELL : SMALLEST_CELL * 1.5) << (kind >>> 1);
}

/** Returns the smallest kind with at least `size` bytes. */
function kindOf(size: number): number {
  if (size <= SMALLEST_CELL) return 0;
  // size is above 2^power, and not above 2^(power + 1).
  const power = 31 - Math.clz32(size - 1);
  const kind = 2 * (power - 6);
  return size <= 1.5 * 2 ** power ? kind + 1 : kind + 2;
}
