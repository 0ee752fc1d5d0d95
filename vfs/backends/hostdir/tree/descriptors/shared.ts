// The sharing of an inode's own descriptor with the handles of the server.
import { ACCESS_RDWR, ACCESS_READ, NEW, type HostInode } from '../inode.ts';
import type { Descriptors } from './descriptors.ts';
import { O_PATH } from './proc.ts';

/**
 * Takes a share of the inode's own descriptor, if it can serve as a handle. A descriptor for reading holds the inode as
 * well as one with O_PATH does. So the first one opened replaces it, and later opens share it: one stat of the ctime
 * (1 µs) instead of an open through /proc (4 µs).
 * @param tree Its `look` reads the attributes of the inode, and returns 0 or an errno.
 */
export function borrow(
  inode: HostInode,
  reads: boolean,
  quiet: boolean,
  tree: { look(inode: HostInode): number },
): boolean {
  if (quiet === inode.quiet && (inode.access === ACCESS_RDWR || (reads && inode.access === ACCESS_READ))) {
    const { openedAt } = inode;
    if (openedAt === NEW) inode.openedAt = inode.changes;
    else if (tree.look(inode) !== 0 || inode.changes !== openedAt) return false;
    inode.shares++;
    return true;
  }
  return false;
}

/** Makes a new descriptor for reading the inode's own, with one share, unless it has shares already. */
export function share(inode: HostInode, fd: number, before: number, quiet: boolean, held: Descriptors): void {
  if (inode.shares > 0 || inode.access === ACCESS_RDWR) return;
  held.release(inode);
  held.take(inode, fd);
  inode.access = ACCESS_READ;
  inode.quiet = quiet;
  inode.openedAt = before;
  inode.shares = 1;
}

/**
 * Called after a share was given back: replaces a descriptor for writing, which would keep the host from running the
 * file (ETXTBSY), by one that only holds the inode.
 */
export function returned(inode: HostInode, held: Descriptors): void {
  // With one fid, which is being clunked, the descriptor is closed next.
  if (inode.access !== ACCESS_RDWR || inode.shares > 0 || inode.refs <= 1) return;
  const fd = held.reopen(inode.fd, O_PATH);
  // Out of descriptors: it is closed with the last fid.
  if (fd < 0) return;
  held.release(inode);
  held.take(inode, fd);
}
