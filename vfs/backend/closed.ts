import { E } from '../linux/errno.ts';
import type { Backend } from './backend.ts';

const refused = (): number => E.EIO;
const refusedCount = (): number => -E.EIO;

/**
 * The calls of a backend that was closed: whatever is asked is EIO. Those that let go of something stay as they are,
 * for the sessions that are still open end later.
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
  list: refused,
  statfs: refused,
  seekData: refusedCount,
  seekHole: refusedCount,
  getxattr: refused,
  setxattr: refused,
  listxattr: refused,
} satisfies Partial<Backend>;

/** Makes every call of a backend EIO from now on. False when it was closed before. */
export function shut(backend: Backend): boolean {
  if (isClosed(backend)) return false;
  Object.assign(backend, CLOSED);
  return true;
}

/** Whether a backend was closed. */
export function isClosed(backend: Backend): boolean {
  return backend.lookup === CLOSED.lookup;
}
