import { Extents } from '../vfs/backend/extents.ts';
import { fsError } from '../vfs/fs/errors.ts';
import type { Attributes, Handle } from './handle.ts';
import { dataIn } from './holes.ts';
import { insideOf } from './inside.ts';

/** Bytes that are copied at once. */
const CHUNK = 1 << 20;
const chunk = new Uint8Array(CHUNK);

/** The copy of one file's content. */
class Pouring {
  /** How far it has come. */
  done = 0;
  private readonly source: Handle;
  private readonly copy: Handle;
  private readonly hasHoles: boolean;
  private readonly moved: (count: number) => void;

  constructor(source: Handle, copy: Handle, hasHoles: boolean, moved: (count: number) => void) {
    this.source = source;
    this.copy = copy;
    this.hasHoles = hasHoles;
    this.moved = moved;
  }

  /** Leaves out what is a hole in the source. */
  skipTo(offset: number): void {
    this.moved(offset - this.done);
    this.done = offset;
  }

  /** Copies up to an offset: false when the source ends before it. */
  copyTo(end: number): boolean {
    while (this.done < end) {
      const count = this.source.read(this.done, chunk, Math.min(CHUNK, end - this.done));
      if (count === 0) return false;
      for (const [from, to] of this.hasHoles ? dataIn(chunk, count) : [[0, count] as const]) {
        this.copy.write(this.done + from, chunk, from, to);
      }
      this.done += count;
      this.moved(count);
    }
    return true;
  }
}

/**
 * Copies the content to a file that is empty. Its size is set first, so that one that is too large fails at once; what
 * has holes keeps them, as with cp(1).
 * @param source Open for reading.
 * @param moved Told of bytes that are done, holes among them.
 */
export function pour(source: Handle, { size, blocks }: Attributes, copy: Handle, moved: (count: number) => void): void {
  if (size > 0) copy.setSize(size);
  const pouring = new Pouring(source, copy, blocks * 512 < size, moved);
  if (copyExtents(source, size, pouring)) {
    // Others may have appended to it; and what the kernel makes up, as below /proc, has no size.
    pouring.skipTo(size);
    pouring.copyTo(Infinity);
  }
  if (pouring.done !== size) copy.setSize(pouring.done);
}

/** Copies what the source has data for: false when it ends before its size. */
function copyExtents(source: Handle, size: number, pouring: Pouring): boolean {
  const inside = insideOf(source.at.client, source.fid);
  if (inside === null) return pouring.copyTo(size);
  const extents = new Extents(inside.backend, inside.inode, inside.handle, 0, size);
  while (extents.next()) {
    pouring.skipTo(extents.start);
    if (!pouring.copyTo(extents.end)) return false;
  }
  if (extents.errno !== 0) throw fsError(extents.errno, 'cp', source.side);
  return true;
}
