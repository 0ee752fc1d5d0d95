// Directory walks on a layer that throw errnos as Errors.
import type { Backend } from '../../../backend/backend.ts';
import { E, errnoName } from '../../../linux/errno.ts';
import type { Inode } from '../../../backend/inode.ts';
import { forget, ref, unref } from '../../../backend/inode-refs.ts';
import type { Resumable } from './resumable.ts';

/**
 * Returns the names in a directory.
 * @throws Error if it cannot be listed.
 */
export function listNames(backend: Backend, dir: Inode): Set<string> {
  const names = new Set<string>();
  const cursor = must(backend.list(dir));
  while (cursor.next()) names.add(cursor.name);
  cursor.close();
  return names;
}

/**
 * Runs a step with the inode of a name, referenced; does nothing if the name does not exist.
 * @throws Error for any other errno of the lookup, so that a failed lookup is never taken for a removed name.
 */
export function heldDuring(backend: Backend, dir: Inode, name: string, step: (inode: Inode) => void): void {
  const inode = backend.lookup(dir, name);
  if (inode === E.ENOENT) return;
  if (typeof inode === 'number') fail(inode);
  ref(inode);
  try {
    step(inode);
  } finally {
    unref(backend, inode);
  }
}

/** Like `heldDuring`, for resumable work. Returns undefined if the name does not exist. */
export function* heldWork<T>(
  backend: Backend,
  dir: Inode,
  name: string,
  step: (inode: Inode) => Resumable<T>,
): Resumable<T | undefined> {
  const inode = backend.lookup(dir, name);
  if (inode === E.ENOENT) return undefined;
  if (typeof inode === 'number') fail(inode);
  ref(inode);
  try {
    return yield* step(inode);
  } finally {
    unref(backend, inode);
  }
}

/**
 * True if a directory has an entry.
 * @throws Error if the lookup fails otherwise than with ENOENT.
 */
export function isThere(backend: Backend, dir: Inode, name: string): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found !== 'number') forget(backend, found);
  else if (found !== E.ENOENT) fail(found);
  return typeof found !== 'number';
}

/**
 * Returns the result of a call.
 * @throws Error for an errno.
 */
export function must<T>(found: T | number): T {
  return typeof found === 'number' ? fail(found) : found;
}

/**
 * Throws an errno.
 * @throws Error with the name of the errno as `code`.
 */
export function fail(errno: number): never {
  const code = errnoName(errno);
  throw Object.assign(new Error(`${code}: the overlay could not be compared with its lower layer`), { code });
}

/** Throws an errno; does nothing for 0. */
export function check(errno: number): void {
  if (errno !== 0) fail(errno);
}
