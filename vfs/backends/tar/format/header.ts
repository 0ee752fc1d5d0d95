// Writes the header blocks of a member: ustar, with pax records where ustar has no room.
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { bytesOf } from '../../../lib/utf8.ts';
import { formatPax, formatTime, type PaxTime } from './pax.ts';
import { escapeName } from './pax-headers.ts';
import { BLOCK, padded } from './size.ts';

/** The attributes of a member to write. */
export interface Meta {
  /** Relative to the root of the archive; a directory has a trailing slash. */
  path: string;
  /** The target of a link; '' for all other kinds. */
  target: string;
  /** S_IFMT bits; 0 for a hard link. */
  kind: number;
  perm: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  mtime: PaxTime;
  xattrs: ReadonlyMap<string, Uint8Array> | null;
  /** For a file stored sparse: the bytes that follow the header, with the map. Otherwise null. */
  stored: number | null;
}

const TYPES: Readonly<Record<number, string>> = {
  0: '1',
  [S_IFREG]: '0',
  [S_IFLNK]: '2',
  [S_IFCHR]: '3',
  [S_IFBLK]: '4',
  [S_IFDIR]: '5',
  [S_IFIFO]: '6',
};

/** The largest numbers of 7 and of 11 octal digits. */
const ID_MAX = 0o7777777;
const LARGE_MAX = 0o77777777777;
const NAME_SIZE = 100;

/** True if a tar can hold this kind of file: all but sockets. */
export function canHold(kind: number): boolean {
  return TYPES[kind] !== undefined;
}

/** Returns the header blocks of a member: ustar, after a pax extended header for values that do not fit. */
export function headersOf(meta: Meta): Uint8Array {
  const records = recordsOf(meta);
  if (records.size === 0) return ustar(meta, TYPES[meta.kind]!);
  const pax = formatPax(records);
  const blocks = new Uint8Array(BLOCK + padded(pax.length) + BLOCK);
  const name = meta.path.slice(meta.path.lastIndexOf('/', meta.path.length - 2) + 1) || '.';
  const extended = { ...meta, path: `PaxHeaders/${name}`, target: '', perm: 0o644, size: pax.length };
  blocks.set(ustar(extended, 'x'));
  blocks.set(pax, BLOCK);
  // A reader without support for sparse files extracts a file of another name, with the map and the data.
  const own = meta.stored === null ? meta : { ...meta, path: `GNUSparseFile.0/${name}`, size: meta.stored };
  blocks.set(ustar(own, TYPES[meta.kind]!), blocks.length - BLOCK);
  return blocks;
}

/**
 * Returns the map of a sparse file in pax format 1.0 of GNU tar: one number a line, first the number of pairs; an empty
 * last pair marks the end of the file.
 */
export function mapOf(extents: readonly number[], size: number): Uint8Array {
  const lines = [extents.length / 2];
  for (let i = 0; i < extents.length; i += 2) lines.push(extents[i]!, extents[i + 1]! - extents[i]!);
  if (extents.at(-1) !== size) {
    lines[0]!++;
    lines.push(size, 0);
  }
  const map = bytesOf(`${lines.join('\n')}\n`);
  const blocks = new Uint8Array(padded(map.length));
  blocks.set(map);
  return blocks;
}

function recordsOf({ path, target, size, uid, gid, mtime, xattrs, stored }: Meta): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  const add = (keyword: string, value: string) => records.set(keyword, bytesOf(value));
  if (stored === null && bytesOf(path).length > NAME_SIZE) add('path', path);
  if (bytesOf(target).length > NAME_SIZE) add('linkpath', target);
  if (stored !== null) {
    add('GNU.sparse.major', '1');
    add('GNU.sparse.minor', '0');
    add('GNU.sparse.name', path);
    add('GNU.sparse.realsize', String(size));
  }
  if ((stored ?? size) > LARGE_MAX) add('size', String(stored ?? size));
  if (uid > ID_MAX) add('uid', String(uid));
  if (gid > ID_MAX) add('gid', String(gid));
  if (mtime.nsec !== 0 || mtime.sec < 0 || mtime.sec > LARGE_MAX) add('mtime', formatTime(mtime));
  for (const [name, value] of xattrs ?? []) records.set(`SCHILY.xattr.${escapeName(name)}`, value);
  return records;
}

/** Returns a header block; a number that does not fit is 0, and is in the extended header. */
function ustar({ path, target, perm, uid, gid, rdev, size, mtime }: Meta, type: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (at: number, length: number, value: string) => {
    block.set(bytesOf(value).subarray(0, length), at);
  };
  const octal = (at: number, digits: number, value: number) => {
    const fits = value >= 0 && value < 8 ** digits;
    text(at, digits, (fits ? value : 0).toString(8).padStart(digits, '0'));
  };
  text(0, NAME_SIZE, path);
  octal(100, 7, perm);
  octal(108, 7, uid);
  octal(116, 7, gid);
  octal(124, 11, size);
  octal(136, 11, mtime.sec);
  text(148, 8, '        ');
  text(156, 1, type);
  text(157, NAME_SIZE, target);
  text(257, 8, 'ustar\x0000');
  octal(329, 7, Math.floor(rdev / 256) % 4096);
  octal(337, 7, (rdev % 256) + Math.floor(rdev / 2 ** 20) * 256);
  // The checksum, computed with blanks in its place: six digits, NUL, blank.
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(148, 6, sum);
  block[154] = 0;
  return block;
}
