// Copies the content of one file, and keeps its holes.
import { Extents } from '../../vfs/backend/extents.ts';
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { Attributes, Handle } from './handle.ts';
import { BLOCK, dataIn } from './holes.ts';
import { insideOf, type Inside } from './inside.ts';

/** Bytes that are copied at once. */
const CHUNK = 1 << 20;
/** A file of fewer bytes may be kept in its inode, and have no blocks. */
const LARGE = 64 << 10;
const chunk = new Uint8Array(CHUNK);

/** The copy of one file's content. */
class Pouring {
  /** How far it has come. */
  done = 0;
  /** The end of what was written. */
  end = 0;
  private readonly source: Handle;
  private readonly copy: Handle;
  private readonly hasHoles: boolean;
  private readonly moved: (count: number) => void;
  /** How many bytes of data the source may still have. */
  private left: number;

  /** @param data The most bytes of data that the source has. */
  constructor(source: Handle, copy: Handle, hasHoles: boolean, data: number, moved: (count: number) => void) {
    this.source = source;
    this.copy = copy;
    this.hasHoles = hasHoles;
    this.left = data;
    this.moved = moved;
  }

  /** All that follows is a hole. */
  get isDone(): boolean {
    return this.left <= 0;
  }

  /** Leaves out what is a hole in the source. */
  skipTo(offset: number): void {
    this.moved(offset - this.done);
    this.done = offset;
  }

  /** Copies up to an offset: false when the source ends before it. */
  copyTo(end: number): boolean {
    while (this.done < end && !this.isDone) {
      const count = this.source.read(this.done, chunk, Math.min(CHUNK, end - this.done));
      if (count === 0) return false;
      for (const [from, to] of this.hasHoles ? dataIn(chunk, count) : [[0, count] as const]) {
        this.copy.write(this.done + from, chunk, from, to);
        this.end = this.done + to;
        if (this.hasHoles) this.left -= Math.ceil((to - from) / BLOCK) * BLOCK;
      }
      this.done += count;
      this.moved(count);
    }
    return true;
  }
}

/**
 * Copies the content to a file that is empty. One that is too large fails at once; one that is cut off is as short as
 * what was written, as with cp(1). What has holes keeps them.
 * @param source Open for reading.
 * @param moved AttrSource of bytes that are done, holes among them.
 */
export function pour(source: Handle, { size, blocks }: Attributes, copy: Handle, moved: (count: number) => void): void {
  if (size > CHUNK) {
    copy.setSize(size);
    copy.setSize(0);
  }
  const hasHoles = blocks * 512 < size;
  const inside = insideOf(source.at.client, source.fid);
  const counts = hasHoles && size >= LARGE && inside?.backend.countsBlocks?.(inside.inode) === true;
  const pouring = new Pouring(source, copy, hasHoles, counts ? blocks * 512 : Infinity, moved);
  if (copyExtents(source, inside, size, pouring)) {
    // Others may have appended to it; and what the kernel makes up, as below /proc, has no size.
    pouring.skipTo(size);
    if (!counts) pouring.copyTo(Infinity);
  }
  // It ends with a hole.
  if (pouring.done !== pouring.end) copy.setSize(pouring.done);
}

/** Copies what the source has data for: false when it ends before its size. */
function copyExtents(source: Handle, inside: Inside | null, size: number, pouring: Pouring): boolean {
  if (inside === null) return pouring.copyTo(size);
  const extents = new Extents(inside.backend, inside.inode, inside.handle, 0, size);
  while (!pouring.isDone && extents.next()) {
    pouring.skipTo(extents.start);
    if (!pouring.copyTo(extents.end)) return false;
  }
  if (extents.errno !== 0) throw fsError(extents.errno, 'cp', source.side);
  return true;
}
