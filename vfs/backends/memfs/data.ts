// Reads, writes and truncation of the Buffer of a memfs node.
import { E } from '../../linux/errno.ts';
import type { CoreBuffer, CoreNode } from './core.ts';

/** The largest file, in bytes: memfs has one Buffer per file, and Node 20 has none of 4 GiB. */
export const FILE_MAX = 0xffff_ffff;

/** Up to this many bytes a loop is faster than a copy through a view. */
const LOOP = 16;

interface BufferClass {
  alloc(size: number): CoreBuffer;
}

/** Returns the class of the volume's buffers, whose methods memfs uses to read the data. */
function bufferClass(node: CoreNode): BufferClass {
  return node.buf.constructor as unknown as BufferClass;
}

/** Reads at `offset` into u8[start, end). Returns the number of bytes. */
export function readData(node: CoreNode, offset: number, u8: Uint8Array, start: number, end: number): number {
  const { size, buf } = node;
  if (offset >= size) return 0;
  const count = Math.min(end - start, size - offset);
  if (count <= LOOP) for (let i = 0; i < count; i++) u8[start + i] = buf[offset + i]!;
  else u8.set(buf.subarray(offset, offset + count), start);
  return count;
}

/**
 * Writes u8[start, end) at `offset`; a gap before it becomes zeros.
 * @param room Bytes by which the volume lets the file grow: no more is allocated ahead.
 * @returns The number of bytes; or −EFBIG, −ENOSPC.
 */
export function writeData(
  node: CoreNode,
  offset: number,
  u8: Uint8Array,
  start: number,
  end: number,
  room: number,
): number {
  const { size } = node;
  const count = Math.min(end - start, FILE_MAX - offset);
  if (count <= 0) return -E.EFBIG;
  const after = offset + count;
  if (after > node.capacity) {
    const errno = grow(node, after, Math.min(Math.max(node.capacity * 2, 64), size + room));
    if (errno !== 0) return -errno;
  }
  const { buf } = node;
  if (offset > size) buf.fill(0, size, offset);
  if (count <= LOOP) for (let i = 0; i < count; i++) buf[offset + i] = u8[start + i]!;
  else buf.set(start === 0 && end === u8.length ? u8 : u8.subarray(start, start + count), offset);
  if (after > size) node.size = after;
  return count;
}

/** ftruncate(2). Returns 0, EFBIG or ENOSPC. */
export function truncateData(node: CoreNode, size: number): number {
  if (size > FILE_MAX) return E.EFBIG;
  if (size > node.capacity) {
    const errno = grow(node, size, size);
    if (errno !== 0) return errno;
  } else if (size > node.size) node.buf.fill(0, node.size, size);
  // memfs would keep the larger buffer.
  else if (size * 4 < node.capacity && node.capacity > 4096) shrink(node, size);
  node.size = size;
  return 0;
}

/** Frees the data of a file. */
export function freeData(node: CoreNode): void {
  node.buf = bufferClass(node).alloc(0);
  node.capacity = 0;
  node.size = 0;
}

/** Moves the data to a larger buffer, zero-filled: of `wanted` bytes, or if that fails of `needed`. */
function grow(node: CoreNode, needed: number, wanted: number): number {
  const capacity = Math.min(Math.max(needed, wanted), FILE_MAX);
  const buf = allocate(node, capacity) ?? allocate(node, needed);
  if (buf === null) return E.ENOSPC;
  if (node.size > 0) buf.set(node.buf.subarray(0, node.size));
  node.buf = buf;
  node.capacity = buf.length;
  return 0;
}

function allocate(node: CoreNode, size: number): CoreBuffer | null {
  try {
    return bufferClass(node).alloc(size);
  } catch {
    return null; // RangeError: more than this runtime can give
  }
}

function shrink(node: CoreNode, size: number): void {
  const buf = bufferClass(node).alloc(size);
  buf.set(node.buf.subarray(0, size));
  node.buf = buf;
  node.capacity = size;
}
