// Copies, rewrites and compares file data between layers, holes skipped.
import { O_NOATIME, O_RDONLY, O_RDWR, O_WRONLY, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import { Extents } from '../../../backend/extents.ts';
import type { Inode } from '../../../backend/inode.ts';
import { setSize } from './layer.ts';
import type { Resumable } from './resumable.ts';

/** Bytes of one read or write. */
const PIECE = 1 << 20;

/** A file in a layer. */
export interface LayerFile {
  backend: Backend;
  inode: Inode;
}

/** A file with an open handle. */
interface OpenLayerFile extends LayerFile {
  handle: number;
}

/**
 * Copies the first `length` bytes of a file into an empty one, one piece per step; holes stay holes. The size is set
 * first, so that EFBIG comes before any read.
 * @returns 0 or an errno.
 * @throws The errors of the layers.
 */
export function* copyData(from: LayerFile, to: LayerFile, length: number): Resumable<number> {
  const size = Math.min(from.backend.size(from.inode), length);
  if (size === 0) return 0;
  const errno = setSize(to.backend, to.inode, size);
  if (errno !== 0) return errno;
  return yield* opened(from, O_RDONLY, (source) => opened(to, O_WRONLY, (target) => copyExtents(source, target, size)));
}

/**
 * Makes the content of one file equal to another's, holes included; equal pieces are not written.
 * @returns 0 or an errno: EINVAL if either is not a regular file.
 * @throws The errors of the layers.
 */
export function* rewriteData(from: LayerFile, to: LayerFile): Resumable<number> {
  // Another process may have replaced either file: never truncate anything but a regular file.
  if (from.inode.kind !== S_IFREG || to.inode.kind !== S_IFREG) return E.EINVAL;
  const size = from.backend.size(from.inode);
  if (to.backend.size(to.inode) !== size) {
    const errno = setSize(to.backend, to.inode, size);
    if (errno !== 0) return errno;
  }
  return yield* opened(from, O_RDONLY, (source) => opened(to, O_RDWR, (target) => rewrite(source, target, size)));
}

/** Runs a step with an open handle; reading does not move the atime. */
function* opened(file: LayerFile, flags: number, step: (open: OpenLayerFile) => Resumable<number>): Resumable<number> {
  const handle = file.backend.open(file.inode, flags === O_RDONLY ? O_NOATIME : flags);
  if (handle < 0) return -handle;
  try {
    return yield* step({ ...file, handle });
  } finally {
    file.backend.closeHandle(file.inode, handle);
  }
}

function extentsOf({ backend, inode, handle }: OpenLayerFile, from: number, to: number): Extents {
  return new Extents(backend, inode, handle, from, to);
}

/** Copies the data of the first `size` bytes into a file of this size that has none. */
function* copyExtents(from: OpenLayerFile, to: OpenLayerFile, size: number): Resumable<number> {
  const piece = new Uint8Array(Math.min(PIECE, size));
  const extents = extentsOf(from, 0, size);
  while (extents.next()) {
    for (let at = extents.start; at < extents.end;) {
      const count = fill(from, at, piece, extents.end);
      if (count < 0) return -count;
      // Truncated meanwhile.
      if (count === 0) return setSize(to.backend, to.inode, at);
      // Not every layer reports its holes.
      if (!isZero(piece, count)) {
        const errno = writeAll(to, at, piece, count);
        if (errno !== 0) return errno;
      }
      at += count;
      yield;
    }
  }
  return extents.errno;
}

/** Rewrites a file of the same size. */
function* rewrite(from: OpenLayerFile, to: OpenLayerFile, size: number): Resumable<number> {
  const piece = new Uint8Array(Math.min(PIECE, size));
  const old = new Uint8Array(piece.length);
  const extents = extentsOf(from, 0, size);
  let end = 0;
  while (extents.next()) {
    const errno = yield* blank(to, end, extents.start, old);
    if (errno !== 0) return errno;
    end = extents.end;
    for (let at = extents.start; at < end;) {
      const count = fill(from, at, piece, end);
      if (count <= 0) return count === 0 ? E.EIO : -count;
      const there = fill(to, at, old, at + count);
      if (there < 0) return -there;
      if (there !== count || !equal(piece, old, count)) {
        const failed = writeAll(to, at, piece, count);
        if (failed !== 0) return failed;
      }
      at += count;
      yield;
    }
  }
  return extents.errno || (yield* blank(to, end, size, old));
}

/** Zeroes a range; bytes that are zero already are not written. */
function* blank(file: OpenLayerFile, from: number, end: number, piece: Uint8Array): Resumable<number> {
  const extents = extentsOf(file, from, end);
  while (extents.next()) {
    for (let at = extents.start; at < extents.end;) {
      const count = fill(file, at, piece, extents.end);
      if (count <= 0) return -count;
      if (!isZero(piece, count)) {
        const errno = writeAll(file, at, piece.fill(0, 0, count), count);
        if (errno !== 0) return errno;
      }
      at += count;
      yield;
    }
  }
  return extents.errno;
}

function writeAll(to: OpenLayerFile, at: number, piece: Uint8Array, count: number): number {
  for (let done = 0; done < count;) {
    const some = to.backend.write(to.inode, to.handle, at + done, piece, done, count);
    if (some < 0) return -some;
    if (some === 0) return E.ENOSPC;
    done += some;
  }
  return 0;
}

function isZero(bytes: Uint8Array, count: number): boolean {
  const words = new BigUint64Array(bytes.buffer, 0, count >>> 3);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0n) return false;
  for (let i = words.length * 8; i < count; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Compares two files; ranges that are holes in both are not read.
 * @returns 1 if they are equal, 0 if not; or −errno.
 */
export function* sameData(a: LayerFile, b: LayerFile): Resumable<number> {
  const size = a.backend.size(a.inode);
  if (b.backend.size(b.inode) !== size) return 0;
  if (size === 0) return 1;
  let same = 0;
  const errno = yield* opened(a, O_RDONLY, (first) =>
    opened(b, O_RDONLY, function* (second) {
      const result = yield* compare(first, second, size);
      same = result;
      return result < 0 ? -result : 0;
    }),
  );
  return errno === 0 ? same : -errno;
}

function* compare(a: OpenLayerFile, b: OpenLayerFile, size: number): Resumable<number> {
  const one = new Uint8Array(Math.min(PIECE, size));
  const two = new Uint8Array(one.length);
  const [mine, theirs] = [extentsOf(a, 0, size), extentsOf(b, 0, size)];
  const next = (extents: Extents, at: number): void => {
    while (extents.end <= at && extents.next());
  };
  for (let at = 0; at < size;) {
    next(mine, at);
    next(theirs, at);
    if (mine.errno !== 0 || theirs.errno !== 0) return -(mine.errno || theirs.errno);
    // At the end of a file there is no extent, and both offsets are its size.
    at = Math.max(at, Math.min(mine.start, theirs.start));
    const until = Math.min(size, at + one.length, boundary(mine, at), boundary(theirs, at));
    if (until <= at) return 1;
    const count = fill(a, at, one, until);
    if (count < 0) return count;
    const other = fill(b, at, two, until);
    if (other < 0) return other;
    if (count !== other || count === 0 || !equal(one, two, count)) return 0;
    at += count;
    yield;
  }
  return 1;
}

/** Returns the next offset after `at` where the extent begins or ends. */
function boundary({ start, end }: Extents, at: number): number {
  if (at < start) return start;
  return at < end ? end : Infinity;
}

/** Reads a full piece, at most up to `end`. Returns the number of bytes read; or −errno. */
function fill({ backend, inode, handle }: OpenLayerFile, at: number, piece: Uint8Array, end: number): number {
  const wanted = Math.min(piece.length, end - at);
  let done = 0;
  while (done < wanted) {
    const count = backend.read(inode, handle, at + done, piece, done, wanted);
    if (count < 0) return count;
    if (count === 0) break;
    done += count;
  }
  return done;
}

function equal(a: Uint8Array, b: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (a[i] !== b[i]) return false;
  return true;
}
