// Reopens an inode whose descriptor was closed to save descriptors.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { HostInode } from './inode.ts';
import { BIG, HostError, hostErrno } from '../node/node.ts';
import type { ProcTree } from './proc-tree.ts';

/** More levels than any tree has; bounds the loop. */
const MAX_DEPTH = 1 << 20;
/** The limit of known entries tried. */
const CHILDREN = 8;

/**
 * Reopens an inode whose descriptor was closed: a directory through `..` of a held subdirectory, which follows it
 * wherever the host moved it; otherwise by names, down from the nearest held directory. Each step opens one name,
 * follows no symlink, and must reach the inode that was there before.
 * @returns A descriptor.
 * @throws HostError ESTALE if it is not found, or another inode is.
 */
export function reopen(tree: ProcTree, inode: HostInode): number {
  if (inode.kind === S_IFDIR) {
    const fd = fromBelow(tree, inode);
    if (fd >= 0) return fd;
  }
  const way: HostInode[] = [];
  let at = inode;
  while (at.fd < 0) {
    const above: HostInode | null = at.parent ?? at.wasIn;
    if (above === null || way.length >= MAX_DEPTH) throw stale();
    way.push(at);
    at = above;
  }
  return goDown(tree, at, way);
}

/** Opens it through `..` of a held subdirectory; −1 if there is none. */
function fromBelow(tree: ProcTree, inode: HostInode): number {
  let tries = 0;
  for (const child of inode.held?.values() ?? []) {
    if (++tries > CHILDREN) break;
    if (child.kind !== S_IFDIR || child.fd < 0) continue;
    const fd = step(tree, `${tree.self(child)}/..`, inode);
    if (fd < 0) continue;
    if (tree.isInside(fd)) return fd;
    tree.fs.closeSync(fd);
  }
  return -1;
}

/** Opens it by the names of `way`, last one first. */
function goDown(tree: ProcTree, from: HostInode, way: HostInode[]): number {
  let fd = -1;
  for (let i = way.length - 1; i >= 0; i--) {
    const inode = way[i]!;
    const path = fd < 0 ? tree.entry(from, inode.name) : tree.under(fd, inode.name);
    let next = -1;
    try {
      next = step(tree, path, inode);
    } finally {
      if (fd >= 0) tree.fs.closeSync(fd);
    }
    if (next < 0) throw stale();
    fd = next;
  }
  return fd;
}

/** Opens a path that must lead to the inode; −1 if it does not. */
function step(tree: ProcTree, path: string, inode: HostInode): number {
  let fd: number;
  try {
    fd = tree.held.open(path, tree.held.flags);
  } catch (thrown) {
    const errno = hostErrno(thrown);
    if (errno === E.ENOENT || errno === E.ENOTDIR) return -1;
    throw thrown;
  }
  try {
    const st = tree.fs.fstatSync(fd, BIG);
    if (tree.table.keyOf(st) === inode.key && inode.mayBe(st)) return fd;
  } catch (thrown) {
    tree.fs.closeSync(fd);
    throw thrown;
  }
  tree.fs.closeSync(fd);
  return -1;
}

function stale(): HostError {
  return new HostError('ESTALE', 'the host has moved or removed it');
}
