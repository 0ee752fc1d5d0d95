// The tree of macOS, Windows and a Linux without /proc: inodes are reached by checked paths.
import { decodeText } from '../../../../lib/utf8.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import { ACCESS_PATH, ACCESS_RDWR, type HostInode } from '../inode.ts';
import { HostStat } from '../../calls/host-stat.ts';
import { tried } from '../../calls/node-calls.ts';
import { hostErrno, hostError } from '../../node/node.ts';
import { Listings } from '../listings/listings.ts';
import { OTHERS } from '../places.ts';
import { hasRawNames, pathForNode } from '../../node/text.ts';
import type { DirName, HostTree } from '../tree.ts';
import { ByPath } from './by-path.ts';

/**
 * The tree of macOS, Windows, and Linux without /proc. No call there acts relative to a descriptor, so each step uses a
 * path whose components are checked one by one just before. Its limits:
 * - A process of the host that swaps a directory of the tree for a symlink between the check and the call can make
 *   `create`, `mkdir`, `unlink` and `rename` act outside the tree. Data is never read or written there: an opened file
 *   is compared with the one that was looked up.
 * - A file that the host renames or removes is lost to its fids (ESTALE). A file that the guest removes lives on only
 *   if it is open, and on systems that can remove open files.
 */
export class PathTree extends ByPath implements HostTree {
  readonly way = 'paths';
  readonly exact = false;
  readonly rawNames = hasRawNames();
  readonly cached = false;
  readonly limits =
    'The directory is reached by paths: a process of the host that swaps directories of the tree for symlinks while a ' +
    'guest runs can make it create, rename and remove names outside of it, and what the host renames is lost (ESTALE).';
  readonly listings = new Listings();

  lookup(dir: HostInode, name: string): HostInode | number {
    const path = this.entry(dir, name);
    const st = new HostStat();
    if (!this.lstat(path, st)) return E.ENOENT;
    if (this.folds && !this.isSpelt(dir, path, name)) return E.ENOENT;
    return this.found(st, dir, name);
  }

  private found(st: HostStat, dir: HostInode, name: string): HostInode {
    const { table } = this;
    let inode = table.find(st);
    if (inode !== undefined && !table.is(inode, st)) {
      // The inode number was reused.
      table.remove(inode);
      inode = undefined;
    }
    inode ??= table.add(st);
    inode.seen(st);
    // An unlink or rename that followed `hold` has failed.
    this.orphans.delete(inode);
    this.place(inode, dir, name);
    return inode;
  }

  parent(dir: HostInode): HostInode | number {
    if (dir === this.root) return dir;
    return dir.parent ?? E.ESTALE;
  }

  create(dir: HostInode, name: string, mode: number): HostInode | number {
    const path = this.entry(dir, name);
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = this.flags;
    let fd = -1;
    try {
      fd = this.fs.openSync(pathForNode(path), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    } catch (thrown) {
      return hostErrno(thrown);
    }
    const st = new HostStat();
    const errno = this.calls.stat(fd, st);
    if (errno < 0) {
      this.calls.close(fd);
      return -errno;
    }
    const inode = this.found(st, dir, name);
    if (inode.fd >= 0) this.calls.close(fd);
    else {
      inode.fd = fd;
      inode.access = ACCESS_RDWR;
    }
    return inode;
  }

  mkdir(dir: HostInode, name: string, mode: number): HostInode | number {
    const path = this.entry(dir, name);
    const errno = tried(() => this.fs.mkdirSync(pathForNode(path), mode));
    return errno < 0 ? -errno : this.adopt(dir, name, S_IFDIR);
  }

  symlink(dir: HostInode, name: string, target: string): HostInode | number {
    const path = this.entry(dir, name);
    const errno = tried(() => this.fs.symlinkSync(pathForNode(target), pathForNode(path)));
    return errno < 0 ? -errno : this.adopt(dir, name, S_IFLNK);
  }

  private adopt(dir: HostInode, name: string, kind: number): HostInode {
    let found: HostInode | number = E.ENOENT;
    try {
      found = this.lookup(dir, name);
    } catch {
      // It was created, whatever became of it.
    }
    return typeof found !== 'number' && found.kind === kind ? found : this.table.gone(kind);
  }

  isAssumed(): boolean {
    return false;
  }

  lastName(): null {
    return null;
  }

  touched(): void {
    // Nothing is cached.
  }

  changed(): void {
    // Nothing is cached.
  }

  place(inode: HostInode, dir: HostInode, name: string): void {
    const { parent, others } = inode;
    if (parent !== null && inode.links > 1 && (parent !== dir || inode.name !== name)) {
      inode.others = [...(others ?? []).slice(1 - OTHERS), [parent, inode.name]];
    }
    inode.parent = dir;
    inode.name = name;
  }

  hold(inode: HostInode): void {
    if (inode.fd >= 0 || inode.refs === 0) return;
    if (inode.kind !== S_IFREG) {
      this.keepOrphan(inode);
      return;
    }
    const fd = this.open(inode, this.flags.O_RDWR);
    if (fd >= 0) {
      inode.fd = fd;
      inode.access = ACCESS_RDWR;
    } else if (fd === -E.EMFILE || fd === -E.ENFILE) {
      // Out of descriptors for the moment: the name must not be removed.
      throw hostError(-fd, 'the file cannot be held');
    }
    // Otherwise not writable by this user: open handles go on, later opens are ESTALE.
  }

  uncache(): void {
    // Nothing is remembered.
  }

  mknod(): number {
    return E.EPERM;
  }

  returned(): void {
    // There is no O_PATH descriptor to replace it.
  }

  private keepOrphan(inode: HostInode): void {
    if (inode.kind === S_IFLNK) this.readTarget(inode);
    const st = new HostStat();
    const errno = this.stat(inode, st);
    if (errno !== 0) throw hostError(errno, 'it cannot be looked at');
    st.nlink = inode.kind === S_IFDIR ? 0 : st.nlink - 1;
    this.orphans.set(inode, st);
  }

  release(inode: HostInode): void {
    if (inode !== this.root && inode.refs === 0 && inode.kind !== S_IFDIR) this.close(inode);
  }

  close(inode: HostInode): void {
    this.table.remove(inode);
    if (inode.fd >= 0) this.calls.close(inode.fd);
    inode.fd = -1;
    inode.access = ACCESS_PATH;
  }

  trim(): void {
    this.listings.drop();
  }

  closeAll(): void {
    this.closed = true;
    this.trim();
    for (const inode of this.table.all()) this.close(inode);
  }

  descriptors(): number {
    return this.table.all().filter((inode) => inode.fd >= 0).length;
  }

  known(): number {
    return this.table.size;
  }

  nameOf(inode: HostInode): DirName {
    for (const [dir, name] of inode.others ?? []) {
      if (this.lstat(this.unchecked(inode), this.st) && this.table.is(inode, this.st)) break;
      this.place(inode, dir, name);
    }
    this.pathOf(inode);
    return [inode.parent!, inode.name];
  }

  stat(inode: HostInode, out: HostStat): number {
    if (inode.fd >= 0) return -this.calls.stat(inode.fd, out);
    const orphan = this.orphans.get(inode);
    // Its parents may be removed as well.
    if (orphan !== undefined && orphan.nlink === 0) {
      Object.assign(out, orphan);
      return 0;
    }
    if (!this.lstat(this.unchecked(inode), out) || !this.table.is(inode, out)) throw this.lost(inode);
    return 0;
  }

  look(inode: HostInode): number {
    try {
      const errno = this.stat(inode, this.st);
      if (errno === 0) inode.seen(this.st);
      return errno;
    } catch (thrown) {
      return hostErrno(thrown);
    }
  }

  readTarget(inode: HostInode): number {
    if (inode.target === undefined)
      inode.target = decodeText(this.fs.readlinkSync(pathForNode(this.pathOf(inode)), { encoding: 'buffer' }));
    return 0;
  }

  /** The opened file must be the one looked up: a symlink swapped in is detected before any byte is transferred. */
  open(inode: HostInode, flags: number): number {
    const { fs } = this;
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
    let fd = -1;
    try {
      fd = fs.openSync(pathForNode(this.pathOf(inode)), flags | O_NOFOLLOW | O_NONBLOCK);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
    const errno = this.calls.stat(fd, this.st);
    if (errno === 0 && this.table.is(inode, this.st)) return fd;
    this.calls.close(fd);
    return errno < 0 ? errno : -hostErrno(this.lost(inode));
  }

  borrow(inode: HostInode, _reads: boolean, quiet: boolean): boolean {
    if (inode.access === ACCESS_PATH || quiet) return false;
    inode.shares++;
    return true;
  }

  share(): void {
    // A file is held only when its name is about to be removed (`hold`).
  }
}
