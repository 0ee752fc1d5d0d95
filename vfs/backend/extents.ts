import { E } from '../linux/errno.ts';
import type { Backend } from './backend.ts';
import type { Inode } from './inode.ts';

/** lseek(2), SEEK_DATA: the first offset from `offset` on that has data; −ENXIO when none follows. */
export function seekData(backend: Backend, inode: Inode, handle: number, offset: number): number {
  if (backend.seekData !== undefined) return backend.seekData(inode, handle, offset);
  return offset < backend.size(inode) ? offset : -E.ENXIO;
}

/** lseek(2), SEEK_HOLE: the first offset from `offset` on that has none, at most the file's size; −ENXIO beyond it. */
export function seekHole(backend: Backend, inode: Inode, handle: number, offset: number): number {
  if (backend.seekHole !== undefined) return backend.seekHole(inode, handle, offset);
  const size = backend.size(inode);
  return offset < size ? size : -E.ENXIO;
}

/**
 * The extents of a file that hold data, in order: what a copy has to read. One object serves for all of them. The file
 * may change meanwhile: each step asks anew, and goes forward.
 *
 *     const extents = new Extents(backend, inode, handle, 0, size);
 *     while (extents.next()) copy(extents.start, extents.end);
 *     if (extents.errno !== 0) return extents.errno;
 */
export class Extents {
  /** Where the extent begins and ends, in bytes from the beginning of the file. */
  start: number;
  end: number;
  /** Why there is no next one: 0, or the errno of the backend. */
  errno = 0;
  private readonly backend: Backend;
  private readonly inode: Inode;
  private readonly handle: number;
  private readonly to: number;

  /** Those between `from` and `to`, of a file that is open for reading. */
  constructor(backend: Backend, inode: Inode, handle: number, from: number, to: number) {
    this.backend = backend;
    this.inode = inode;
    this.handle = handle;
    this.start = this.end = from;
    this.to = to;
  }

  /** Moves to the next one; false after the last, and on an error. */
  next(): boolean {
    const { backend, inode, handle, to } = this;
    if (this.errno !== 0 || this.end >= to) return false;
    const start = seekData(backend, inode, handle, this.end);
    if (start < 0) return this.ended(start);
    if (start >= to) return this.ended(-E.ENXIO);
    const end = seekHole(backend, inode, handle, start);
    if (end < 0) return this.ended(end);
    this.start = start;
    // A file that others cut meanwhile may have its hole where its data was.
    this.end = end > start ? Math.min(end, to) : to;
    return true;
  }

  private ended(negative: number): false {
    this.start = this.end = this.to;
    if (negative !== -E.ENXIO) this.errno = -negative;
    return false;
  }
}
