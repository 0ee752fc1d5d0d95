// mkdirat(2).
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { isMountPoint } from './mount-table.ts';
import { Found } from './resolve/found.ts';
import { LAST_NORM, parsePath, type Path } from './resolve/path.ts';
import { findParent } from './resolve/resolver.ts';

const parent = new Found();

/** New directories are made 0777 less the usual umask: WASI has no modes. */
const DIR_MODE = 0o755;

/** See AtCalls.mkdirat. */
export function mkdirat(at: AtCalls, dir: number, text: string): number {
  const path = parsePath(text);
  let errno = findParent(at, dir, path, parent);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = parent;
  errno = mkdirName(tree, fid, path);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}

function mkdirName(tree: AtCalls, dir: number, { last, names }: Path): number {
  const name = names.at(-1)!;
  return last !== LAST_NORM || isMountPoint(tree, dir, name) ? E.EEXIST : tree.client.mkdir(dir, name, DIR_MODE);
}
