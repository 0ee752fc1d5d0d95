// Parses paths into components, with a cache (path_resolution(7), namei.c).

/** What the last component of a path is, as the kernel's namei.c tells them apart. */
export const LAST_NORM = 0;
/** The path is empty once `.` and slashes are gone: `.`, `a/.`, or the root. */
export const LAST_DOT = 1;
export const LAST_DOTDOT = 2;
export const LAST_ROOT = 3;

/** Longest path in bytes, less its NUL (PATH_MAX of limits.h). */
export const PATH_MAX = 4095;

/** A path taken apart. It says nothing of what exists: `..` is still to be resolved through the file system. */
export interface Path {
  /** The whole of it. */
  readonly text: string;
  /** Components without `.` and empty ones; `..` stays. */
  readonly names: readonly string[];
  readonly absolute: boolean;
  /** The path was empty, which is ENOENT everywhere. */
  readonly empty: boolean;
  /** It is longer than PATH_MAX, which is ENAMETOOLONG everywhere. */
  readonly tooLong: boolean;
  /** It ends in a slash or in `.`: what it leads to must be a directory, and a symlink there is followed. */
  readonly mustBeDir: boolean;
  /** It ends in a slash behind a name. */
  readonly trailingSlash: boolean;
  readonly last: typeof LAST_NORM | typeof LAST_DOT | typeof LAST_DOTDOT | typeof LAST_ROOT;
  readonly hasDotDot: boolean;
}

const encoder = new TextEncoder();

function isTooLong(text: string): boolean {
  // UTF-8 has one to three bytes a UTF-16 unit.
  return text.length * 3 > PATH_MAX && (text.length > PATH_MAX || encoder.encode(text).length > PATH_MAX);
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

/** A program uses the same paths again and again: taking one apart is done once, as long as no other takes its place. */
export const CACHE = 4096;
const EMPTY = parse('');
const cache: Path[] = new Array<Path>(CACHE).fill(EMPTY);
/** How many characters all of them have. The names of a path take up to ten bytes for each. */
let kept = 0;
export const MAX_KEPT = 1 << 18;
/** How many characters choose the place: names that count up differ at their end, and so do their directories. */
const HASHED_SUFFIX = 16;

/** Takes a path apart. */
export function parsePath(text: string): Path {
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
