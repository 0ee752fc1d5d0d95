// The check of a path whose last name a call is to make (filename_create in namei.c).
import { E } from '../../linux/errno.ts';
import type { AtCalls } from './at-calls.ts';
import { isMountPoint } from './mount-table.ts';
import { LAST_NORM, type Path } from './resolve/path.ts';

/**
 * The errno of making a file other than a directory in the directory found: 0, EEXIST, ENOENT.
 * @param look Look the name up; else the server finds EEXIST when it makes the file.
 */
export function newNameErrno(tree: AtCalls, parent: number, path: Path, look: boolean): number {
  const last = path.names.length - 1;
  if (path.last !== LAST_NORM || isMountPoint(tree, parent, path.names[last]!)) return E.EEXIST;
  if (!path.trailingSlash && !look) return 0;
  const { client } = tree;
  const fid = client.walk(parent, path.names, last, 1);
  if (fid < 0) return fid === -E.ENOENT && !path.trailingSlash ? 0 : -fid;
  client.clunk(fid);
  return E.EEXIST;
}
