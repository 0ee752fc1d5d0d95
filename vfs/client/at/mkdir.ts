// mkdirat(2).
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { Found } from './found.ts';
import { isMountPoint } from './mount-table.ts';
import { LAST_NORM, parsePath } from './path.ts';
import { findParent } from './resolver.ts';

/** New directories are made 0777 less the usual umask: WASI has no modes. */
const DIR_MODE = 0o755;
const parent = new Found();

/** See AtCalls.mkdirat. */
export function mkdirat(at: AtCalls, dir: number, text: string): number {
  const path = parsePath(text);
  let errno = findParent(at, dir, path, parent);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = parent;
  const name = path.names.at(-1)!;
  errno = E.EEXIST;
  if (path.last === LAST_NORM && !isMountPoint(tree, fid, name)) errno = tree.client.mkdir(fid, name, DIR_MODE);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}
