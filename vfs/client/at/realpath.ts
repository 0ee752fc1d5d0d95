// realpath(3).
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { parsePath, pathErrno } from './resolve/path.ts';
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, Walker } from './resolve/walker.ts';

/**
 * The absolute path of a file, with `dir` as the root: without symlinks, `.` and `..`; or an errno.
 * @param at A tree with `inRoot`.
 */
export function realpathat(at: AtCalls, dir: number, text: string): string | number {
  const path = parsePath(text);
  let errno = pathErrno(at, path);
  if (errno !== 0) return errno;
  const found = new Found();
  const walker = new Walker(at, dir);
  const flags = LOOKUP_FOLLOW | (path.mustBeDir ? LOOKUP_DIRECTORY : 0);
  errno = walker.walk(path.names, path.names.length, flags, found);
  if (errno !== 0) return errno;
  found.release();
  return `/${walker.levels.map(({ name }) => name).join('/')}`;
}
