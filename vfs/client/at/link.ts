// linkat(2).
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { newNameErrno } from './new-name.ts';
import { parsePath } from './resolve/path.ts';
import { findParent, lookup } from './resolve/resolver.ts';

const found = new Found();

/** See AtCalls.linkat. */
export function linkat(
  at: AtCalls,
  oldDir: number,
  oldText: string,
  follow: boolean,
  to: AtCalls,
  newDir: number,
  newText: string,
): number {
  let errno = lookup(at, oldDir, parsePath(oldText), follow, found);
  if (errno !== 0) return errno;
  const { fid, borrowed } = found;
  const { client } = found.tree;
  const path = parsePath(newText);
  errno = findParent(to, newDir, path, found);
  if (errno === 0) {
    const { tree, fid: parent, borrowed: parentBorrowed } = found;
    const isCross = tree.client !== client;
    errno = newNameErrno(tree, parent, path, isCross);
    if (errno === 0) errno = isCross ? E.EXDEV : client.link(parent, fid, path.names.at(-1)!);
    if (!parentBorrowed) tree.client.clunk(parent);
  }
  if (!borrowed) client.clunk(fid);
  return errno;
}
