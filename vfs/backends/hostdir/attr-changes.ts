// setattr on a directory of the host: size, owner, mode and times, and the mode bits that a write clears.
import {
  SETATTR_ATIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_SIZE,
  SETATTR_UID,
} from '../../9p/constants.ts';
import { S_IFDIR, S_IFLNK, S_ISGID } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { SetAttr } from '../../backend/backend.ts';
import { HostStat } from './calls/host-stat.ts';
import type { HostTimes } from './times.ts';
import { ACCESS_RDWR, type HostInode } from './tree/inode.ts';
import type { HostTree } from './tree/tree.ts';

/** Mode bits that a guest may set: all but set-user-ID and set-group-ID. */
export const MODE_MASK = 0o1777;

/** Changes attributes of inodes. Each method returns 0 or an errno. */
export class AttrChanges {
  private readonly tree: HostTree;
  private readonly times: HostTimes;
  private readonly st = new HostStat();

  constructor(tree: HostTree, times: HostTimes) {
    this.tree = tree;
    this.times = times;
  }

  set(inode: HostInode, set: SetAttr): number {
    const { valid } = set;
    if ((valid & SETATTR_MODE) !== 0 && inode.kind === S_IFLNK) return E.ENOTSUP;
    let errno = (valid & SETATTR_SIZE) === 0 ? 0 : this.resize(inode, set.size);
    if (errno === 0 && (valid & (SETATTR_UID | SETATTR_GID)) !== 0) errno = this.chown(inode, set);
    if (errno === 0 && (valid & SETATTR_MODE) !== 0) errno = this.chmod(inode, set.mode);
    if (errno === 0 && (valid & (SETATTR_ATIME | SETATTR_MTIME)) !== 0) {
      errno = this.tree.exact ? this.tree.utimens(inode, set) : this.times.set(inode, set);
    }
    return errno;
  }

  /** Clears set-user-ID and set-group-ID on a write, as the kernel does unless the process is root. */
  dropPrivileges(inode: HostInode): number {
    if (!inode.privileged) return 0;
    const errno = this.tree.stat(inode, this.st) || this.tree.chmod(inode, this.st.mode & MODE_MASK);
    if (errno === 0) inode.privileged = false;
    return errno;
  }

  /** A guest cannot set the set-group-ID bit of a directory, but a chmod with the bit keeps the one set by the host. */
  private chmod(inode: HostInode, mode: number): number {
    let kept = 0;
    if (inode.kind === S_IFDIR && (mode & S_ISGID) !== 0) {
      const errno = this.tree.stat(inode, this.st);
      if (errno !== 0) return errno;
      kept = this.st.mode & S_ISGID;
    }
    return this.tree.chmod(inode, (mode & MODE_MASK) | kept);
  }

  private chown(inode: HostInode, { valid, uid, gid }: SetAttr): number {
    const errno = this.tree.stat(inode, this.st);
    if (errno !== 0) return errno;
    const toUid = (valid & SETATTR_UID) !== 0 ? uid : this.st.uid;
    const toGid = (valid & SETATTR_GID) !== 0 ? gid : this.st.gid;
    return this.tree.chown(inode, toUid, toGid);
  }

  private resize(inode: HostInode, size: number): number {
    const { calls, flags } = this.tree;
    this.tree.touched(inode);
    const errno = this.dropPrivileges(inode);
    if (errno !== 0) return errno;
    // ftruncate(2) works on a descriptor opened before the file became read-only.
    const writer = inode.access === ACCESS_RDWR ? inode.fd : inode.writers.at(-1);
    if (writer !== undefined) return -calls.truncate(writer, size);
    const fd = this.tree.open(inode, flags.O_WRONLY);
    if (fd < 0) return -fd;
    const failed = -calls.truncate(fd, size);
    calls.close(fd);
    return failed;
  }
}
