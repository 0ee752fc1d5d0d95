// The closed state of a backend: replaces its methods by ones that return EIO.
import { E } from '../linux/errno.ts';
import type { Backend } from './backend.ts';

const refused = (): number => E.EIO;
const refusedCount = (): number => -E.EIO;

/**
 * The methods of a closed backend. Those that free something (closeHandle, release, reclaim) are not replaced: sessions
 * that are still open end later and call them.
 */
const CLOSED = {
  root(): never {
    throw Object.assign(new Error('The backend is closed.'), { code: 'EIO' });
  },
  lookup: refused,
  parent: refused,
  getattr: refused,
  setattr: refused,
  create: refused,
  symlink: refused,
  link: refused,
  unlink: refused,
  rename: refused,
  readlink: refused,
  open: refusedCount,
  read: refusedCount,
  write: refusedCount,
  fsync: refused,
  flush: refused,
  list: refused,
  statfs: refused,
  seekData: refusedCount,
  seekHole: refusedCount,
  getxattr: refused,
  setxattr: refused,
  listxattr: refused,
} satisfies Partial<Backend>;

/** Makes every call of a backend EIO from now on. Returns false if it was closed already. */
export function shut(backend: Backend): boolean {
  if (isClosed(backend)) return false;
  Object.assign(backend, CLOSED);
  return true;
}

/** True if `shut` has closed the backend. */
export function isClosed(backend: Backend): boolean {
  return backend.lookup === CLOSED.lookup;
}
