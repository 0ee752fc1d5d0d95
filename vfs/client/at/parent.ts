// The common part of the calls that make or remove a path's last name.
import type { AtCalls } from './at-calls.ts';
import { Found } from './found.ts';
import { parsePath, type Path } from './path.ts';
import { findParent } from './resolver.ts';

const parent = new Found();

/**
 * Resolves the directory of a path's last component, makes a call in it, and releases it. Returns the errno of either.
 * @param dir The directory at which the path begins.
 * @param call Gets the fid of the last component's directory, and its tree.
 * @param arg Passed to `call`.
 */
export function inParent(
  at: AtCalls,
  dir: number,
  text: string,
  call: (tree: AtCalls, parent: number, path: Path, arg: string) => number,
  arg = '',
): number {
  const path = parsePath(text);
  let errno = findParent(at, dir, path, parent);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = parent;
  errno = call(tree, fid, path, arg);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}
