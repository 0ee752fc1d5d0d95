import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../9p/constants.ts';
import type { PaxRecords, Time } from './pax.ts';
import { parseTime, textOf } from './pax.ts';

/** `kind` of an entry that is another name of an earlier one. */
export const HARD_LINK = 0;

/** One member of an archive, its extended headers applied. */
export interface TarEntry {
  /** As it is stored; null when it is not UTF-8. */
  name: string | null;
  /** The name to be shown to a person, whatever its bytes are. */
  shown: string;
  /** What a link leads to; null when it is not UTF-8. */
  target: string | null;
  /** S_IFMT bits, or HARD_LINK. */
  kind: number;
  /** Permission bits. */
  perm: number;
  uid: number;
  gid: number;
  /** makedev(3) number of a device. */
  rdev: number;
  mtime: Time;
  /** Only in extended headers. */
  atime: Time | null;
  ctime: Time | null;
  /** The file's bytes, within those of the archive. */
  data: Uint8Array;
  /** Extended attributes, from SCHILY.xattr records. */
  xattrs: Map<string, Uint8Array> | null;
}

/** What the fixed header of a member says: tar-parser's numbers, and names from the bytes. */
export interface Header {
  name: Uint8Array;
  target: Uint8Array;
  type: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  major: number;
  minor: number;
}

const KINDS: Readonly<Record<string, number>> = {
  1: HARD_LINK,
  2: S_IFLNK,
  3: S_IFCHR,
  4: S_IFBLK,
  5: S_IFDIR,
  6: S_IFIFO,
  // A directory with a list of its files in an incremental dump of GNU tar.
  D: S_IFDIR,
};

const XATTR = 'SCHILY.xattr.';
const SLASH = 0x2f;

/** The kind that a type tells. POSIX: one that is not known is a regular file. */
function kindOf(type: string, name: Uint8Array): number {
  const kind = KINDS[type];
  if (kind !== undefined) return kind;
  // Before POSIX a directory was a file whose name ends in a slash.
  return name.at(-1) === SLASH ? S_IFDIR : S_IFREG;
}

/** A member of its header and its records; `data` are its bytes. */
export function makeEntry(header: Header, pax: PaxRecords, data: Uint8Array): TarEntry {
  const text = (keyword: string): string | null => {
    const value = pax.get(keyword);
    return value === undefined ? null : textOf(value);
  };
  const path = pax.get('path') ?? header.name;
  const name = textOf(path);
  const linkpath = pax.get('linkpath');
  return {
    name,
    shown: name ?? new TextDecoder().decode(path),
    target: textOf(linkpath ?? header.target),
    kind: kindOf(header.type, path),
    perm: header.mode & 0o7777,
    uid: idOf(text('uid'), header.uid),
    gid: idOf(text('gid'), header.gid),
    // makedev(3) of numbers as large as tar can hold.
    rdev: (header.major * 256 + (header.minor & 0xff) + (header.minor & ~0xff) * 4096) >>> 0,
    mtime: parseTime(text('mtime')) ?? { sec: header.mtime, nsec: 0 },
    atime: parseTime(text('atime')),
    ctime: parseTime(text('ctime')),
    data,
    xattrs: xattrsOf(pax),
  };
}

function idOf(text: string | null, header: number): number {
  const id = text !== null && /^[0-9]{1,10}$/.test(text) ? Number(text) : header;
  return id < 2 ** 32 ? id : header;
}

function xattrsOf(pax: PaxRecords): Map<string, Uint8Array> | null {
  let xattrs: Map<string, Uint8Array> | null = null;
  for (const [keyword, value] of pax) {
    if (keyword.startsWith(XATTR)) (xattrs ??= new Map()).set(keyword.slice(XATTR.length), value);
  }
  return xattrs;
}
