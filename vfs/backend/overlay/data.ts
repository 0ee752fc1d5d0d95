import { O_NOATIME, O_RDONLY, O_RDWR, O_WRONLY } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { attempt, noAttr, setSize } from './layer.ts';

/** Bytes of one read and one write. */
const PIECE = 1 << 20;

/** A file of a layer. */
export interface Source {
  backend: Backend;
  inode: Inode;
}

/**
 * Copies the first `length` bytes of a file into an empty one, piece by piece; pieces that are all zero stay holes.
 * 0 or an errno; it may throw what the layers throw.
 */
export function copyData(from: Source, to: Source, length: number): number {
  const attr = noAttr();
  const errno = from.backend.getattr(from.inode, attr);
  if (errno !== 0) return errno;
  const size = Math.min(attr.size, length);
  if (size === 0) return 0;
  // Only a hint: what a host has not written out yet, or keeps in its inode, may have no blocks.
  const sparse = attr.blocks * 512 < attr.size;
  return opened(from, O_RDONLY, (reader) =>
    opened(to, O_WRONLY, (writer) => copyPieces(from, reader, to, writer, 0, size, sparse)),
  );
}

/**
 * Makes one file hold what another does. What it has more comes first: when there is no space for that, the file is cut
 * to what it was. Pieces that are the same are not written. 0 or an errno; it may throw what the layers throw.
 */
export function rewriteData(from: Source, to: Source): number {
  const attr = noAttr();
  const failed = from.backend.getattr(from.inode, attr);
  if (failed !== 0) return failed;
  const { size } = attr;
  const before = to.backend.size(to.inode);
  const sparse = attr.blocks * 512 < size;
  return opened(from, O_RDONLY, (reader) =>
    opened(to, O_RDWR, (writer) => {
      if (size > before) {
        const errno = attempt(() => copyPieces(from, reader, to, writer, before, size, sparse));
        if (errno !== 0) attempt(() => setSize(to.backend, to.inode, before));
        if (errno !== 0) return errno;
      }
      const errno = rewritePieces(from, reader, to, writer, Math.min(size, before));
      return errno !== 0 || size >= before ? errno : setSize(to.backend, to.inode, size);
    }),
  );
}

function rewritePieces(from: Source, reader: number, to: Source, writer: number, size: number): number {
  const piece = new Uint8Array(Math.min(PIECE, size));
  const old = new Uint8Array(piece.length);
  for (let at = 0; at < size;) {
    const count = fill(from, reader, at, piece, size);
    if (count <= 0) return -count;
    const there = fill(to, writer, at, old, size);
    if (there < 0) return -there;
    if (there !== count || !equal(piece, old, count)) {
      const errno = writeAll(to, writer, at, piece, count);
      if (errno !== 0) return errno;
    }
    at += count;
  }
  return 0;
}

/** Runs a step with an open handle; what is only read is not marked as read. */
function opened(file: Source, flags: number, step: (handle: number) => number): number {
  const handle = file.backend.open(file.inode, flags === O_RDONLY ? O_NOATIME : flags);
  if (handle < 0) return -handle;
  try {
    return step(handle);
  } finally {
    file.backend.closeHandle(file.inode, handle);
  }
}

/** Copies the bytes [start, size) behind the end of a file. */
function copyPieces(
  from: Source,
  reader: number,
  to: Source,
  writer: number,
  start: number,
  size: number,
  sparse: boolean,
): number {
  const piece = new Uint8Array(Math.min(PIECE, size - start));
  let end = start;
  for (let at = start; at < size;) {
    const count = from.backend.read(from.inode, reader, at, piece, 0, Math.min(piece.length, size - at));
    if (count < 0) return -count;
    // It has become shorter meanwhile.
    if (count === 0) return at > end ? setSize(to.backend, to.inode, at) : 0;
    if (!sparse || !isZero(piece, count)) {
      const errno = writeAll(to, writer, at, piece, count);
      if (errno !== 0) return errno;
      end = at + count;
    }
    at += count;
  }
  return size > end ? setSize(to.backend, to.inode, size) : 0;
}

function writeAll(to: Source, writer: number, at: number, piece: Uint8Array, count: number): number {
  for (let done = 0; done < count;) {
    const some = to.backend.write(to.inode, writer, at + done, piece, done, count);
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

/** Whether two files hold the same bytes: 1 or 0; or −errno. */
export function sameData(a: Source, b: Source): number {
  const size = a.backend.size(a.inode);
  if (b.backend.size(b.inode) !== size) return 0;
  let same = 1;
  const errno = opened(a, O_RDONLY, (first) =>
    opened(b, O_RDONLY, (second) => {
      const one = new Uint8Array(Math.min(PIECE, size));
      const two = new Uint8Array(one.length);
      for (let at = 0; at < size && same === 1;) {
        const count = fill(a, first, at, one, size);
        if (count < 0) return -count;
        const other = fill(b, second, at, two, size);
        if (other < 0) return -other;
        if (count !== other || count === 0 || !equal(one, two, count)) same = 0;
        at += count;
      }
      return 0;
    }),
  );
  return errno === 0 ? same : -errno;
}

/** Reads a whole piece, or up to the end: the bytes read; or −errno. */
function fill(file: Source, handle: number, at: number, piece: Uint8Array, size: number): number {
  const wanted = Math.min(piece.length, size - at);
  let done = 0;
  while (done < wanted) {
    const count = file.backend.read(file.inode, handle, at + done, piece, done, wanted);
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
