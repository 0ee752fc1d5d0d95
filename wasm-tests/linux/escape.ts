// Predicts if a path leaves its directory, because node:fs has no openat2(2) with RESOLVE_BENEATH.
import { Buffer } from 'node:buffer';
import { PATH_MAX } from '../../vfs/linux/limits.ts';

/** The outcome of a path below a directory that it must not leave. */
export const INSIDE = 0;
/** It leads out, or is absolute: EXDEV, as openat2(2) has it with RESOLVE_BENEATH. */
export const OUTSIDE = 1;
/** It leads nowhere before it could leave: the kernel finds the errno. */
export const FAILS = 2;
export type Outcome = typeof INSIDE | typeof OUTSIDE | typeof FAILS;

/** The result of `lookup`: nothing, a directory, a symlink with its target, or another type. */
export interface Found {
  kind: 'none' | 'dir' | 'file' | 'link';
  target: string;
}

/** The part of a path that a call walks. */
export interface Extent {
  /** Not its last name. */
  parent: boolean;
  /** A symlink at its end is followed. */
  follow: boolean;
  /** O_CREAT: a name with a slash behind it is refused before it is looked up, also in a symlink's target. */
  create?: boolean;
}

const MAX_LINKS = 40;

/**
 * Walks a path name by name. node:fs has no openat2(2), so this predicts the calls that would leave the sandbox and must
 * not reach the kernel.
 * @param lookup Looks up a path of plain names below the directory.
 * @param followed Receives the paths of the symlinks that are followed.
 */
export function whereTo(path: string, extent: Extent, lookup: (path: string) => Found, followed: string[]): Outcome {
  if (path === '' || Buffer.byteLength(path) >= PATH_MAX) return FAILS;
  if (path.startsWith('/')) return OUTSIDE;
  let remaining = path.split('/').filter((name) => name !== '');
  // Before a slash, and before the last name, there must be a directory.
  let mustBeDir = extent.parent || path.endsWith('/');
  if (extent.parent) remaining.pop();
  const at: string[] = [];
  for (let links = 0; remaining.length > 0;) {
    const name = remaining.shift()!;
    if (name === '.') continue;
    if (name === '..') {
      if (at.length === 0) return OUTSIDE;
      at.pop();
      continue;
    }
    if (extent.create === true && mustBeDir && remaining.length === 0) return FAILS;
    const here = [...at, name].join('/');
    const found = lookup(here);
    if (found.kind === 'none') return FAILS;
    if (found.kind === 'dir') at.push(name);
    else if (found.kind === 'file') return remaining.length > 0 || mustBeDir ? FAILS : INSIDE;
    else if (remaining.length > 0 || mustBeDir || extent.follow) {
      if (++links > MAX_LINKS) return FAILS;
      followed.push(here);
      if (found.target.startsWith('/')) return OUTSIDE;
      if (remaining.length === 0) mustBeDir ||= found.target.endsWith('/');
      remaining = [...found.target.split('/').filter((part) => part !== ''), ...remaining];
    }
  }
  return INSIDE;
}
