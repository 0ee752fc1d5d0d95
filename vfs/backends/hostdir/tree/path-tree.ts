// The tree of macOS, Windows and a Linux without /proc: inodes are reached by checked paths.
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { ACCESS_PATH, ACCESS_RDWR, type HostInode } from './inode.ts';
import { BIG, BIG_OR_NONE, HostError, hostErrno, type Fs, type Stats } from '../node/node.ts';
import { Listings } from './listings.ts';
import { openNames, type Names } from './names.ts';
import { OTHERS } from './places.ts';
import { InodeTable } from './table.ts';
import { decodeTarget, isWindowsName } from '../node/text.ts';
import type { HostTime, HostTree } from './tree.ts';

/**
 * The tree of macOS, Windows, and Linux without /proc. No call there acts relative to a descriptor, so each step uses a
 * path whose components are checked one by one just before. What this cannot guarantee:
 * - A process of the host that swaps a directory of the tree for a symlink between the check and the call can make
 *   `create`, `mkdir`, `unlink` and `rename` act outside the tree. Data is never read or written there: an opened file
 *   is compared with the one that was looked up.
 * - A file that the host renames or removes is lost to its fids (ESTALE). A file that the guest removes lives on only
 *   if it is open, and on systems that can remove open files.
 */
export class PathTree implements HostTree {
  readonly limits =
    'The directory is reached by paths: a process of the host that swaps directories of the tree for symlinks while a ' +
    'guest runs can make it create, rename and remove names outside of it, and what the host renames is lost (ESTALE).';
  readonly table = new InodeTable();
  readonly root: HostInode;
  readonly listings = new Listings();
  private closed = false;
  private readonly fs: Fs;
  private readonly top: string;
  /**
   * The orphans that no descriptor can hold, directories and symlinks that the guest has removed: their last attributes.
   */
  private readonly orphans = new WeakMap<HostInode, Stats>();
  private readonly windows = process.platform === 'win32';
  /** True if names that differ in case or normal form may be one file. */
  private readonly folds = process.platform === 'win32' || process.platform === 'darwin';

  constructor(fs: Fs, path: string) {
    this.fs = fs;
    this.top = fs.realpathSync.native(path);
    const st = fs.lstatSync(this.top, BIG);
    this.root = this.table.add(st);
    if (this.root.kind !== S_IFDIR) fs.readdirSync(this.top); // throws ENOTDIR
  }

  /** Returns the path of an inode, with each component checked to be the same directory as before. ESTALE otherwise. */
  private pathOf(inode: HostInode): string {
    const path = this.unchecked(inode);
    const st = this.fs.lstatSync(path, BIG_OR_NONE);
    if (st === undefined || !this.table.is(inode, st)) throw this.lost(inode);
    return path;
  }

  /** Returns the error for a missing inode: ENOENT if the guest removed it, ESTALE if the host did. */
  private lost(inode: HostInode): HostError {
    if (this.orphans.has(inode)) return new HostError('ENOENT', 'it was removed');
    return new HostError('ESTALE', 'the host has renamed or removed it');
  }

  private unchecked(inode: HostInode): string {
    if (this.closed) throw new HostError('EIO', 'the directory was closed');
    if (inode === this.root) return this.top;
    if (inode.parent === null) throw new HostError('ESTALE', 'it was removed');
    return this.entry(inode.parent, inode.name);
  }

  entry(dir: HostInode, name: string): string {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new HostError('EINVAL', 'a bad name');
    if (this.windows && !isWindowsName(name)) throw new HostError('EINVAL', 'not a name of a file on Windows');
    return `${this.pathOf(dir)}/${name}`;
  }

  lookup(dir: HostInode, name: string): HostInode | number {
    const path = this.entry(dir, name);
    const st = this.fs.lstatSync(path, BIG_OR_NONE);
    if (st === undefined) return E.ENOENT;
    if (this.folds && !this.isSpelt(dir, path, name)) return E.ENOENT;
    return this.found(st, dir, name);
  }

  private found(st: Stats, dir: HostInode, name: string): HostInode {
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

  /** True if the host spells the name in exactly these characters. */
  private isSpelt(dir: HostInode, path: string, name: string): boolean {
    const { fs } = this;
    if (!fs.lstatSync(path).isSymbolicLink()) return /[^/\\]*$/.exec(fs.realpathSync.native(path))![0] === name;
    return fs.readdirSync(this.pathOf(dir)).includes(name);
  }

  aliased(dir: HostInode, name: string, inode: HostInode): boolean {
    if (!this.folds) return false;
    const st = this.fs.lstatSync(this.entry(dir, name), BIG_OR_NONE);
    return st !== undefined && !this.table.is(inode, st);
  }

  parent(dir: HostInode): HostInode | number {
    if (dir === this.root) return dir;
    return dir.parent ?? E.ESTALE;
  }

  create(path: string, flags: number, mode: number): number {
    return this.fs.openSync(path, flags, mode);
  }

  adoptName(dir: HostInode, name: string, kind: number): HostInode {
    let found: HostInode | number = E.ENOENT;
    try {
      found = this.lookup(dir, name);
    } catch {
      // It was created, whatever became of it.
    }
    return typeof found !== 'number' && found.kind === kind ? found : this.table.gone(kind, this.stat(this.root));
  }

  isAssumed(): boolean {
    return false;
  }

  lastName(): null {
    return null;
  }

  adopt(dir: HostInode, name: string, fd: number): HostInode {
    let st: Stats;
    try {
      st = this.fs.fstatSync(fd, BIG);
    } catch (thrown) {
      this.fs.closeSync(fd);
      throw thrown;
    }
    const inode = this.found(st, dir, name);
    if (inode.fd >= 0) this.fs.closeSync(fd);
    else {
      inode.fd = fd;
      inode.access = ACCESS_RDWR;
    }
    return inode;
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
    try {
      inode.fd = this.open(inode, this.fs.constants.O_RDWR);
      inode.access = ACCESS_RDWR;
    } catch (thrown) {
      const errno = hostErrno(thrown);
      // Out of descriptors for the moment: the name must not be removed.
      if (errno === E.EMFILE || errno === E.ENFILE) throw thrown;
      // Not writable by this user: open handles go on, later opens are ESTALE.
    }
  }

  returned(): void {
    // There is no O_PATH descriptor to replace it.
  }

  private keepOrphan(inode: HostInode): void {
    if (inode.kind === S_IFLNK) this.readTarget(inode);
    const st = this.stat(inode);
    if (inode.kind === S_IFDIR || st.nlink === 1n) st.nlink = 0n;
    else st.nlink--;
    this.orphans.set(inode, st);
  }

  release(inode: HostInode): void {
    if (inode !== this.root && inode.refs === 0 && inode.kind !== S_IFDIR) this.close(inode);
  }

  close(inode: HostInode): void {
    this.table.remove(inode);
    if (inode.fd >= 0) this.fs.closeSync(inode.fd);
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

  statfsPath(): null {
    return null;
  }

  pathOfRoot(): string {
    return this.top;
  }

  nameOf(inode: HostInode): string {
    for (const [dir, name] of inode.others ?? []) {
      const st = this.fs.lstatSync(this.unchecked(inode), BIG_OR_NONE);
      if (st !== undefined && this.table.is(inode, st)) break;
      this.place(inode, dir, name);
    }
    return this.pathOf(inode);
  }

  stat(inode: HostInode): Stats {
    const { fs } = this;
    if (inode.fd >= 0) return fs.fstatSync(inode.fd, BIG);
    const orphan = this.orphans.get(inode);
    // Its parents may be removed as well.
    if (orphan !== undefined && orphan.nlink === 0n) return orphan;
    const st = fs.lstatSync(this.unchecked(inode), BIG_OR_NONE);
    if (st === undefined || !this.table.is(inode, st)) throw this.lost(inode);
    return st;
  }

  readTarget(inode: HostInode): void {
    if (inode.target === undefined)
      inode.target = decodeTarget(this.fs.readlinkSync(this.pathOf(inode), { encoding: 'buffer' }));
  }

  /** The opened file must be the one looked up: a symlink swapped in is detected before any byte is transferred. */
  open(inode: HostInode, flags: number): number {
    const { fs } = this;
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
    const fd = fs.openSync(this.pathOf(inode), flags | O_NOFOLLOW | O_NONBLOCK);
    let same = false;
    try {
      same = this.table.is(inode, fs.fstatSync(fd, BIG));
    } finally {
      if (!same) fs.closeSync(fd);
    }
    if (same) return fd;
    throw this.lost(inode);
  }

  borrow(inode: HostInode, _reads: boolean, quiet: boolean): boolean {
    if (inode.access === ACCESS_PATH || quiet) return false;
    inode.shares++;
    return true;
  }

  share(): void {
    // A file is held only when its name is about to be removed (`hold`).
  }

  names(dir: HostInode, atATime = 1): Names {
    const names = openNames(this.fs, this.pathOf(dir), atATime);
    if (!this.windows) return names;
    return {
      next: () => {
        const name = names.next();
        return name === null || isWindowsName(name) ? name : '';
      },
      close: () => names.close(),
    };
  }

  listBytes(dir: HostInode): Uint8Array[] {
    return this.fs.readdirSync(this.pathOf(dir), { encoding: 'buffer' });
  }

  chmod(inode: HostInode, mode: number): void {
    this.onDescriptor(inode, (fd) => this.fs.fchmodSync(fd, mode));
  }

  chown(inode: HostInode, uid: number, gid: number): void {
    this.onDescriptor(inode, (fd) => this.fs.fchownSync(fd, uid, gid));
  }

  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): void {
    if (inode.fd >= 0) this.fs.futimesSync(inode.fd, atime, mtime);
    else this.fs.lutimesSync(this.pathOf(inode), atime, mtime);
  }

  private onDescriptor(inode: HostInode, act: (fd: number) => void): void {
    if (inode.fd >= 0) {
      act(inode.fd);
      return;
    }
    const fd = this.open(inode, this.fs.constants.O_RDONLY);
    try {
      act(fd);
    } finally {
      this.fs.closeSync(fd);
    }
  }
}
