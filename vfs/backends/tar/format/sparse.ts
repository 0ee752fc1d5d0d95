// Parses the maps of sparse files: GNU old format, pax 0.0, 0.1 and 1.0.
import { octal, type Header } from './block.ts';
import { Sparse } from './data.ts';
import type { Limits } from './limits.ts';
import { decimal, decodeUtf8 } from './pax.ts';
import type { PaxHeaders } from './pax-headers.ts';
import { padded } from './size.ts';

/** The extents of a sparse file: pairs of offset and length. */
type SparseMap = number[];

const NEWLINE = 0x0a;
/** The number of digits of 2^64. */
const DIGITS = 20;

/** Extents of the old GNU format: four in the header, 21 in each extension block. */
const [IN_HEADER, IN_BLOCK] = [4, 21];
const [HEADER_MAP, HEADER_MORE, HEADER_SIZE] = [386, 482, 483];
const BLOCK_MORE = 504;
const EXTENT = 24;

/**
 * Reads a sparse file of the old GNU format (sparse.c, oldgnu_get_sparse_info).
 * @param next Returns the next block of the archive, or null at its end.
 * @param body Returns the member's data, of the size in its header.
 * @returns null if its map is invalid, or does not fit the data.
 */
export function oldGnuSparse(
  header: Header,
  next: () => Uint8Array | null,
  body: () => Uint8Array,
  limits: Limits,
): Sparse | null {
  const { block } = header;
  const map: SparseMap = [];
  let isMore = addExtents(map, block, HEADER_MAP, IN_HEADER) && block[HEADER_MORE] !== 0;
  while (isMore) {
    const extension = next();
    if (extension === null) return null;
    if (map.length > 2 * limits.left('maxExtents')) throw limits.exceeded('maxExtents');
    isMore = addExtents(map, extension, 0, IN_BLOCK) && extension[BLOCK_MORE] !== 0;
  }
  return placed(map, octal(block, HEADER_SIZE, HEADER_SIZE + 12), body(), limits);
}

/** Reads extents; returns false at an empty one. An invalid number is NaN in the map. */
function addExtents(map: SparseMap, block: Uint8Array, from: number, count: number): boolean {
  for (let at = from; at < from + count * EXTENT; at += EXTENT) {
    if (block[at + 12] === 0) return false;
    map.push(octal(block, at, at + 12), octal(block, at + 12, at + 24));
  }
  return true;
}

/**
 * Reads a sparse file of a pax archive, as GNU tar writes it in versions 0.0, 0.1 and 1.0. Returns null if its map is
 * invalid, or does not fit the data.
 */
export function paxSparse(records: PaxHeaders, body: Uint8Array, limits: Limits): Sparse | null {
  const [major, minor] = [records.text('GNU.sparse.major') ?? '0', records.text('GNU.sparse.minor') ?? '0'];
  const size = decimal(records.text('GNU.sparse.realsize') ?? records.text('GNU.sparse.size') ?? '');
  if (decimal(major) === 1 && decimal(minor) === 0) {
    const map: SparseMap = [];
    const at = mapInBody(map, body, limits);
    return at < 0 ? null : placed(map, size, body.subarray(at), limits);
  }
  if (decimal(major) !== 0) return null;
  const text = records.text('GNU.sparse.map');
  const map = text === null ? records.map : text.split(',', most(limits)).map(decimal);
  const count = records.text('GNU.sparse.numblocks');
  return count === null || decimal(count) * 2 !== map.length ? null : placed(map, size, body, limits);
}

/** Returns the limit of numbers parsed from a map: one pair beyond the limit is enough to refuse it. */
function most(limits: Limits): number {
  return Math.min(2 * limits.left('maxExtents') + 2, 2 ** 31);
}

/**
 * Reads the map of version 1.0: lines of decimal numbers before the data, first the number of pairs. Returns the offset
 * of the data; −1 if the map is invalid.
 */
function mapInBody(map: SparseMap, body: Uint8Array, limits: Limits): number {
  let at = 0;
  const line = (): number => {
    const end = body.subarray(0, at + DIGITS + 1).indexOf(NEWLINE, at);
    const value = end < 0 ? NaN : decimal(decodeUtf8(body.subarray(at, end)) ?? '');
    at = end + 1;
    return value;
  };
  const count = line() * 2;
  if (count > 2 * limits.left('maxExtents')) throw limits.exceeded('maxExtents');
  while (map.length < count && at > 0) map.push(line());
  return map.length === count && at > 0 ? Math.min(body.length, padded(at)) : -1;
}

/**
 * Places the extents, each of which begins at a block of the data. Returns null if they are out of order, overlap, or
 * exceed the file or the data. A trailing hole may be missing from the map, as bsdtar writes it; GNU tar unpacks such a
 * file too short.
 * @throws Error if there are more extents than the limit.
 */
function placed(map: SparseMap, size: number, body: Uint8Array, limits: Limits): Sparse | null {
  limits.use('maxExtents', map.length / 2);
  if (!Number.isSafeInteger(size) || map.length % 2 !== 0) return null;
  const begins: number[] = [];
  const parts: Uint8Array[] = [];
  let before = 0;
  let at = 0;
  for (let i = 0; i < map.length; i += 2) {
    const [offset, length] = [map[i]!, map[i + 1]!];
    if (!(offset >= before && offset + length <= size)) return null;
    before = offset + length;
    if (length === 0) {
      // An empty last pair carries the size.
      if (i + 2 === map.length && offset !== size) return null;
      continue;
    }
    if (at + length > body.length) return null;
    begins.push(offset);
    parts.push(body.subarray(at, at + length));
    at += padded(length);
  }
  return new Sparse(size, begins, parts);
}
