// renameat(2).
import { GETATTR_NLINK, QTDIR } from '../../9p/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Client } from '../client.ts';
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { isMountPoint } from './mount-table.ts';
import { LAST_NORM, parsePath, type Path } from './resolve/path.ts';
import { findParent } from './resolve/resolver.ts';

const parent = new Found();

/** See AtCalls.renameat. */
export function renameat(
  at: AtCalls,
  oldDir: number,
  oldText: string,
  to: AtCalls,
  newDir: number,
  newText: string,
): number {
  const oldPath = parsePath(oldText);
  const newPath = parsePath(newText);
  let errno = findParent(at, oldDir, oldPath, parent);
  if (errno !== 0) return errno;
  const { tree, fid: oldParent, borrowed } = parent;
  const { client } = tree;
  errno = findParent(to, newDir, newPath, parent);
  if (errno === 0) {
    const { tree: newTree, fid: newParent, borrowed: newBorrowed } = parent;
    errno = newTree.client === client ? renameNames(tree, oldParent, oldPath, newParent, newPath) : E.EXDEV;
    if (!newBorrowed) newTree.client.clunk(newParent);
  }
  if (!borrowed) client.clunk(oldParent);
  return errno;
}

function renameNames(tree: AtCalls, oldParent: number, oldPath: Path, newParent: number, newPath: Path): number {
  if (oldPath.last !== LAST_NORM || newPath.last !== LAST_NORM) return E.EBUSY;
  const { client } = tree;
  const oldName = oldPath.names.at(-1)!;
  const newName = newPath.names.at(-1)!;
  const busy = isMountPoint(tree, oldParent, oldName) ? E.EBUSY : tree.mountTable?.busy(newParent, newName);
  if (busy) return busy;
  if (oldPath.trailingSlash || newPath.trailingSlash) {
    const fid = client.walk(oldParent, oldPath.names, oldPath.names.length - 1, 1);
    if (fid < 0) return -fid;
    const type = client.r.wqid_type[0]!;
    client.clunk(fid);
    if (type !== QTDIR) return badName(client, newParent, newPath) || E.ENOTDIR;
  }
  return client.renameat(oldParent, oldName, newParent, newName);
}

/**
 * The errno of a name that cannot be looked up: ENAMETOOLONG, or ENOENT in a removed directory. 0 for any other name,
 * whether it exists or not.
 */
function badName(client: Client, dir: number, path: Path): number {
  const fid = client.walk(dir, path.names, path.names.length - 1, 1);
  if (fid >= 0) client.clunk(fid);
  if (fid !== -E.ENOENT) return Math.max(0, -fid);
  const errno = client.getattr(dir, GETATTR_NLINK);
  return errno === 0 && client.r.nlink === 0 ? E.ENOENT : errno;
}
