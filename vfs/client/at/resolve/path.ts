// Parses paths into components, with a cache (path_resolution(7), namei.c).
import { byteLength } from '../../../lib/utf8.ts';
import { E, OUTSIDE } from '../../../linux/errno.ts';
import { PATH_MAX } from '../../../linux/limits.ts';

/** Kinds of the last component of a path, as in namei.c of the kernel. NORM: a name. */
export const LAST_NORM = 0;
/** `.`, as in `a/.`. */
export const LAST_DOT = 1;
export const LAST_DOTDOT = 2;
export const LAST_ROOT = 3;

/** A parsed path. `..` is kept, since it must be resolved through the file system. */
export interface Path {
  /** The path itself. */
  readonly text: string;
  /** Components, without `.` and empty ones. */
  readonly names: readonly string[];
  readonly absolute: boolean;
  /** True if the path is empty: ENOENT in every call. */
  readonly empty: boolean;
  /** True if it has PATH_MAX bytes or more: ENAMETOOLONG in every call. */
  readonly tooLong: boolean;
  /** True if it ends in a slash, `.` or `..`: a symlink at the end is followed, and must lead to a directory. */
  readonly mustBeDir: boolean;
  /** True if it ends in a slash after a name. */
  readonly trailingSlash: boolean;
  readonly last: typeof LAST_NORM | typeof LAST_DOT | typeof LAST_DOTDOT | typeof LAST_ROOT;
  readonly hasDotDot: boolean;
}

function isTooLong(text: string): boolean {
  // A UTF-16 unit has one to three bytes.
  return text.length * 3 >= PATH_MAX && (text.length >= PATH_MAX || byteLength(text) >= PATH_MAX);
}

function parse(text: string): Path {
  const { length } = text;
  const names: string[] = [];
  let hasDotDot = false;
  let last: Path['last'] = LAST_ROOT;
  for (let at = 0; at < length;) {
    const slash = text.indexOf('/', at);
    const end = slash < 0 ? length : slash;
    const name = text.slice(at, end);
    at = end + 1;
    if (name === '') continue;
    last = name === '.' ? LAST_DOT : name === '..' ? LAST_DOTDOT : LAST_NORM;
    if (last !== LAST_DOT) names.push(name);
    if (last === LAST_DOTDOT) hasDotDot = true;
  }
  const trailingSlash = text.endsWith('/');
  return {
    text,
    names,
    absolute: text.startsWith('/'),
    empty: length === 0,
    tooLong: isTooLong(text),
    mustBeDir: trailingSlash || last !== LAST_NORM,
    trailingSlash: trailingSlash && last === LAST_NORM,
    last,
    hasDotDot,
  };
}

/** Slots of the cache of parsed paths. A path replaces the one in its slot. */
export const CACHE = 4096;
const EMPTY = parse('');
const cache: Path[] = new Array<Path>(CACHE).fill(EMPTY);
/** Characters of all cached paths. The names of a path take up to ten bytes per character. */
let kept = 0;
/** The cache is emptied when it would have more characters. */
export const MAX_KEPT = 1 << 18;
/** Characters at the end of a path that are hashed: numbered names differ there, and so do their directories. */
const HASHED_SUFFIX = 16;

/** The last two results: programs look at a file before they open it, and rename it back and forth. */
let newest = EMPTY;
let second = EMPTY;

/** Parses a path. Never fails: see `empty` and `tooLong`. */
export function parsePath(text: string): Path {
  if (text === newest.text) return newest;
  const path = text === second.text ? second : cached(text);
  second = newest;
  return (newest = path);
}

function cached(text: string): Path {
  const { length } = text;
  let hash = length;
  for (let i = length > HASHED_SUFFIX ? length - HASHED_SUFFIX : 0; i < length; i++)
    hash = Math.imul(hash, 31) + text.charCodeAt(i);
  const slot = (hash ^ (hash >>> 12)) & (CACHE - 1);
  const path = cache[slot]!;
  if (path.text === text) return path;
  kept += length - path.text.length;
  if (kept > MAX_KEPT) {
    cache.fill(EMPTY);
    kept = length;
  }
  return (cache[slot] = parse(text));
}

/** The errno of a path by its text, in the kernel's order: ENOENT (empty), ENAMETOOLONG, OUTSIDE (absolute). */
export function pathErrno(at: { readonly inRoot: boolean }, path: Path): number {
  if (path.empty) return E.ENOENT;
  if (path.tooLong) return E.ENAMETOOLONG;
  return path.absolute && !at.inRoot ? OUTSIDE : 0;
}
