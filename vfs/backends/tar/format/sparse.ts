// Parses the maps of sparse files: GNU old format, pax 0.0, 0.1 and 1.0.
import { octal, type Header } from './block.ts';
import { Sparse } from './data.ts';
import type { Limits } from './limits.ts';
import { decimal, textOf } from './pax.ts';
import type { Records } from './records.ts';
import { padded } from './size.ts';

/** Where the data of a sparse file lies in it: pairs of an offset and a length. */
type SparseMap = number[];

const NEWLINE = 0x0a;
/** As many digits as 2^64 has. */
const DIGITS = 20;

/** Extents of the old GNU format: four in the header, 21 in each block behind it. */
const [IN_HEADER, IN_BLOCK] = [4, 21];
const [HEADER_MAP, HEADER_MORE, HEADER_SIZE] = [386, 482, 483];
const BLOCK_MORE = 504;
const EXTENT = 24;

/**
 * A sparse file of the old GNU format (sparse.c, oldgnu_get_sparse_info).
 * @param next The next block of the archive, or null at its end.
 * @param body The member's data, of the size in its header.
 * @returns Null when its map cannot be read, or is not one of this data.
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

/** Reads extents until one is empty: false then. A number that cannot be read is NaN in the map. */
function addExtents(map: SparseMap, block: Uint8Array, from: number, count: number): boolean {
  for (let at = from; at < from + count * EXTENT; at += EXTENT) {
    if (block[at + 12] === 0) return false;
    map.push(octal(block, at, at + 12), octal(block, at + 12, at + 24));
  }
  return true;
}

/**
 * A sparse file of a pax archive, as GNU tar writes it in versions 0.0, 0.1 and 1.0. Null when its map cannot be read,
 * or is not one of this data.
 */
export function paxSparse(records: Records, body: Uint8Array, limits: Limits): Sparse | null {
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

/** How many numbers of a map are looked at: a pair more than may be is enough to refuse it. */
function most(limits: Limits): number {
  return Math.min(2 * limits.left('maxExtents') + 2, 2 ** 31);
}

/** Version 1.0: lines of decimal numbers before the data, the first of which counts the pairs. Where the data begins. */
function mapInBody(map: SparseMap, body: Uint8Array, limits: Limits): number {
  let at = 0;
  const line = (): number => {
    const end = body.subarray(0, at + DIGITS + 1).indexOf(NEWLINE, at);
    const value = end < 0 ? NaN : decimal(textOf(body.subarray(at, end)) ?? '');
    at = end + 1;
    return value;
  };
  const count = line() * 2;
  if (count > 2 * limits.left('maxExtents')) throw limits.exceeded('maxExtents');
  while (map.length < count && at > 0) map.push(line());
  return map.length === count && at > 0 ? Math.min(body.length, padded(at)) : -1;
}

/**
 * The extents, each of which begins with a block of the data. Null for what is out of order, outside or not there.
 * A hole at the end that the map says nothing of is there, as bsdtar writes it; GNU tar unpacks such a file too short.
 * @throws Error for more extents than the limits allow.
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
      // Such a last pair tells the size.
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
