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
  const parts = text.split('/');
  const names = parts.filter((part) => part !== '' && part !== '.');
  const trailingSlash = text.endsWith('/');
  const final = parts.findLast((part) => part !== '');
  const last = final === undefined ? LAST_ROOT : final === '.' ? LAST_DOT : final === '..' ? LAST_DOTDOT : LAST_NORM;
  return {
    names,
    absolute: text.startsWith('/'),
    empty: text === '',
    tooLong: isTooLong(text),
    mustBeDir: trailingSlash || last !== LAST_NORM,
    trailingSlash: trailingSlash && last === LAST_NORM,
    last,
    hasDotDot: names.includes('..'),
  };
}

/** A program uses the same paths again and again: taking one apart is done once. */
const CACHE_MAX = 4096;
const cache = new Map<string, Path>();

/** Takes a path apart. */
export function parsePath(text: string): Path {
  let path = cache.get(text);
  if (path === undefined) {
    path = parse(text);
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(text, path);
  }
  return path;
}
