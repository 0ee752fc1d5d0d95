// Copies the content of one file, and keeps its holes.
import { Extents } from '../../vfs/backend/extents.ts';
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { Attributes, Handle } from './handle.ts';
import { BLOCK, dataIn } from './holes.ts';
import { insideOf, type Inside } from '../../vfs/connect/inside.ts';

/** Size of the copy buffer, in bytes. */
const CHUNK = 1 << 20;
/** A smaller file may be stored in its inode and have no blocks. */
const LARGE = 64 << 10;
const chunk = new Uint8Array(CHUNK);

/** The copy of one file's content. */
class ContentCopy {
  /** The current offset. */
  done = 0;
  /** The end of the written data. */
  end = 0;
  private readonly source: Handle;
  private readonly copy: Handle;
  private readonly hasHoles: boolean;
  private readonly moved: (count: number) => void;
  /** Upper bound of the source's remaining data, in bytes. */
  private left: number;

  /** @param data Upper bound of the source's data, in bytes. */
  constructor(source: Handle, copy: Handle, hasHoles: boolean, data: number, moved: (count: number) => void) {
    this.source = source;
    this.copy = copy;
    this.hasHoles = hasHoles;
    this.left = data;
    this.moved = moved;
  }

  /** Marks the rest as a hole. */
  get isDone(): boolean {
    return this.left <= 0;
  }

  /** Skips a hole of the source. */
  skipTo(offset: number): void {
    this.moved(offset - this.done);
    this.done = offset;
  }

  /** Copies up to an offset; false if the source ends before it. */
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
 * Copies the content to an empty file and keeps holes. A file that is too large fails at once; an interrupted copy is
 * as long as the data written so far, as with cp(1).
 * @param source Open for reading.
 * @param moved Called with the number of bytes done, holes included.
 */
export function pour(source: Handle, { size, blocks }: Attributes, copy: Handle, moved: (count: number) => void): void {
  if (size > CHUNK) {
    copy.setSize(size);
    copy.setSize(0);
  }
  const hasHoles = blocks * 512 < size;
  const inside = insideOf(source.at.client, source.fid);
  const counts = hasHoles && size >= LARGE && inside?.backend.countsBlocks?.(inside.inode) === true;
  const content = new ContentCopy(source, copy, hasHoles, counts ? blocks * 512 : Infinity, moved);
  if (copyExtents(source, inside, size, content)) {
    // Another process may have appended to it; and files below /proc have size 0.
    content.skipTo(size);
    if (!counts) content.copyTo(Infinity);
  }
  // The file ends with a hole.
  if (content.done !== content.end) copy.setSize(content.done);
}

/** Copies the data ranges of the source; false if it ends before its size. */
function copyExtents(source: Handle, inside: Inside | null, size: number, content: ContentCopy): boolean {
  if (inside === null) return content.copyTo(size);
  const extents = new Extents(inside.backend, inside.inode, inside.handle, 0, size);
  while (!content.isDone && extents.next()) {
    content.skipTo(extents.start);
    if (!content.copyTo(extents.end)) return false;
  }
  if (extents.errno !== 0) throw fsError(extents.errno, 'cp', source.side);
  return true;
}
