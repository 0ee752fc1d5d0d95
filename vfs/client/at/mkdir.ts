// mkdirat(2).
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { isMountPoint } from './mount-table.ts';
import { inParent } from './parent.ts';
import { LAST_NORM, type Path } from './path.ts';

/** New directories are made 0777 less the usual umask: WASI has no modes. */
const DIR_MODE = 0o755;

/** See AtCalls.mkdirat. */
export function mkdirat(at: AtCalls, dir: number, text: string): number {
  return inParent(at, dir, text, mkdirName);
}

function mkdirName(tree: AtCalls, dir: number, { last, names }: Path): number {
  const name = names.at(-1)!;
  return last !== LAST_NORM || isMountPoint(tree, dir, name) ? E.EEXIST : tree.client.mkdir(dir, name, DIR_MODE);
}
