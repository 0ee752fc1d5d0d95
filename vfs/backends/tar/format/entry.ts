// One member of an archive, with its extended headers applied.
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { decodeText } from '../../../lib/utf8.ts';
import type { Header } from './block.ts';
import type { MemberData } from './data.ts';
import { decimal, parseTime, type PaxTime } from './pax.ts';
import type { Limits } from './limits.ts';
import type { PaxHeaders } from './pax-headers.ts';

/** The `kind` of a hard link to an earlier member. */
export const HARD_LINK = 0;

/** One member of an archive, its extended headers applied. */
export interface TarEntry {
  /** The name as stored. */
  name: string;
  /** The target of a link. */
  target: string;
  /** S_IFMT bits, or HARD_LINK. */
  kind: number;
  /** Permission bits. */
  perm: number;
  uid: number;
  gid: number;
  /** The makedev(3) number of a device. */
  rdev: number;
  mtime: PaxTime;
  /** In extended headers only. */
  atime: PaxTime | null;
  ctime: PaxTime | null;
  /** The data of a regular file, as views of the archive. */
  data: MemberData;
  /** Extended attributes, from SCHILY.xattr records. */
  xattrs: Map<string, Uint8Array> | null;
}

const KINDS: ReadonlyMap<string, number> = new Map([
  ['1', HARD_LINK],
  ['2', S_IFLNK],
  ['3', S_IFCHR],
  ['4', S_IFBLK],
  ['5', S_IFDIR],
  ['6', S_IFIFO],
  // A directory with a list of its files, in an incremental dump of GNU tar.
  ['D', S_IFDIR],
]);

/** Types that are a directory if the name ends in a slash, as before POSIX. */
const REGULAR = /^[07\0]$/;
const SLASH = 0x2f;
const ID_MAX = 2 ** 32 - 1;
const TIME_MAX = 2 ** 53;

/** Returns the kind of a type. POSIX: an unknown type is a regular file. */
function kindOf(type: string, name: Uint8Array): number {
  return KINDS.get(type) ?? (REGULAR.test(type) && name.at(-1) === SLASH ? S_IFDIR : S_IFREG);
}

/** GNU's long names, which replace those of the header unless a pax record does. */
export interface LongNames {
  name: Uint8Array | null;
  target: Uint8Array | null;
}

/**
 * Makes a member of its header, GNU's long names and pax records; the later of these wins. It has no data yet.
 * @returns The member; or a clause that says which field is invalid, since a number is never guessed.
 * @throws Error if the names exceed the limits.
 */
export function makeEntry(header: Header, long: LongNames, records: PaxHeaders, limits: Limits): TarEntry | string {
  const path = records.get('GNU.sparse.name') ?? records.get('path') ?? long.name ?? header.name;
  const target = records.get('linkpath') ?? long.target ?? header.target;
  // Counted before they are decoded: a name can be as long as the archive.
  limits.use('maxNames', path.length + target.length);
  const kind = kindOf(header.type, path);
  const uid = idOf(records.text('uid'), header.uid);
  const gid = idOf(records.text('gid'), header.gid);
  if (!(header.mode >= 0)) return 'the mode of a file cannot be read';
  if (!(uid >= 0 && uid <= ID_MAX && gid >= 0 && gid <= ID_MAX)) return 'the owner of a file cannot be read';
  const [mtime, atime, ctime] = ['mtime', 'atime', 'ctime'].map((keyword) => {
    const text = records.text(keyword);
    return text === null ? undefined : parseTime(text);
  });
  const inHeader = mtime === undefined ? { sec: header.mtime, nsec: 0 } : mtime;
  if (inHeader === null || !(Math.abs(inHeader.sec) <= TIME_MAX) || atime === null || ctime === null)
    return 'a time of a file cannot be read';
  const rdev = kind === S_IFCHR || kind === S_IFBLK ? deviceOf(header) : 0;
  if (!(rdev >= 0)) return 'the number of a device cannot be read';
  return {
    name: decodeText(path),
    target: decodeText(target),
    kind,
    perm: header.mode % 0o10000,
    uid,
    gid,
    rdev,
    mtime: inHeader,
    atime: atime ?? null,
    ctime: ctime ?? null,
    data: NOTHING,
    xattrs: records.attributes(),
  };
}

const NOTHING = new Uint8Array(0);

function idOf(text: string | null, header: number): number {
  return text === null ? header : decimal(text);
}

/** Returns the makedev(3) number; 0 for the v7 format, as in GNU tar. */
function deviceOf({ major, minor, format }: Header): number {
  if (format === 'old') return 0;
  if (!(major >= 0 && major <= ID_MAX && minor >= 0 && minor <= ID_MAX)) return NaN;
  return (((major & 0xfff) << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12)) >>> 0;
}
