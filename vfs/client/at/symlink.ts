// symlinkat(2) and readlinkat(2).
import { QTSYMLINK } from '../../9p/constants.ts';
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { newNameErrno } from './new-name.ts';
import { parsePath, type Path } from './resolve/path.ts';
import { findParent, look } from './resolve/resolver.ts';

const found = new Found();

/** See AtCalls.symlinkat. */
export function symlinkat(at: AtCalls, target: string, dir: number, text: string): number {
  // The kernel copies the target in before it looks at the path.
  if (target === '') return E.ENOENT;
  if (parsePath(target).tooLong) return E.ENAMETOOLONG;
  const path = parsePath(text);
  let errno = findParent(at, dir, path, found);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = found;
  errno = symlinkName(tree, fid, path, target);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}

function symlinkName(tree: AtCalls, dir: number, path: Path, target: string): number {
  return newNameErrno(tree, dir, path, false) || tree.client.symlink(dir, path.names.at(-1)!, target);
}

/** See AtCalls.readlinkat. */
export function readlinkat(at: AtCalls, dir: number, text: string): string | number {
  let errno = look(at, dir, parsePath(text), false, found);
  if (errno !== 0) return errno;
  const { tree, fid, type, borrowed } = found;
  const { client } = tree;
  errno = type === QTSYMLINK ? client.readlink(fid) : E.EINVAL;
  const { target } = client.r;
  if (!borrowed) client.clunk(fid);
  return errno === 0 ? target : errno;
}
