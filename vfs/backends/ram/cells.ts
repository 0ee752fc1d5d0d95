// A slab allocator for small files: cells of power-of-two and half-way sizes in shared ArrayBuffers.
import type { Space } from '../../backend/space.ts';

/** The largest cell, in bytes. What is larger is worth an ArrayBuffer of its own. */
export const LARGEST_CELL = 2048;
/** The smallest one. */
const SMALLEST_CELL = 64;
/** Cells of a slab: one bit each. */
const CELLS = 32;
/** Bits of a slab with nothing in it. */
const ALL_FREE = -1;

/** Free cells, in bytes, that count for nothing beside as many that are taken. */
const SPARE = 1 << 18;

/** A buffer that is cut into cells of one size. */
export class Slab {
  readonly bytes: Uint8Array;
  /** Bytes of a cell. */
  readonly size: number;
  readonly kind: number;
  /** A bit for each cell that nobody has. */
  free = ALL_FREE;
  /** Where it is among the slabs of its kind with free cells; −1 when it has none. */
  place = -1;

  /** @throws RangeError when there is no memory. */
  constructor(kind: number) {
    this.kind = kind;
    this.size = sizeOf(kind);
    this.bytes = new Uint8Array(CELLS * this.size);
  }
}

/**
 * Memory for small pieces of data. An ArrayBuffer costs one to two microseconds and some 500 bytes beside its own,
 * whatever its size, and makes the collector run the more often; so small pieces share buffers. Sizes are powers of two
 * and those half-way between. All bytes of a cell that nobody has are zero.
 */
export class Cells {
  readonly space: Space;
  /** Of each kind the slabs that have free cells. */
  private readonly open: Slab[][] = [];
  /** Where the cell begins that was taken last. */
  at = 0;
  /** Bytes of all slabs, and of the cells in them that are taken. */
  private held = 0;
  private taken = 0;
  /** What counts of the free ones. */
  private idle = 0;

  constructor(space: Space) {
    this.space = space;
  }

  /**
   * A slab with a cell of at least `size` bytes, now the caller's, from `at` on; null when there is no memory. The cell
   * itself is for the caller to count; slabs that are mostly free, as a guest can make them, are counted here.
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

  /** Gives the cell at `at` back; all but its first `used` bytes are zero. */
  give(slab: Slab, at: number, used: number): void {
    const { bytes } = slab;
    if (used > 0) bytes.fill(0, at, at + used);
    const slabs = this.open[slab.kind]!;
    slab.free |= 1 << (at / slab.size);
    if (slab.place < 0) slab.place = slabs.push(slab) - 1;
    // One that is empty is kept for the next file, unless another has room for it.
    else if (slab.free === ALL_FREE && slabs.length > 1) {
      drop(slabs, slab);
      this.held -= bytes.length;
    }
    this.taken -= slab.size;
    this.countIdle();
  }

  /** Half of the slabs may lie idle, and a little more: what there is beyond counts, as if it were taken. */
  private countIdle(): void {
    const idle = Math.max(0, this.held / 2 - SPARE - this.taken);
    if (idle === this.idle) return;
    this.space.used += idle - this.idle;
    this.idle = idle;
  }
}

/** Forgets an empty slab; the last one takes its place. */
function drop(slabs: Slab[], slab: Slab): void {
  const last = slabs.pop()!;
  if (last === slab) return;
  slabs[slab.place] = last;
  last.place = slab.place;
}

/** The size of the cell that `take(size)` gives. */
export function cellFor(size: number): number {
  return sizeOf(kindOf(size));
}

/** The largest cell of at most `size` bytes; 0 when there is none. */
export function cellWithin(size: number): number {
  const kind = kindOf(Math.min(size, LARGEST_CELL));
  if (sizeOf(kind) <= size) return sizeOf(kind);
  return kind > 0 ? sizeOf(kind - 1) : 0;
}

/** 64, 96, 128, 192, 256, … bytes. */
function sizeOf(kind: number): number {
  return ((kind & 1) === 0 ? SMALLEST_CELL : SMALLEST_CELL * 1.5) << (kind >>> 1);
}

/** The smallest kind with that many bytes. */
function kindOf(size: number): number {
  if (size <= SMALLEST_CELL) return 0;
  // size is above 2^power, and not above 2^(power + 1).
  const power = 31 - Math.clz32(size - 1);
  const kind = 2 * (power - 6);
  return size <= 1.5 * 2 ** power ? kind + 1 : kind + 2;
}
