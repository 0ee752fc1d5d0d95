// Reopens an inode whose descriptor was closed to save descriptors.
import { S_IFDIR } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import type { HostInode } from '../inode.ts';
import { HostStat } from '../../calls/host-stat.ts';
import type { HeldInodes } from './held-inodes.ts';

/** More levels than any tree has; bounds the loop. */
const MAX_DEPTH = 1 << 20;
/** The limit of known entries tried. */
const CHILDREN = 8;

const st = new HostStat();
/** Errnos of a path that leads there no more: also by a symlink, or out of the directory. */
const MISSED: ReadonlySet<number> = new Set([E.ENOENT, E.ENOTDIR, E.ELOOP, E.EXDEV]);

/**
 * Reopens an inode whose descriptor was closed: a directory through `..` of a held subdirectory, which follows it
 * wherever the host moved it; otherwise by names, down from the nearest held directory. Each step opens one name,
 * follows no symlink, and must reach the inode that was there before.
 * @returns A descriptor, or −errno: −ESTALE if it is not found, or another inode is.
 */
export function reopen(tree: HeldInodes, inode: HostInode): number {
  if (inode.kind === S_IFDIR) {
    const fd = fromBelow(tree, inode);
    if (fd !== -E.ESTALE) return fd;
  }
  const way: HostInode[] = [];
  let at = inode;
  while (at.fd < 0) {
    const above: HostInode | null = at.parent ?? at.wasIn;
    if (above === null || way.length >= MAX_DEPTH) return -E.ESTALE;
    way.push(at);
    at = above;
  }
  return goDown(tree, at, way);
}

/** Opens it through `..` of a held subdirectory; −ESTALE if there is none. */
function fromBelow(tree: HeldInodes, inode: HostInode): number {
  let tries = 0;
  for (const child of inode.held?.values() ?? []) {
    if (++tries > CHILDREN) break;
    if (child.kind !== S_IFDIR || child.fd < 0) continue;
    const fd = check(tree, tree.held.openUp(tree.at(child), 1), inode);
    if (fd === -E.ESTALE) continue;
    if (fd < 0 || isInside(tree, fd)) return fd;
    tree.held.closeFd(fd);
  }
  return -E.ESTALE;
}

function isInside(tree: HeldInodes, fd: number): boolean {
  try {
    return tree.isInside(fd);
  } catch (thrown) {
    tree.held.closeFd(fd);
    throw thrown;
  }
}

/** Opens it by the names of `way`, last one first. */
function goDown(tree: HeldInodes, from: HostInode, way: HostInode[]): number {
  let fd = tree.at(from);
  if (way.length > 1) {
    // All in one call. It does not matter what is on the way, as long as it ends at the same inode.
    const names = way.map(({ name }) => name).reverse();
    const found = tree.held.openBeneath(fd, names);
    if (found !== -E.ENOSYS) return check(tree, found, way[0]!);
  }
  for (let i = way.length - 1; i >= 0; i--) {
    const inode = way[i]!;
    const next = check(tree, tree.held.openAt(fd, inode.name, tree.held.flags), inode);
    if (i < way.length - 1) tree.held.closeFd(fd);
    if (next < 0) return next;
    fd = next;
  }
  return fd;
}

/** Passes on a descriptor that was just opened, if it is one of the inode; else it is closed, and −ESTALE returned. */
function check(tree: HeldInodes, fd: number, inode: HostInode): number {
  if (fd < 0) return MISSED.has(-fd) ? -E.ESTALE : fd;
  const errno = tree.calls.stat(fd, st);
  if (errno === 0 && tree.table.keyOf(st) === inode.key && inode.mayBe(st)) return fd;
  tree.held.closeFd(fd);
  return errno < 0 ? errno : -E.ESTALE;
}
