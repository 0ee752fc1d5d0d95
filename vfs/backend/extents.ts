// Data and holes of a file (lseek(2) SEEK_DATA, SEEK_HOLE), for callers that copy sparse files.
import { E } from '../linux/errno.ts';
import type { Backend } from './backend.ts';
import type { Inode } from './inode.ts';

/** lseek(2) SEEK_DATA: the first offset ≥ `offset` that has data; −ENXIO if none follows. */
export function seekData(backend: Backend, inode: Inode, handle: number, offset: number): number {
  if (backend.seekData !== undefined) return backend.seekData(inode, handle, offset);
  return offset < backend.size(inode) ? offset : -E.ENXIO;
}

/** lseek(2) SEEK_HOLE: the first offset ≥ `offset` in a hole, or the file's size; −ENXIO from the size on. */
export function seekHole(backend: Backend, inode: Inode, handle: number, offset: number): number {
  if (backend.seekHole !== undefined) return backend.seekHole(inode, handle, offset);
  const size = backend.size(inode);
  return offset < size ? size : -E.ENXIO;
}

/**
 * Iterates over the extents of a file that hold data, in ascending order: the parts that a copy has to read. The file
 * may change meanwhile: each step asks the backend again, and always moves forward.
 *
 *     const extents = new Extents(backend, inode, handle, 0, size);
 *     while (extents.next()) copy(extents.start, extents.end);
 *     if (extents.errno !== 0) return extents.errno;
 */
export class Extents {
  /** The extent is [start, end), in bytes from the beginning of the file. */
  start: number;
  end: number;
  /** The errno that ended the iteration; 0 at its regular end. */
  errno = 0;
  private readonly backend: Backend;
  private readonly inode: Inode;
  private readonly handle: number;
  private readonly to: number;

  /**
   * @param handle Open for reading.
   * @param from First offset, in bytes.
   * @param to End, in bytes: extents beyond it are cut off or left out.
   */
  constructor(backend: Backend, inode: Inode, handle: number, from: number, to: number) {
    this.backend = backend;
    this.inode = inode;
    this.handle = handle;
    this.start = this.end = from;
    this.to = to;
  }

  /** Moves to the next extent; false after the last one, and on an error. */
  next(): boolean {
    const { backend, inode, handle, to } = this;
    if (this.errno !== 0 || this.end >= to) return false;
    const start = seekData(backend, inode, handle, this.end);
    if (start < 0) return this.ended(start);
    if (start >= to) return this.ended(-E.ENXIO);
    const end = seekHole(backend, inode, handle, start);
    if (end < 0) return this.ended(end);
    this.start = start;
    // A file that was truncated meanwhile may now have a hole at `start`.
    this.end = end > start ? Math.min(end, to) : to;
    return true;
  }

  private ended(negative: number): false {
    this.start = this.end = this.to;
    if (negative !== -E.ENXIO) this.errno = -negative;
    return false;
  }
}
