// The tree of Linux: inodes are reached through /proc/self/fd, without any symlink followed.
import { S_IFLNK, S_IFMT } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { INTENT_FIND } from '../../../backend/lookup-intent.ts';
import { Assumed } from './assumed.ts';
import { Below } from './below.ts';
import { Descriptors } from './descriptors.ts';
import { NEW, ACCESS_RDWR, type HostInode } from './inode.ts';
import { Listings } from './listings.ts';
import { isSettled, keep, refresh, unsettle } from './name-cache.ts';
import { nameOf } from './name-of.ts';
import { NO_NAMES, openNames, type Names } from './names.ts';
import { displace, place } from './places.ts';
import { BIG, BIG_OR_NONE, HostError, hostErrno, type Fs, type Stats } from '../node/node.ts';
import { InodeTable } from './table.ts';
import { readLink } from './proc.ts';
import { reopen } from './refind.ts';
import { borrow, returned, share } from './shared.ts';
import type { HostTime, HostTree } from './tree.ts';

/** Attempts of a lookup while another process changes the name. */
const TRIES = 64;

/**
 * The tree of Linux. An inode is a descriptor opened with O_PATH|O_NOFOLLOW, and each call acts on `/proc/PID/fd/N` or
 * on one name below it. So the kernel never resolves more than one component, no symlink is followed, and an inode
 * stays reachable, whatever is renamed, replaced or removed meanwhile.
 *
 * An inode with a fid is held. A directory that is known only for inodes in use below it may lose its descriptor, so
 * that depth costs none; it is reopened when needed (refind.ts).
 *
 * `/proc/PID/fd/N/name/` and `/proc/PID/fd/N/name/.` would follow a symlink in spite of O_NOFOLLOW: `entry` rejects
 * every name that is not a single component.
 */
export class ProcTree implements HostTree {
  readonly limits = '';
  readonly table = new InodeTable();
  readonly root: HostInode;
  readonly listings = new Listings();
  readonly fs: Fs;
  readonly held: Descriptors;
  private readonly below: Below;
  private closed = false;
  /** `/proc/PID/fd/`, which is 10 % faster than the symlink `/proc/self`, used where both are the same. */
  readonly descriptorsAt: string;
  /** The last inode looked up, whose name is probably still valid. */
  private last: HostInode | null = null;
  private readonly assumed: Assumed;

  /** @param fd A descriptor of the directory, which is closed with the tree (openTop). */
  constructor(fs: Fs, fd: number) {
    this.fs = fs;
    this.held = new Descriptors(fs, this.listings, (inode) => this.close(inode));
    const st = fs.fstatSync(fd, BIG);
    this.root = this.table.add(st);
    this.held.take(this.root, fd);
    this.assumed = new Assumed(st, (inode) => this.close(inode));
    // A /proc of another process namespace has other numbers.
    const pid = String(process.pid);
    this.descriptorsAt = `/proc/${fs.readlinkSync('/proc/self') === pid ? pid : 'self'}/fd/`;
    this.below = new Below(this);
  }

  /** Returns the magic link of an inode in /proc, which the kernel follows. */
  self(inode: HostInode): string {
    if (inode.fd < 0) this.reach(inode);
    else inode.idle?.touch(inode);
    return this.descriptorsAt + inode.fd;
  }

  /** Reopens an inode without a descriptor. ESTALE if the host has moved or replaced it. */
  private reach(inode: HostInode): void {
    if (this.closed) throw new HostError('EIO', 'the directory was closed');
    this.held.take(inode, reopen(this, inode));
    // A fid still referred to it as its directory.
    this.table.put(inode);
    if (inode.refs === 0) this.held.wait(inode);
  }

  entry(dir: HostInode, name: string): string {
    checkName(name);
    return `${this.self(dir)}/${name}`;
  }

  /** Like `entry`, for a descriptor. */
  under(fd: number, name: string): string {
    checkName(name);
    return `${this.descriptorsAt}${fd}/${name}`;
  }

  /** True if the directory of a descriptor is the root or below it. */
  isInside(fd: number): boolean {
    return this.below.has(fd);
  }

  lookup(dir: HostInode, name: string, intent: number): HostInode | number {
    const path = this.entry(dir, name);
    if (intent !== INTENT_FIND) {
      const answer = this.assumed.answer(dir, name, intent);
      if (answer !== null) return answer;
    }
    const now = Date.now();
    if (!isSettled(dir, now)) return this.lookupChanging(dir, name, path, now);
    refresh(dir, this.fs.fstatSync(dir.fd, BIG).ctimeNs, now);
    const kept = dir.names?.get(name);
    if (kept === null) return E.ENOENT;
    return kept !== undefined && kept.fd >= 0 ? this.found(kept, dir, name) : this.pin(dir, name, path, now);
  }

  isAssumed(inode: HostInode): boolean {
    return this.assumed.has(inode);
  }

  /**
   * Looks a name up in a directory that has just changed. Most names there are new, or of files in use: neither needs a
   * descriptor.
   */
  private lookupChanging(dir: HostInode, name: string, path: string, now: number): HostInode | number {
    if (name === dir.made && dir.held?.has(name) !== true) return this.pin(dir, name, path, now);
    const st = this.fs.lstatSync(path, BIG_OR_NONE);
    if (st === undefined) return E.ENOENT;
    const known = this.knownAs(st);
    if (known === undefined || known.fd < 0) return this.pin(dir, name, path, now);
    known.seen(st);
    return this.found(known, dir, name);
  }

  private found(inode: HostInode, dir: HostInode, name: string): HostInode {
    inode.idle?.delete(inode);
    this.place(inode, dir, name);
    this.last = inode;
    return inode;
  }

  /** Opens a name, and finds or creates its inode. */
  private pin(dir: HostInode, name: string, path: string, now: number): HostInode | number {
    for (let tries = 0; tries < TRIES; tries++) {
      const fd = this.openPath(path);
      if (fd < 0) {
        if (fd === -E.ENOENT) keep(dir, name, null, now);
        return -fd;
      }
      const inode = this.record(fd);
      if (inode.kind !== S_IFLNK || inode.target !== undefined || this.reads(inode, path)) {
        keep(dir, name, inode, now);
        return this.found(inode, dir, name);
      }
      this.release(inode);
    }
    return E.ESTALE;
  }

  /** Reads a symlink that was just opened, and releases it if that fails. */
  private reads(inode: HostInode, path: string): boolean {
    try {
      return readLink(this.fs, this.table, inode, path);
    } catch (thrown) {
      this.release(inode);
      throw thrown;
    }
  }

  private openPath(path: string): number {
    try {
      return this.held.open(path, this.held.flags);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  create(path: string, flags: number, mode: number): number {
    return this.held.open(path, flags, mode);
  }

  /** Returns the inode of a descriptor, which is closed if the inode is held already. */
  private record(fd: number): HostInode {
    let inode: HostInode | undefined;
    try {
      const st = this.fs.fstatSync(fd, BIG);
      inode = this.knownAs(st) ?? this.table.add(st);
      inode.seen(st);
    } finally {
      if (inode === undefined || inode.fd >= 0) this.held.closeFd(fd);
    }
    if (inode.fd < 0) this.held.take(inode, fd);
    return inode;
  }

  /** Returns the known inode of a file, if any. An inode that is not held and had the number before is dropped. */
  private knownAs(st: Stats): HostInode | undefined {
    const inode = this.table.find(st);
    if (inode === undefined || inode.fd >= 0 || inode.mayBe(st)) return inode;
    this.table.remove(inode);
    return undefined;
  }

  readTarget(inode: HostInode): void {
    // Done by the lookup, unless the symlink was just created.
    const { parent } = inode;
    if (parent !== null && readLink(this.fs, this.table, inode, this.entry(parent, inode.name))) return;
    throw new HostError('ESTALE', 'it was replaced');
  }

  parent(dir: HostInode): HostInode | number {
    if (dir === this.root) return dir;
    const fd = this.openPath(`${this.self(dir)}/..`);
    if (fd < 0) return -fd;
    const inode = this.record(fd);
    inode.idle?.delete(inode);
    if (inode === this.root || this.isBelow(inode)) return inode;
    this.release(inode);
    return E.ESTALE;
  }

  private isBelow(inode: HostInode): boolean {
    try {
      return this.below.has(inode.fd);
    } catch (thrown) {
      this.release(inode);
      throw thrown;
    }
  }

  adopt(dir: HostInode, name: string, fd: number): HostInode {
    unsettle(dir);
    dir.made = name;
    const inode = this.record(fd);
    // Otherwise the inode is known already: the host has linked the file.
    if (inode.fd === fd) {
      inode.access = ACCESS_RDWR;
      inode.openedAt = NEW;
    }
    return this.found(inode, dir, name);
  }

  adoptName(dir: HostInode, name: string, kind: number): HostInode {
    unsettle(dir);
    dir.made = name;
    try {
      // Opened on first use: most new directories and symlinks are released at once.
      const st = this.fs.lstatSync(this.entry(dir, name), BIG_OR_NONE);
      if (st !== undefined && (Number(st.mode) & S_IFMT) === kind) {
        return this.found(this.knownAs(st) ?? this.table.add(st), dir, name);
      }
    } catch {
      // It was created, whatever became of it.
    }
    return this.table.gone(kind, this.fs.fstatSync(this.root.fd, BIG));
  }

  changed(dir: HostInode): void {
    unsettle(dir);
    dir.made = '';
    this.last = null;
  }

  place(inode: HostInode, dir: HostInode, name: string): void {
    if (this.assumed.has(inode)) return;
    const left = place(inode, dir, name);
    if (left !== null) this.release(left);
  }

  hold(): void {
    // Held by its descriptor.
  }

  returned(inode: HostInode): void {
    returned(inode, this.held, this);
  }

  release(inode: HostInode): void {
    if (this.isDone(inode)) this.close(inode);
  }

  /** True if an inode is to be closed now; otherwise it is in use, or starts to wait. */
  private isDone(inode: HostInode): boolean {
    if (inode === this.root || inode.refs > 0) return false;
    if (inode.pins === 0 && (inode.fd < 0 || inode.access === ACCESS_RDWR || inode.links === 0)) return true;
    if (inode.fd >= 0) this.held.wait(inode);
    return false;
  }

  close(inode: HostInode): void {
    // A directory is released with the last inode in it, and so on upwards.
    for (let at: HostInode | null = inode; at !== null;) {
      at.idle?.delete(at);
      this.table.remove(at);
      at.names = null;
      at.held = null;
      if (this.last === at) this.last = null;
      this.held.release(at);
      const left = displace(at);
      at = left !== null && this.isDone(left) ? left : null;
    }
  }

  trim(): void {
    this.held.trim();
  }

  closeAll(): void {
    this.closed = true;
    this.trim();
    for (const inode of this.table.all()) this.close(inode);
    this.held.end();
  }

  descriptors(): number {
    return this.held.count;
  }

  known(): number {
    return this.table.size;
  }

  lastName(inode: HostInode): string | null {
    const { parent } = inode;
    return inode === this.last && parent !== null ? this.entry(parent, inode.name) : null;
  }

  nameOf(inode: HostInode): string | number {
    return nameOf(this, this.fs, inode);
  }

  statfsPath(inode: HostInode): string {
    return this.self(inode);
  }

  pathOfRoot(): string {
    return this.self(this.root);
  }

  aliased(): boolean {
    return false;
  }

  stat(inode: HostInode): Stats {
    if (inode.fd < 0) this.reach(inode);
    return this.fs.fstatSync(inode.fd, BIG);
  }

  open(inode: HostInode, flags: number): number {
    return this.held.open(this.self(inode), flags);
  }

  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean {
    return borrow(inode, reads, quiet, this);
  }

  share(inode: HostInode, fd: number, before: bigint, quiet: boolean): void {
    share(inode, fd, before, quiet, this.held);
  }

  names(dir: HostInode, atATime = 1): Names {
    const path = this.self(dir);
    for (;;) {
      try {
        return openNames(this.fs, path, atATime);
      } catch (thrown) {
        const errno = hostErrno(thrown);
        // Bun cannot list a removed directory; it is empty.
        if (errno === E.ENOENT && this.stat(dir).nlink === 0n) return NO_NAMES;
        if (!this.held.gaveUpSome(errno)) throw thrown;
      }
    }
  }

  listBytes(dir: HostInode): Uint8Array[] {
    return this.fs.readdirSync(this.self(dir), { encoding: 'buffer' });
  }

  chmod(inode: HostInode, mode: number): void {
    this.fs.chmodSync(this.self(inode), mode);
  }

  chown(inode: HostInode, uid: number, gid: number): void {
    this.fs.chownSync(this.self(inode), uid, gid);
  }

  utimes(inode: HostInode, atime: HostTime, mtime: HostTime): void {
    this.fs.utimesSync(this.self(inode), atime, mtime);
  }
}

/** The server has checked it already; this check is the boundary of the sandbox. */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new HostError('EINVAL', 'a bad name');
}
