// Path resolution over 9P: symlinks, `..`, mounts, and confinement to a directory.
import { MAXWELEM, QTDIR, QTSYMLINK } from '../../../9p/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { LocalPeer } from '../../../transport/transport.ts';
import type { Client } from '../../client.ts';
import type { AtCalls } from '../at-calls.ts';
import type { Found } from './found.ts';
import { LAST_DOTDOT, LAST_NORM, pathErrno, type Path } from './path.ts';
import { step } from './step.ts';
import { LOOKUP_CREATE, LOOKUP_DIRECTORY, LOOKUP_FOLLOW, Walker } from './walker.ts';

// Each function returns 0 and fills `into`, or returns an errno and leaves `into` undefined. The caller clunks the fid
// (Found.release).
//
// Symlinks and `..` are resolved here and never by the server. A path that leaves the directory at which it begins, or
// is absolute, is OUTSIDE (EXDEV with RESOLVE_BENEATH of openat2(2)); in a tree with `inRoot` it stays inside, as in a
// chroot(2). A plain path costs one Twalk for each MAXWELEM of its names. It is walked in steps only if it has `..`, or
// if the Twalk ends at a symlink.

/**
 * Resolves a path to a fid of its own. ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, OUTSIDE.
 * @param follow Follow a symlink at the end; one before a trailing slash is always followed.
 */
export function find(at: AtCalls, base: number, path: Path, follow: boolean, into: Found, isBrief?: boolean): number {
  const flags = path.mustBeDir ? LOOKUP_DIRECTORY : follow ? LOOKUP_FOLLOW : 0;
  return pathErrno(at, path) || walkNames(at, base, path, path.names.length, flags, into, isBrief);
}

/** Resolves a path as `find`, and one without names to `base` itself, which is then borrowed. */
export function lookup(at: AtCalls, base: number, path: Path, follow: boolean, into: Found, isBrief?: boolean): number {
  if (path.names.length > 0) return find(at, base, path, follow, into, isBrief);
  return pathErrno(at, path) || into.set(at, base, QTDIR, true);
}

/** Resolves a path as `lookup`, for a fid that is only asked for its attributes or its target, and then clunked. */
export function look(at: AtCalls, base: number, path: Path, follow: boolean, into: Found): number {
  return lookup(at, base, path, follow, into, true);
}

/** Resolves the directory of a path's last component, which is not looked up. It may be `base`, borrowed. */
export function findParent(at: AtCalls, base: number, path: Path, into: Found): number {
  const errno = pathErrno(at, path);
  if (errno !== 0) return errno;
  // `a/.` is taken apart to [a], and its last component is the `.` that was left out.
  const isNamed = path.last === LAST_NORM || path.last === LAST_DOTDOT;
  const count = isNamed ? path.names.length - 1 : path.names.length;
  return count > 0 ? walkNames(at, base, path, count, LOOKUP_DIRECTORY, into) : into.set(at, base, QTDIR, true);
}

/**
 * Resolves a path that ends in a name, for O_CREAT. If only that name is missing, `into` is its directory, with the
 * name in `missing`. A dangling symlink at the end is followed to the place of its target.
 * @param follow False (O_NOFOLLOW): a symlink at the end is found itself.
 */
export function findOrParent(at: AtCalls, base: number, path: Path, follow: boolean, into: Found): number {
  const { names } = path;
  const count = names.length;
  if (count > 1 && count <= MAXWELEM && pathErrno(at, path) === 0 && isPlain(at, path)) {
    // A file that exists costs one message.
    const { client } = at;
    const { r } = client;
    const fid = client.walk(base, names, 0, count);
    if (fid >= 0) return resolveLast(at, base, path, follow, at, fid, r.wqid_type[count - 1]!, into);
    // Only the last name is missing. If it cannot be made, Tlcreate has the errno.
    if (fid === -E.ENOENT && r.nwqid === count - 1 && r.wqid_type[count - 2] === QTDIR) {
      const parent = client.walk(base, names, 0, count - 1);
      return parent < 0 ? -parent : into.set(at, parent, QTDIR, false, names[count - 1]);
    }
  }
  let errno = findParent(at, base, path, into);
  if (errno !== 0) return errno;
  const { tree: parentTree, fid: parent, borrowed } = into;
  const name = names[count - 1]!;
  errno = step(parentTree, parent, name, into);
  if (errno === E.ENOENT) return into.set(parentTree, parent, QTDIR, borrowed, name);
  const { tree, fid, type } = into;
  if (!borrowed) parentTree.client.clunk(parent);
  return errno || resolveLast(at, base, path, follow, tree, fid, type, into);
}

/** Ends `findOrParent` at the file of the last name: a symlink's fid is clunked, and the path resolved in steps. */
function resolveLast(
  at: AtCalls,
  base: number,
  path: Path,
  follow: boolean,
  tree: AtCalls,
  fid: number,
  type: number,
  into: Found,
): number {
  if (type !== QTSYMLINK || !follow) return into.set(tree, fid, type);
  tree.client.clunk(fid);
  return new Walker(at, base).walk(path.names, path.names.length, LOOKUP_FOLLOW | LOOKUP_CREATE, into);
}

/** True if a path stays in one tree, and no name in it is `..`. */
export function isPlain({ mountTable }: AtCalls, path: Path): boolean {
  return !path.hasDotDot && (mountTable === null || !mountTable.mayCross(path.names));
}

/** Resolves a path's first `count` names. */
function walkNames(
  at: AtCalls,
  base: number,
  path: Path,
  count: number,
  flags: number,
  into: Found,
  isBrief?: boolean,
): number {
  const { client } = at;
  const { names } = path;
  if (count === 0) {
    const fid = client.clone(base);
    return fid < 0 ? -fid : into.set(at, fid, QTDIR);
  }
  if (isPlain(at, path)) {
    const { r } = client;
    let fid = -1;
    let type = QTSYMLINK;
    if (count > MAXWELEM) {
      if (walkLong(at, base, names, count, into) === 0) ({ fid, type } = into);
    } else {
      // The Walker is not brief: what a step finds is asked for the next name or the target, and that must be the same
      // file, whoever replaces it meanwhile.
      const peer: LocalPeer = client.transport.peer ?? {};
      peer.brief = isBrief === true;
      try {
        fid = client.walk(base, names, 0, count);
      } finally {
        // Also if the stack is at its end: the fid of a later walk is kept.
        peer.brief = false;
      }
      if (fid < 0 && (fid !== -E.ENOENT || r.nwqid === 0)) return -fid;
      type = r.wqid_type[r.nwqid - 1]!;
      if (fid < 0 && type !== QTSYMLINK) return type === QTDIR ? whyNot(client, base, names, r.nwqid) : E.ENOTDIR;
    }
    if (fid >= 0) {
      if (type === QTDIR || flags === 0 || (type !== QTSYMLINK && flags === LOOKUP_FOLLOW)) {
        return into.set(at, fid, type);
      }
      client.clunk(fid);
      if (type !== QTSYMLINK) return E.ENOTDIR;
    }
  }
  return new Walker(at, base).walk(names, count, flags, into);
}

/** Walks names of one tree, more than a Twalk carries. Keeps no directory on the way, and follows no symlink. */
function walkLong(at: AtCalls, base: number, names: readonly string[], count: number, into: Found): number {
  const { client } = at;
  let fid = base;
  let type = QTDIR;
  for (let from = 0; from < count; from += MAXWELEM) {
    const some = Math.min(MAXWELEM, count - from);
    const next = client.walk(fid, names, from, some);
    if (next >= 0) type = client.r.wqid_type[some - 1]!;
    if (from > 0) client.clunk(fid);
    if (next < 0) return -next;
    fid = next;
  }
  return into.set(at, fid, type);
}

/** The errno of the name at which a Twalk stopped: its reply has only the number of names before it. */
function whyNot(client: Client, base: number, names: readonly string[], found: number): number {
  const dir = client.walk(base, names, 0, found);
  if (dir < 0) return -dir;
  const fid = client.walk(dir, names, found, 1);
  client.clunk(dir);
  if (fid < 0) return -fid;
  // The file was made meanwhile.
  client.clunk(fid);
  return E.ENOENT;
}
