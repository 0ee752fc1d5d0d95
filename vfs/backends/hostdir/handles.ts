// The handles of open files and directories: descriptors of the host, of which some are an inode's own.
import { O_ACCMODE, O_APPEND, O_DSYNC, O_RDONLY, O_SYNC, S_IFDIR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { openFlags } from './node/open-flags.ts';
import type { HostInode } from './tree/inode.ts';
import type { HostTree } from './tree/tree.ts';

/** Opens and closes the handles of a host directory. */
export class HostHandles {
  private readonly tree: HostTree;
  /** The descriptors that are not their inode's own. */
  private readonly fds = new Set<number>();

  constructor(tree: HostTree) {
    this.tree = tree;
  }

  /**
   * Opens a regular file or a directory. Returns a descriptor, or the host's −errno.
   * @param flags Those of open(2) on Linux. The host carries out O_APPEND, O_SYNC and O_DSYNC.
   * @param quiet True to open with O_NOATIME, if this user owns the file; otherwise without.
   */
  open(inode: HostInode, flags: number, quiet: boolean): number {
    const access = flags & O_ACCMODE;
    const special = flags & (O_APPEND | O_SYNC | O_DSYNC);
    const { tree } = this;
    if (special === 0 && tree.borrow(inode, access === O_RDONLY, quiet)) return inode.fd;
    const before = inode.changes;
    const fd = this.openHost(inode, openFlags(tree.flags, access, special, inode.kind === S_IFDIR), quiet);
    if (fd < 0) return fd;
    if (access !== O_RDONLY) inode.writers.push(fd);
    else if (special === 0) tree.share(inode, fd, before, quiet);
    if (fd !== inode.fd) this.fds.add(fd);
    return fd;
  }

  private openHost(inode: HostInode, flags: number, quiet: boolean): number {
    const { tree } = this;
    const { O_NOATIME: noAtime = 0 } = tree.flags;
    const fd = tree.open(inode, quiet ? flags | noAtime : flags);
    return fd === -E.EPERM && quiet && noAtime !== 0 ? tree.open(inode, flags) : fd;
  }

  close(inode: HostInode, fd: number): void {
    if (fd === inode.fd) {
      inode.shares--;
      this.tree.returned(inode);
      return;
    }
    const at = inode.writers.indexOf(fd);
    if (at >= 0) inode.writers.splice(at, 1);
    this.fds.delete(fd);
    // A clunk cannot report errors: fsync can.
    this.tree.calls.close(fd);
  }

  /** Closes all descriptors but those that are an inode's own. */
  closeAll(): void {
    for (const fd of this.fds) this.tree.calls.close(fd);
    this.fds.clear();
  }
}
