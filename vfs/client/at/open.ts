// openat(2).
import { QTDIR, QTSYMLINK } from '../../9p/constants.ts';
import { O_ACCMODE, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Client } from '../client.ts';
import type { AtCalls } from './at-calls.ts';
import type { Found } from './resolve/found.ts';
import { isMountPoint } from './mount-table.ts';
import { LAST_NORM, parsePath, type Path } from './resolve/path.ts';
import { find, findOrParent, findParent } from './resolve/resolver.ts';

/** New files are made 0666 less the usual umask: WASI has no modes. */
const FILE_MODE = 0o644;

/** See AtCalls.openat. */
export function openat(at: AtCalls, dir: number, text: string, flags: number, into: Found): number {
  if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return E.EINVAL;
  const path = parsePath(text);
  if ((flags & O_CREAT) !== 0) return openOrCreate(at, dir, path, flags, into);
  return find(at, dir, path, (flags & O_NOFOLLOW) === 0, into) || open(flags, into);
}

function openOrCreate(at: AtCalls, dir: number, path: Path, flags: number, into: Found): number {
  // do_open in namei.c: with O_CREAT a directory is EISDIR, with O_EXCL any file is EEXIST before that.
  const isExclusive = (flags & O_EXCL) !== 0;
  if (path.last !== LAST_NORM && !path.empty) {
    return find(at, dir, path, true, into) || refuse(into, isExclusive ? E.EEXIST : E.EISDIR);
  }
  // `name/`: the errnos of the directory, then EISDIR.
  if (path.trailingSlash) return findParent(at, dir, path, into) || refuse(into, E.EISDIR);
  const follow = (flags & O_NOFOLLOW) === 0;
  let errno: number;
  // The server of this process makes the file or opens it, in one message, and answers ELOOP to a symlink. Another one may
  // follow the symlink, to a file outside of `dir`, or refuse a name that exists: there the name is looked up first.
  if (isExclusive || at.client.transport.peer) {
    errno = findParent(at, dir, path, into);
    if (errno !== 0) return errno;
    const name = path.names.at(-1)!;
    const isMount = leadsToMount(name, into);
    if (isExclusive) return isMount ? refuse(into, E.EEXIST) : create(name, flags, into);
    if (isMount || !into.tree.client.transport.peer) into.release();
    else {
      errno = create(name, flags, into);
      if (errno !== E.ELOOP || !follow) return errno;
    }
  }
  errno = findOrParent(at, dir, path, follow, into);
  if (errno !== 0) return errno;
  if (into.missing !== '') return create(into.missing, flags, into);
  return into.type === QTDIR ? refuse(into, E.EISDIR) : open(flags, into);
}

function refuse(found: Found, errno: number): number {
  found.release();
  return errno;
}

/** True if another tree is mounted on that name in the directory found. */
function leadsToMount(name: string, into: Found): boolean {
  const { tree, fid, borrowed } = into;
  const isMount = isMountPoint(tree, fid, name);
  into.set(tree, fid, QTDIR, borrowed);
  return isMount;
}

/** Makes a file in the directory found; O_EXCL is checked by the server. Releases the directory. */
function create(name: string, flags: number, into: Found): number {
  const { tree, borrowed } = into;
  const { client } = tree;
  const fid = borrowed ? client.clone(into.fid) : into.fid;
  if (fid < 0) return -fid;
  const errno = client.lcreate(fid, name, flags & ~O_NOFOLLOW, FILE_MODE);
  if (errno === 0) return into.set(tree, fid, client.r.qid_type);
  client.clunk(fid);
  return errno;
}

/** Opens the file found; clunks it on an error. */
function open(flags: number, into: Found): number {
  const { tree, fid, type } = into;
  const errno = openErrno(tree.client, fid, type, flags);
  if (errno === 0) return into.set(tree, fid, type);
  tree.client.clunk(fid);
  return errno;
}

function openErrno(client: Client, fid: number, type: number, flags: number): number {
  if (type === QTDIR) return (flags & (O_ACCMODE | O_TRUNC)) !== 0 ? E.EISDIR : 0;
  if ((flags & O_DIRECTORY) !== 0) return E.ENOTDIR;
  if (type === QTSYMLINK) return E.ELOOP;
  return client.lopen(fid, flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW));
}
