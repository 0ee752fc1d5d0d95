// The calls of a tree that need a path only, whose components are checked one by one just before.
import type { SetAttr, StatFs } from '../../../../backend/backend.ts';
import { decodeText } from '../../../../lib/utf8.ts';
import { S_IFDIR } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import type { HostFlags } from '../../calls/calls.ts';
import { HostStat } from '../../calls/host-stat.ts';
import { NodeCalls, statPath, tried } from '../../calls/node-calls.ts';
import { statFsPath } from '../../calls/proc-calls.ts';
import { HostError, hostError, type Fs } from '../../node/node.ts';
import { isWindowsName, pathForNode } from '../../node/text.ts';
import type { HostInode } from '../inode.ts';
import { openNames, type NameIterator } from '../listings/name-iterator.ts';
import { InodeTable } from '../table.ts';
import type { HostTime } from '../tree.ts';

/** Calls on inodes by their paths: the methods of HostTree that keep nothing. See tree.ts for their results. */
export abstract class ByPath {
  readonly table = new InodeTable();
  readonly root: HostInode;
  readonly calls: NodeCalls;
  readonly flags: HostFlags;
  protected closed = false;
  protected readonly fs: Fs;
  /**
   * The orphans that no descriptor can hold, directories and symlinks that the guest has removed: their last attributes.
   */
  protected readonly orphans = new WeakMap<HostInode, HostStat>();
  protected readonly st = new HostStat();
  /** True if names that differ in case or normal form may be one file. */
  protected readonly folds = process.platform === 'win32' || process.platform === 'darwin';
  private readonly top: string;
  private readonly windows = process.platform === 'win32';

  /** @throws The error of node:fs if the path does not lead to a directory. */
  constructor(fs: Fs, path: string) {
    this.fs = fs;
    this.calls = new NodeCalls(fs);
    this.flags = fs.constants;
    this.top = decodeText(fs.realpathSync.native(pathForNode(path), { encoding: 'buffer' }));
    const errno = statPath(fs, this.top, this.st);
    if (errno !== 0) throw hostError(-errno, 'the directory cannot be looked at');
    this.root = this.table.add(this.st);
    if (this.root.kind !== S_IFDIR) fs.readdirSync(pathForNode(this.top)); // throws ENOTDIR
  }

  /** Looks at a path. ENOENT is false. */
  protected lstat(path: string, st: HostStat): boolean {
    const errno = statPath(this.fs, path, st);
    if (errno < 0 && errno !== -E.ENOENT) throw hostError(-errno, 'it cannot be looked at');
    return errno === 0;
  }

  /** Returns the path of an inode, with each component checked to be the same directory as before. ESTALE otherwise. */
  protected pathOf(inode: HostInode): string {
    const path = this.unchecked(inode);
    if (!this.lstat(path, this.st) || !this.table.is(inode, this.st)) throw this.lost(inode);
    return path;
  }

  /** Returns the error for a missing inode: ENOENT if the guest removed it, ESTALE if the host did. */
  protected lost(inode: HostInode): HostError {
    if (this.orphans.has(inode)) return new HostError('ENOENT', 'it was removed');
    return new HostError('ESTALE', 'the host has renamed or removed it');
  }

  protected unchecked(inode: HostInode): string {
    if (this.closed) throw new HostError('EIO', 'the directory was closed');
    if (inode === this.root) return this.top;
    if (inode.parent === null) throw new HostError('ESTALE', 'it was removed');
    return this.entry(inode.parent, inode.name);
  }

  protected entry(dir: HostInode, name: string): string {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new HostError('EINVAL', 'a bad name');
    if (this.windows && !isWindowsName(name)) throw new HostError('EINVAL', 'not a name of a file on Windows');
    return `${this.pathOf(dir)}/${name}`;
  }

  /** True if the host spells the name in exactly these characters. */
  protected isSpelt(dir: HostInode, path: string, name: string): boolean {
    const { fs } = this;
    if (!fs.lstatSync(pathForNode(path)).isSymbolicLink())
      return /[^/\\]*$/.exec(fs.realpathSync.native(pathForNode(path)))![0] === name;
    return fs.readdirSync(pathForNode(this.pathOf(dir))).includes(name);
  }

  aliased(dir: HostInode, name: string, inode: HostInode): boolean {
    if (!this.folds) return false;
    return this.lstat(this.entry(dir, name), this.st) && !this.table.is(inode, this.st);
  }

  statName(dir: HostInode, name: string, out: HostStat): number {
    return -statPath(this.fs, this.entry(dir, name), out);
  }

  unlink(dir: HostInode, name: string): number {
    const path = this.entry(dir, name);
    return -tried(() => this.fs.unlinkSync(pathForNode(path)));
  }

  rmdir(dir: HostInode, name: string): number {
    const path = this.entry(dir, name);
    return -tried(() => this.fs.rmdirSync(pathForNode(path)));
  }

  rename(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number {
    const from = this.entry(oldDir, oldName);
    const to = this.entry(newDir, newName);
    return -tried(() => this.fs.renameSync(pathForNode(from), pathForNode(to)));
  }

  linkAt(oldDir: HostInode, oldName: string, newDir: HostInode, newName: string): number {
    const from = this.entry(oldDir, oldName);
    const to = this.entry(newDir, newName);
    return -tried(() => this.fs.linkSync(pathForNode(from), pathForNode(to)));
  }

  /** ENOSYS: names are linked only. */
  link(): number {
    return E.ENOSYS;
  }

  names(dir: HostInode, atATime = 1): NameIterator {
    const names = openNames(this.fs, pathForNode(this.pathOf(dir)), atATime);
    if (!this.windows) return names;
    return {
      next: () => {
        const name = names.next();
        return name === null || isWindowsName(name) ? name : '';
      },
      close: () => names.close(),
      kind: 0,
      inoHigh: 0,
      inoLow: 0,
      batch: 0,
    };
  }

  listsInodes(): boolean {
    return false;
  }

  listBytes(dir: HostInode): Uint8Array[] {
    return this.fs.readdirSync(pathForNode(this.pathOf(dir)), { encoding: 'buffer' });
  }

  chmod(inode: HostInode, mode: number): number {
    return this.onDescriptor(inode, (fd) => this.fs.fchmodSync(fd, mode));
  }

  chown(inode: HostInode, uid: number, gid: number): number {
    return this.onDescriptor(inode, (fd) => this.fs.fchownSync(fd, uid, gid));
  }

  /** ENOSYS: node:fs rounds times (times.ts). */
  utimens(_inode: HostInode, _set: SetAttr): number {
    return E.ENOSYS;
  }

  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): number {
    if (inode.fd >= 0) return -tried(() => this.fs.futimesSync(inode.fd, atime, mtime));
    const path = this.pathOf(inode);
    return -tried(() => this.fs.lutimesSync(pathForNode(path), atime, mtime));
  }

  private onDescriptor(inode: HostInode, act: (fd: number) => void): number {
    const fd = inode.fd >= 0 ? inode.fd : this.open(inode, this.flags.O_RDONLY);
    if (fd < 0) return -fd;
    const errno = -tried(() => act(fd));
    if (fd !== inode.fd) this.calls.close(fd);
    return errno;
  }

  getxattr(): number {
    return E.ENOTSUP;
  }

  setxattr(): number {
    return E.ENOTSUP;
  }

  listxattr(): number {
    return E.ENOTSUP;
  }

  statfs(out: StatFs): number {
    return -statFsPath(this.fs, this.top, out);
  }

  /** −1: a path may lead to another file by now. */
  fsType(): number {
    return -1;
  }

  /** Opens an inode with flags of the host. Returns a descriptor or −errno. */
  abstract open(inode: HostInode, flags: number): number;
}
