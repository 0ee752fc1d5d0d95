// The tree of Linux: inodes are reached through /proc/self/fd, without any symlink followed.
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import {
  INTENT_FIND,
  INTENT_CREATE,
  INTENT_REPLACE,
  INTENT_RMDIR,
  INTENT_UNLINK,
} from '../../../backend/lookup-intent.ts';
import { Below } from './below.ts';
import { Descriptors } from './descriptors.ts';
import { HostInode, NEW, ACCESS_READ, ACCESS_RDWR } from './inode.ts';
import { Listings } from './listings.ts';
import { isSettled, keep, refresh, unsettle } from './name-cache.ts';
import { nameOf } from './name-of.ts';
import { NO_NAMES, openNames, type Names } from './names.ts';
import { displace, place } from './places.ts';
import { BIG, BIG_OR_NONE, HostError, hostErrno, type Fs, type Stats } from '../node/node.ts';
import { InodeTable } from './table.ts';
import { O_PATH, readLink } from './proc.ts';
import { reopen } from './refind.ts';
import type { HostTime, HostTree } from './tree.ts';

/** How often a lookup is begun again when the name changes under it. */
const TRIES = 64;

/**
 * Linux: an inode is a descriptor opened with O_PATH|O_NOFOLLOW, and everything is done to `/proc/PID/fd/N` or to
 * one name below it. So a path is never resolved by the kernel beyond one component, a symlink is never followed,
 * and what was reached stays reached, whatever is renamed, replaced or removed meanwhile.
 *
 * What a fid is on is held. A directory that is known only for what is in use below it may lose its descriptor to
 * others, so that depth costs none; it is opened again when it is wanted (refind.ts).
 *
 * `/proc/PID/fd/N/name/` and `/proc/PID/fd/N/name/.` would follow a symlink in spite of O_NOFOLLOW: `entry` lets
 * no name through that is not a single component.
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
  /** `/proc/PID/fd/`, which is a tenth faster than by the symlink `self`; only where it is the same. */
  readonly descriptorsAt: string;
  /** What was looked up last: its name is most likely still good. */
  private last: HostInode | null = null;
  /** Deno's unlinkSync removes an empty directory, too. */
  private readonly unlinksDirectories = 'deno' in process.versions;
  /** What stands for names that nobody has looked at. */
  private readonly assumedFile: HostInode;
  private readonly unseenDirectory: HostInode;

  /** @param fd A descriptor of the directory, which is closed with the tree (openTop). */
  constructor(fs: Fs, fd: number) {
    this.fs = fs;
    this.held = new Descriptors(fs, this.listings, (inode) => this.close(inode));
    const st = fs.fstatSync(fd, BIG);
    this.root = this.table.add(st);
    this.held.take(this.root, fd);
    this.assumedFile = new HostInode(0, '', Object.assign(Object.create(st), { mode: 0n, nlink: 1n }));
    this.unseenDirectory = new HostInode(0, '', st);
    // A /proc of another process namespace has other numbers.
    const pid = String(process.pid);
    this.descriptorsAt = `/proc/${fs.readlinkSync('/proc/self') === pid ? pid : 'self'}/fd/`;
    this.below = new Below(this);
  }

  /** The path that leads to an inode, which the kernel follows like a link. */
  self(inode: HostInode): string {
    if (inode.fd < 0) this.reach(inode);
    else inode.idle?.touch(inode);
    return this.descriptorsAt + inode.fd;
  }

  /** Opens what has no descriptor now. ESTALE when the host has moved it or put something else in its place. */
  private reach(inode: HostInode): void {
    if (this.closed) throw new HostError('EIO', 'the directory was closed');
    this.held.take(inode, reopen(this, inode));
    // A fid still named it as the directory that it came by.
    this.table.put(inode);
    if (inode.refs === 0) this.held.wait(inode);
  }

  entry(dir: HostInode, name: string): string {
    checkName(name);
    return `${this.self(dir)}/${name}`;
  }

  /** The same by a descriptor. */
  under(fd: number, name: string): string {
    checkName(name);
    return `${this.descriptorsAt}${fd}/${name}`;
  }

  /** Whether a descriptor's directory is the root or below it. */
  isInside(fd: number): boolean {
    return this.below.has(fd);
  }

  lookup(dir: HostInode, name: string, intent: number): HostInode | number {
    const path = this.entry(dir, name);
    if (intent !== INTENT_FIND) {
      const told = this.answerWithoutLookup(dir, name, intent);
      if (told !== null) return told;
    }
    const now = Date.now();
    if (!isSettled(dir, now)) return this.lookupChanging(dir, name, path, now);
    refresh(dir, this.fs.fstatSync(dir.fd, BIG).ctimeNs, now);
    const kept = dir.names?.get(name);
    if (kept === null) return E.ENOENT;
    return kept !== undefined && kept.fd >= 0 ? this.found(kept, dir, name) : this.pin(dir, name, path, now);
  }

  /** What can be said of a name without a look, since the kernel looks; null when a fid may be on what has it. */
  private answerWithoutLookup(dir: HostInode, name: string, intent: number): HostInode | number | null {
    if (intent === INTENT_CREATE) return 0;
    if (intent === INTENT_UNLINK && this.unlinksDirectories) return null;
    const held = dir.held?.get(name);
    if (held !== undefined) {
      if (held.refs > 0 || held.pins > 0) return null;
      // It will have a name still.
      if (held.links > 1 && held.kind !== S_IFDIR) return intent === INTENT_UNLINK ? held : null;
      this.close(held);
    }
    if (intent === INTENT_REPLACE) return E.ENOENT;
    return intent === INTENT_RMDIR ? this.unseenDirectory : this.assumedFile;
  }

  isAssumed(inode: HostInode): boolean {
    return inode === this.assumedFile || inode === this.unseenDirectory;
  }

  /** In a directory that has just changed most names are new, or those of files in use: both need no descriptor. */
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

  /** Opens what a name stands for, and finds or makes its record. */
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

  /** Reads a symlink that was just opened; it is let go of when that fails. */
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

  /** The record of a descriptor, which is closed when the file is held already. */
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

  /** What is known of the file. What had its number before, and is not held, is another one's. */
  private knownAs(st: Stats): HostInode | undefined {
    const inode = this.table.find(st);
    if (inode === undefined || inode.fd >= 0 || inode.mayBe(st)) return inode;
    this.table.remove(inode);
    return undefined;
  }

  readTarget(inode: HostInode): void {
    // The lookup has done it, unless the symlink was just made.
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
    // Otherwise it is known already, as the host made a link of it.
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
      // Whoever uses it opens it: most are let go at once.
      const st = this.fs.lstatSync(this.entry(dir, name), BIG_OR_NONE);
      if (st !== undefined && (Number(st.mode) & S_IFMT) === kind) {
        return this.found(this.knownAs(st) ?? this.table.add(st), dir, name);
      }
    } catch {
      // It was made, whatever has become of it.
    }
    return this.table.gone(kind, this.fs.fstatSync(this.root.fd, BIG));
  }

  changed(dir: HostInode): void {
    unsettle(dir);
    dir.made = '';
    this.last = null;
  }

  place(inode: HostInode, dir: HostInode, name: string): void {
    if (this.isAssumed(inode)) return;
    const left = place(inode, dir, name);
    if (left !== null) this.release(left);
  }

  hold(): void {
    // The descriptor holds it.
  }

  returned(inode: HostInode): void {
    // With one fid, the one that is being closed, the descriptor goes next.
    if (inode.access !== ACCESS_RDWR || inode.shares > 0 || inode.refs <= 1) return;
    // A descriptor for writing would keep the host from running the file (ETXTBSY).
    try {
      // Without O_NOFOLLOW, which would open the link in /proc itself.
      const fd = this.held.open(this.self(inode), O_PATH);
      this.held.letGo(inode);
      this.held.take(inode, fd);
    } catch {
      // No descriptor to be had: it goes with the last fid.
    }
  }

  release(inode: HostInode): void {
    if (this.isDone(inode)) this.close(inode);
  }

  /** Whether an inode is to be closed at once; otherwise it is in use, or held for a while. */
  private isDone(inode: HostInode): boolean {
    if (inode === this.root || inode.refs > 0) return false;
    if (inode.pins === 0 && (inode.fd < 0 || inode.access === ACCESS_RDWR || inode.links === 0)) return true;
    if (inode.fd >= 0) this.held.wait(inode);
    return false;
  }

  close(inode: HostInode): void {
    // With the last file in it a directory is let go, too, and so on.
    for (let at: HostInode | null = inode; at !== null;) {
      at.idle?.delete(at);
      this.table.remove(at);
      at.names = null;
      at.held = null;
      if (this.last === at) this.last = null;
      this.held.letGo(at);
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

  /**
   * A descriptor for reading holds the inode as well as one that only names it, so the first one opened takes its
   * place, and whoever opens the file again has it too: a look at the ctime (1 µs) for a way through /proc (4 µs).
   */
  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean {
    if (quiet === inode.quiet && (inode.access === ACCESS_RDWR || (reads && inode.access === ACCESS_READ))) {
      const { openedAt } = inode;
      if (openedAt === NEW) inode.openedAt = inode.ctime;
      else {
        inode.seen(this.stat(inode));
        if (inode.ctime !== openedAt) return false;
      }
      inode.shares++;
      return true;
    }
    return false;
  }

  share(inode: HostInode, fd: number, before: bigint, quiet: boolean): void {
    if (inode.shares > 0 || inode.access === ACCESS_RDWR) return;
    this.held.letGo(inode);
    this.held.take(inode, fd);
    inode.access = ACCESS_READ;
    inode.quiet = quiet;
    inode.openedAt = before;
    inode.shares = 1;
  }

  names(dir: HostInode, atATime = 1): Names {
    const path = this.self(dir);
    for (;;) {
      try {
        return openNames(this.fs, path, atATime);
      } catch (thrown) {
        const errno = hostErrno(thrown);
        // Bun cannot list a directory that was removed, which is empty.
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

/** The server has checked it; this is the line that a guest must not cross. */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new HostError('EINVAL', 'a bad name');
}
