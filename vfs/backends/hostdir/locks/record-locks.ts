// The record locks of a host directory that other processes see: of an open file of the host for each locked inode.
import { LOCK_TYPE_UNLCK } from '../../../9p/constants.ts';
import type { ForeignLock, RecordLocks } from '../../../backend/capabilities.ts';
import { E } from '../../../linux/errno.ts';
import { ACCESS_RDWR, type HostInode } from '../tree/inode.ts';
import type { HostTree } from '../tree/tree.ts';

/**
 * Locks of an open file (F_OFD_SETLK of fcntl(2)). One open file holds all locks of an inode, since two would exclude
 * each other; closing another descriptor of the inode does not release them, as it would those of a process.
 */
export class HostLocks implements RecordLocks {
  private readonly tree: HostTree;
  private readonly readOnly: boolean;
  /** The descriptors that hold locks. */
  private readonly fds = new Map<HostInode, number>();

  constructor(tree: HostTree, readOnly: boolean) {
    this.tree = tree;
    this.readOnly = readOnly;
  }

  set(inode: HostInode, handle: number, type: number, start: number, length: number): number {
    const { calls } = this.tree;
    const held = this.fds.get(inode);
    if (type === LOCK_TYPE_UNLCK) {
      if (held === undefined) return 0;
      if (start > 0 || length > 0) return -calls.lock(held, type, start, length);
      this.fds.delete(inode);
      calls.close(held);
      return 0;
    }
    const fd = held ?? this.open(inode, handle);
    if (fd < 0) return -fd;
    const errno = -calls.lock(fd, type, start, length);
    if (errno === 0) this.fds.set(inode, fd);
    else if (held === undefined) calls.close(fd);
    // The first lock has found the file open for less.
    return errno === E.EBADF ? E.ENOLCK : errno;
  }

  find(inode: HostInode, handle: number, type: number, start: number, length: number, out: ForeignLock): number {
    return -this.tree.calls.foreignLock(this.fds.get(inode) ?? handle, type, start, length, out);
  }

  /**
   * Opens a file for its locks: for reading and writing, so that locks of both types can follow. Where that is refused
   * (permissions, a program that runs), a handle for writing shares its own open file.
   */
  private open(inode: HostInode, handle: number): number {
    const { tree } = this;
    const { O_RDONLY, O_RDWR } = tree.flags;
    const fd = this.readOnly ? -E.EROFS : tree.open(inode, O_RDWR);
    if (fd >= 0 || fd === -E.EMFILE || fd === -E.ENFILE) return fd;
    const writes = handle === inode.fd ? inode.access === ACCESS_RDWR : inode.writers.includes(handle);
    return writes ? tree.calls.duplicate(handle) : tree.open(inode, O_RDONLY);
  }

  /** Releases all locks. */
  closeAll(): void {
    for (const fd of this.fds.values()) this.tree.calls.close(fd);
    this.fds.clear();
  }
}
