// unlinkat(2), of files and of directories.
import { QTDIR } from '../../9p/constants.ts';
import { AT_REMOVEDIR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { isMountPoint } from './mount-table.ts';
import { Found } from './resolve/found.ts';
import { findParent } from './resolve/resolver.ts';
import { LAST_DOT, LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './resolve/path.ts';

const parent = new Found();

/** See AtCalls.unlinkat. */
export function unlinkat(at: AtCalls, dir: number, text: string): number {
  const path = parsePath(text);
  let errno = findParent(at, dir, path, parent);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = parent;
  errno = unlinkName(tree, fid, path);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}

/** See AtCalls.rmdirat. */
export function rmdirat(at: AtCalls, dir: number, text: string): number {
  const path = parsePath(text);
  let errno = findParent(at, dir, path, parent);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = parent;
  errno = rmdirName(tree, fid, path);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}

function unlinkName(tree: AtCalls, dir: number, path: Path): number {
  const { client } = tree;
  const last = path.names.length - 1;
  const name = path.names[last]!;
  if (path.last !== LAST_NORM || isMountPoint(tree, dir, name)) return E.EISDIR;
  if (!path.trailingSlash) return client.unlinkat(dir, name, 0);
  const fid = client.walk(dir, path.names, last, 1);
  if (fid < 0) return -fid;
  const type = client.r.wqid_type[0]!;
  client.clunk(fid);
  return type === QTDIR ? E.EISDIR : E.ENOTDIR;
}

function rmdirName({ client, mountTable }: AtCalls, dir: number, { last, names }: Path): number {
  if (last === LAST_DOT) return E.EINVAL;
  if (last === LAST_DOTDOT) return E.ENOTEMPTY;
  if (last !== LAST_NORM) return E.EBUSY;
  const name = names.at(-1)!;
  return mountTable?.busy(dir, name) || client.unlinkat(dir, name, AT_REMOVEDIR);
}
