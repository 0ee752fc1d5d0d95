// One step of a path.
import { QTDIR } from '../../../9p/constants.ts';
import type { AtCalls } from '../at-calls.ts';
import type { Found } from './found.ts';

/** Walks one name, across a mount on it. A symlink is not followed. Returns 0 or an errno. */
export function step(tree: AtCalls, dir: number, name: string, into: Found): number {
  const mounted = tree.mountTable?.mountAt(dir, name) ?? null;
  const { client } = mounted ?? tree;
  const fid = mounted === null ? client.walk(dir, [name], 0, 1) : client.clone(client.root);
  if (fid < 0) return -fid;
  return mounted === null ? into.set(tree, fid, client.r.wqid_type[0]!) : into.set(mounted, fid, QTDIR);
}
