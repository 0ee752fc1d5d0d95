// The tree of Linux: inodes are reached by descriptors, without any symlink followed.
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { INTENT_FIND, INTENT_FURTHER } from '../../../backend/lookup-intent.ts';
import type { HostCalls, HostFlags } from '../calls/calls.ts';
import type { Way } from '../options.ts';
import { HostStat, copyStat } from '../calls/host-stat.ts';
import { Assumed } from './assumed.ts';
import { Below } from './below.ts';
import { ByDescriptor } from './by-descriptor.ts';
import { Descriptors } from './descriptors.ts';
import { NEW, ACCESS_RDWR, type HostInode } from './inode.ts';
import { Listings } from './listings.ts';
import { expire, isSettled, keep, refresh, unsettle } from './name-cache.ts';
import { listsInodes } from './local.ts';
import { nameOf } from './name-of.ts';
import type { Names } from './names.ts';
import { displace, place } from './places.ts';
import { hostError } from '../node/node.ts';
import { InodeTable } from './table.ts';
import { reopen } from './refind.ts';
import { borrow, returned, share } from './shared.ts';
import { decodeTarget } from '../node/text.ts';
import type { Entry, HostTree } from './tree.ts';
import { Watches } from './watches.ts';

/** A time at which no name is cached. */
const NEVER = -1;
/** The time in which attributes asked right after a lookup are those that the lookup saw, in milliseconds. */
const FRESH = 1;
/** Attempts of a lookup while another process changes the name. */
const TRIES = 64;

/**
 * The tree of Linux. An inode is a descriptor opened with O_PATH|O_NOFOLLOW, and each call acts on it or on one name
 * below it. So no symlink is followed, and an inode stays reachable, whatever is renamed, replaced or removed
 * meanwhile. The calls are libc's or those of node:fs (calls/calls.ts).
 *
 * An inode with a fid is held. A directory that is known only for inodes in use below it may lose its descriptor, so
 * that depth costs none; it is reopened when needed (refind.ts).
 */
export class DescriptorTree extends ByDescriptor implements HostTree {
  readonly way: Way;
  readonly limits = '';
  readonly table = new InodeTable();
  override readonly root: HostInode;
  readonly listings = new Listings();
  override readonly calls: HostCalls;
  readonly flags: HostFlags;
  readonly exact: boolean;
  readonly held: Descriptors;
  private readonly below: Below;
  private readonly watches: Watches;
  private closed = false;
  /** The last inode looked up, whose name is probably still valid. */
  private last: HostInode | null = null;
  private readonly assumed: Assumed;
  private readonly st = new HostStat();
  /** True if listings of the file system have the inode numbers and kinds; undefined until it is needed. */
  private lists: boolean | undefined;
  /** Date.now() at the beginning of the request. */
  private now = 0;
  /**
   * The inode that was just looked at by its name, until anything else is asked: if its attributes are asked next, they
   * are those in `freshStat`. Not of a directory, whose fid a guest may keep.
   */
  private fresh: HostInode | null = null;
  private readonly freshStat = new HostStat();
  /** The directory or symlink created last, which is in no table yet: most are released at once. */
  private made: HostInode | null = null;

  /**
   * @param fd A descriptor of the directory, which is closed with the tree (openTop).
   * @throws HostError if it cannot be looked at.
   */
  constructor(calls: HostCalls, fd: number) {
    super();
    this.calls = calls;
    this.way = calls.way;
    this.flags = calls.flags;
    this.exact = calls.exact;
    this.held = new Descriptors(calls, this.listings, (inode) => this.close(inode));
    const errno = calls.stat(fd, this.st);
    if (errno !== 0) throw hostError(-errno, 'the directory cannot be looked at');
    this.root = this.table.add(this.st);
    this.held.take(this.root, fd);
    // Deno's unlinkSync removes an empty directory, too.
    this.assumed = new Assumed(!calls.exact && 'deno' in process.versions, (inode) => this.close(inode));
    this.below = new Below(this);
    this.watches = new Watches(calls, this.root);
  }

  override at(inode: HostInode): number {
    this.fresh = null;
    if (inode.fd < 0) return this.reach(inode);
    inode.idle?.touch(inode);
    return inode.fd;
  }

  /** Reopens an inode without a descriptor. ESTALE if the host has moved or replaced it. */
  private reach(inode: HostInode): number {
    if (this.closed) return -E.EIO;
    const fd = reopen(this, inode);
    if (fd < 0) return fd;
    this.held.take(inode, fd);
    // A fid still referred to it as its directory.
    this.table.put(inode);
    if (inode.refs === 0) this.held.wait(inode);
    return fd;
  }

  /** True if the directory of a descriptor is the root or below it. */
  isInside(fd: number): boolean {
    return this.below.has(fd);
  }

  lookup(dir: HostInode, name: string, intent: number): HostInode | number {
    const at = this.at(dir);
    if (at < 0) return -at;
    if (this.made !== null) this.keepMade();
    if (intent !== INTENT_FIND && intent !== INTENT_FURTHER) {
      const answer = this.assumed.answer(dir, name, intent);
      if (answer !== null) return answer;
    }
    if (intent !== INTENT_FURTHER) {
      this.now = Date.now();
      if (dir.watch >= 0) this.watches.check();
    }
    const { now } = this;
    if (dir.watch >= 0) expire(dir, now);
    else {
      if (!isSettled(dir, now)) return this.lookupChanging(dir, name, now);
      // Most names are looked up once. Before one is cached the directory must be looked at.
      if (name !== dir.missed && dir.held?.has(name) !== true && dir.names?.has(name) !== true) {
        dir.missed = name;
        return this.pin(dir, name, NEVER);
      }
      const errno = this.calls.stat(at, this.st);
      if (errno < 0) return -errno;
      dir.seen(this.st);
      refresh(dir, now);
    }
    const kept = dir.names?.get(name);
    if (kept === undefined) return this.lookupAgain(dir, name, now);
    if (kept !== null && kept.fd < 0) return this.pin(dir, name, now);
    if (dir.watch < 0) this.watches.use(dir);
    return kept === null ? E.ENOENT : this.found(kept, dir, name);
  }

  /** Looks a name up that is not cached: one that leads to the same inode as last time needs no descriptor. */
  private lookupAgain(dir: HostInode, name: string, now: number): HostInode | number {
    const last = dir.held?.get(name);
    if (last === undefined || last.fd < 0) return this.pin(dir, name, now);
    const found = this.lookupChanging(dir, name, now);
    if (typeof found !== 'number') keep(dir, name, found, now);
    return found;
  }

  isAssumed(inode: HostInode): boolean {
    return this.assumed.has(inode);
  }

  /**
   * Looks a name up in a directory that has just changed. Most names there are new, or of files in use: neither needs a
   * descriptor.
   */
  private lookupChanging(dir: HostInode, name: string, now: number): HostInode | number {
    if (name === dir.made && dir.held?.has(name) !== true) return this.pin(dir, name, now);
    const st = this.freshStat;
    const errno = this.calls.statAt(dir.fd, name, st);
    if (errno < 0) return -errno;
    const known = this.knownAs(st);
    if (known === undefined || known.fd < 0) return this.pin(dir, name, now);
    known.seen(st);
    this.isFresh(known);
    return this.found(known, dir, name);
  }

  private found(inode: HostInode, dir: HostInode, name: string): HostInode {
    this.place(inode, dir, name);
    this.last = inode;
    return inode;
  }

  /** Opens a name, and finds or creates its inode. */
  private pin(dir: HostInode, name: string, now: number): HostInode | number {
    for (let tries = 0; tries < TRIES; tries++) {
      const fd = this.held.openAt(dir.fd, name, this.held.flags);
      if (fd < 0) {
        if (fd === -E.ENOENT) keep(dir, name, null, now);
        return -fd;
      }
      const inode = this.record(fd);
      if (typeof inode === 'number') return inode;
      const errno =
        inode.kind !== S_IFLNK || this.exact || inode.target !== undefined ? 0 : this.reads(inode, dir, name);
      if (errno === 0) {
        keep(dir, name, inode, now);
        return this.found(inode, dir, name);
      }
      this.release(inode);
      if (errno !== E.ESTALE) return errno;
    }
    return E.ESTALE;
  }

  /**
   * Reads a symlink by its name. ESTALE unless the name led to the inode all the time. The target of a symlink never
   * changes.
   */
  private reads(inode: HostInode, dir: HostInode, name: string): number {
    const at = this.at(dir);
    if (at < 0) return -at;
    const target = this.calls.readlinkAt(at, name);
    if (typeof target === 'number') {
      // No longer a symlink, or removed; or a target that is not UTF-8 in Deno.
      const errno = -target;
      if (errno !== E.EINVAL && errno !== E.ENOENT && !('deno' in process.versions)) return errno;
    }
    const errno = this.calls.statAt(at, name, this.st);
    if (errno < 0) return errno === -E.ENOENT ? E.ESTALE : -errno;
    if (this.table.keyOf(this.st) !== inode.key) return E.ESTALE;
    inode.target = typeof target === 'number' ? null : decodeTarget(target);
    return 0;
  }

  /** Returns the inode of a descriptor, which is closed if the inode is held already; or an errno. */
  private record(fd: number): HostInode | number {
    const st = this.freshStat;
    const errno = this.calls.stat(fd, st);
    if (errno < 0) {
      this.held.closeFd(fd);
      return -errno;
    }
    const inode = this.knownAs(st) ?? this.table.add(st);
    inode.seen(st);
    this.isFresh(inode);
    if (inode.fd >= 0) this.held.closeFd(fd);
    else this.held.take(inode, fd);
    return inode;
  }

  /** Notes that `freshStat` was just filled with the attributes of the inode. */
  private isFresh(inode: HostInode): void {
    if (inode.kind !== S_IFDIR) this.fresh = inode;
  }

  touched(): void {
    this.fresh = null;
  }

  /** Returns the known inode of a file, if any. An inode that is not held and had the number before is dropped. */
  private knownAs(st: HostStat): HostInode | undefined {
    if (this.made !== null) this.keepMade();
    const inode = this.table.find(st);
    if (inode === undefined || inode.fd >= 0 || inode.mayBe(st)) return inode;
    this.table.remove(inode);
    return undefined;
  }

  readTarget(inode: HostInode): number {
    if (!this.exact) {
      // Done by the lookup, unless the symlink was just created.
      const dir = inode.parent ?? inode.wasIn;
      return dir === null ? E.ESTALE : this.reads(inode, dir, inode.name);
    }
    const fd = this.at(inode);
    if (fd < 0) return -fd;
    const target = this.calls.readlink(fd);
    if (typeof target === 'number') return -target;
    inode.target = decodeTarget(target);
    return 0;
  }

  parent(dir: HostInode): HostInode | number {
    if (dir === this.root) return dir;
    const at = this.at(dir);
    const fd = at < 0 ? at : this.held.openUp(at, 1);
    if (fd < 0) return -fd;
    const inode = this.record(fd);
    if (typeof inode === 'number') return inode;
    if (inode === this.root || this.below.has(inode.fd)) return inode;
    this.release(inode);
    return E.ESTALE;
  }

  statName(dir: HostInode, name: string, out: HostStat): number {
    const at = this.at(dir);
    return at < 0 ? -at : -this.calls.statAt(at, name, out);
  }

  create(dir: HostInode, name: string, mode: number): HostInode | number {
    const at = this.at(dir);
    if (at < 0) return -at;
    const { O_RDWR, O_CREAT, O_EXCL } = this.flags;
    const fd = this.held.openAt(at, name, O_RDWR | O_CREAT | O_EXCL, mode);
    if (fd < 0) return -fd;
    this.changing(dir, name);
    const inode = this.record(fd);
    if (typeof inode === 'number') return inode;
    // Otherwise the inode is known already: the host has linked the file.
    if (inode.fd === fd) {
      inode.access = ACCESS_RDWR;
      inode.openedAt = NEW;
    }
    return this.found(inode, dir, name);
  }

  mkdir(dir: HostInode, name: string, mode: number): HostInode | number {
    const at = this.at(dir);
    const errno = at < 0 ? at : this.calls.mkdirAt(at, name, mode);
    return errno < 0 ? -errno : this.adopt(dir, name, S_IFDIR);
  }

  symlink(dir: HostInode, name: string, target: string): HostInode | number {
    const at = this.at(dir);
    const errno = at < 0 ? at : this.calls.symlinkAt(target, at, name);
    return errno < 0 ? -errno : this.adopt(dir, name, S_IFLNK);
  }

  /** Returns the inode of what was just created. It is opened on first use: most are released at once. */
  private adopt(dir: HostInode, name: string, kind: number): HostInode {
    this.keepMade();
    this.changing(dir, name);
    const { st } = this;
    // Otherwise it was created all the same, whatever became of it.
    if (this.calls.statAt(dir.fd, name, st) < 0 || (st.mode & S_IFMT) !== kind) return this.table.gone(kind);
    const known = this.knownAs(st);
    if (known !== undefined) return this.found(known, dir, name);
    const inode = this.table.make(st);
    inode.wasIn = dir;
    inode.name = name;
    this.made = inode;
    return inode;
  }

  /** Takes the inode that was just created into the table, if it is in use. */
  private keepMade(): void {
    const { made } = this;
    this.made = null;
    if (made === null || made.refs === 0 || made.wasIn === null) return;
    this.table.put(made);
    this.place(made, made.wasIn, made.name);
  }

  /** Notes a change of the entries of a directory. `made` is the name created, or empty. */
  private changing(dir: HostInode, made: string): void {
    dir.changes++;
    if (dir.watch >= 0) this.watches.end(dir);
    else {
      dir.uses = 0;
      unsettle(dir);
    }
    dir.made = made;
  }

  changed(dir: HostInode): void {
    this.changing(dir, '');
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
    returned(inode, this.held);
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
      if (at.watch >= 0) this.watches.end(at);
      at.names = null;
      at.held = null;
      if (this.last === at) this.last = null;
      this.held.release(at);
      const left = displace(at);
      at = left !== null && this.isDone(left) ? left : null;
    }
  }

  trim(): void {
    this.watches.close();
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

  lastName(inode: HostInode): Entry | null {
    const { parent } = inode;
    return inode === this.last && parent !== null ? [parent, inode.name] : null;
  }

  nameOf(inode: HostInode): Entry | number {
    return nameOf(this, inode);
  }

  aliased(): boolean {
    return false;
  }

  stat(inode: HostInode, out: HostStat): number {
    const { fresh } = this;
    this.fresh = null;
    if (inode === fresh && Date.now() - this.now <= FRESH) {
      copyStat(out, this.freshStat);
      return 0;
    }
    const fd = inode.fd < 0 ? this.reach(inode) : inode.fd;
    return fd < 0 ? -fd : -this.calls.stat(fd, out);
  }

  look(inode: HostInode): number {
    const errno = this.stat(inode, this.st);
    if (errno === 0) inode.seen(this.st);
    return errno;
  }

  open(inode: HostInode, flags: number): number {
    const fd = this.at(inode);
    return fd < 0 ? fd : this.held.reopen(fd, flags);
  }

  borrow(inode: HostInode, reads: boolean, quiet: boolean): boolean {
    return borrow(inode, reads, quiet, this);
  }

  share(inode: HostInode, fd: number, before: number, quiet: boolean): void {
    share(inode, fd, before, quiet, this.held);
  }

  names(dir: HostInode, atATime = 1): Names | number {
    for (;;) {
      const at = this.at(dir);
      const names = at < 0 ? at : this.calls.names(at, atATime);
      if (typeof names !== 'number') return names;
      if (!this.held.gaveUpSome(-names)) return -names;
    }
  }

  listsInodes(dir: HostInode): boolean {
    // An inode of another file system has no number as its key.
    if (typeof dir.key !== 'number') return false;
    this.lists ??= this.exact && listsInodes(this.calls.fsType(this.root.fd));
    return this.lists;
  }
}
