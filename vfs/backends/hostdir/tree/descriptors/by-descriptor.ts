// The calls of a tree that only need the descriptor of an inode, or those of two.
import type { SetAttr, StatFs } from '../../../../backend/backend.ts';
import type { HostCalls } from '../../calls/calls.ts';
import type { HostInode } from '../inode.ts';
import type { HostTime } from '../tree.ts';

/**
 * Calls on inodes by their descriptors: the methods of HostTree that keep nothing. All return a positive errno, unless
 * they say otherwise in tree.ts.
 */
export abstract class ByDescriptor {
  abstract readonly root: HostInode;
  abstract readonly calls: HostCalls;

  /** Returns the descriptor of an inode, which is opened again if it was closed; or −errno. */
  abstract at(inode: HostInode): number;

  unlink(dir: HostInode, name: string): number {
    const at = this.at(dir);
    return at < 0 ? -at : -this.calls.unlinkAt(at, name);
  }

  rmdir(dir: HostInode, name: string): number {
    const at = this.at(dir);
    return at < 0 ? -at : -this.calls.rmdirAt(at, name);
  }

  rename(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number {
    // The second may reopen a directory; the first is used last, so that it is spared.
    const to = this.at(newDir);
    const from = this.at(oldDir);
    if (from < 0 || to < 0) return -Math.min(from, to);
    return -this.calls.renameAt(from, oldName, to, newName);
  }

  linkAt(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number {
    const to = this.at(newDir);
    const from = this.at(oldDir);
    if (from < 0 || to < 0) return -Math.min(from, to);
    return -this.calls.linkAt(from, oldName, to, newName);
  }

  link(inode: HostInode, dir: HostInode, name: string): number {
    const at = this.at(dir);
    const fd = this.at(inode);
    if (fd < 0 || at < 0) return -Math.min(fd, at);
    return -this.calls.link(fd, at, name);
  }

  listBytes(dir: HostInode): Uint8Array[] | number {
    const at = this.at(dir);
    const names = at < 0 ? at : this.calls.listBytes(at);
    return typeof names === 'number' ? -names : names;
  }

  chmod(inode: HostInode, mode: number): number {
    const fd = this.at(inode);
    return fd < 0 ? -fd : -this.calls.chmod(fd, mode);
  }

  chown(inode: HostInode, uid: number, gid: number): number {
    const fd = this.at(inode);
    return fd < 0 ? -fd : -this.calls.chown(fd, uid, gid);
  }

  utimens(inode: HostInode, set: SetAttr): number {
    const fd = this.at(inode);
    return fd < 0 ? -fd : -this.calls.utimens(fd, set);
  }

  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): number {
    const fd = this.at(inode);
    return fd < 0 ? -fd : -this.calls.utimes(fd, atime, mtime);
  }

  getxattr(inode: HostInode, name: string): Uint8Array | number {
    const fd = this.at(inode);
    const value = fd < 0 ? fd : this.calls.getxattr(fd, name);
    return typeof value === 'number' ? -value : value;
  }

  setxattr(inode: HostInode, name: string, value: Uint8Array, flags: number): number {
    const fd = this.at(inode);
    return fd < 0 ? -fd : -this.calls.setxattr(fd, name, value, flags);
  }

  listxattr(inode: HostInode): string[] | number {
    const fd = this.at(inode);
    const names = fd < 0 ? fd : this.calls.listxattr(fd);
    return typeof names === 'number' ? -names : names;
  }

  statfs(out: StatFs): number {
    const fd = this.at(this.root);
    return fd < 0 ? -fd : -this.calls.statfs(fd, out);
  }

  fsType(inode: HostInode): number {
    const fd = this.at(inode);
    return fd < 0 ? -1 : Math.max(-1, this.calls.fsType(fd));
  }
}
