// Directory walks on a layer that throw errnos as Errors.
import type { Backend } from '../../../backend/backend.ts';
import { E, errnoName } from '../../../linux/errno.ts';
import type { Inode } from '../../../backend/inode.ts';
import { unref, passed, ref } from './layer.ts';
import type { Work } from './work.ts';

/** The names in a directory of any backend. @throws Error when it cannot be listed. */
export function namesOf(backend: Backend, dir: Inode): Set<string> {
  const names = new Set<string>();
  const cursor = must(backend.list(dir));
  while (cursor.next()) names.add(cursor.name);
  cursor.close();
  return names;
}

/**
 * Runs a step with the inode of a name, held as by a fid; nothing for a name that is gone.
 * @throws Error when it cannot be looked up: that must not be taken for a name that is gone.
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

/** The same for work that can be left; undefined for a name that is gone. */
export function* heldWork<T>(
  backend: Backend,
  dir: Inode,
  name: string,
  step: (inode: Inode) => Work<T>,
): Work<T | undefined> {
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

/** Whether a directory has an entry. @throws Error when that cannot be told. */
export function isThere(backend: Backend, dir: Inode, name: string): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found !== 'number') passed(backend, found);
  else if (found !== E.ENOENT) fail(found);
  return typeof found !== 'number';
}

/** What was found. @throws Error for an errno. */
export function must<T>(found: T | number): T {
  return typeof found === 'number' ? fail(found) : found;
}

/** @throws Error with the errno's name as its code. */
export function fail(errno: number): never {
  const code = errnoName(errno);
  throw Object.assign(new Error(`${code}: the overlay could not be compared with its lower layer`), { code });
}

/** Like `fail`, but 0 is none. */
export function check(errno: number): void {
  if (errno !== 0) fail(errno);
}
