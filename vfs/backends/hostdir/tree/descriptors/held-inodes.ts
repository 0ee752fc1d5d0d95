// The inodes of Linux by their descriptors: how they are held, looked at, opened, and let go.
import { S_IFDIR } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import type { HostCalls, HostFlags } from '../../calls/calls.ts';
import { HostStat, copyStat } from '../../calls/host-stat.ts';
import { hostError } from '../../node/node.ts';
import { MAX_DESCRIPTORS, type Way } from '../../options.ts';
import { ACCESS_RDWR, type HostInode } from '../inode.ts';
import { Listings } from '../listings/listings.ts';
import type { NameIterator } from '../listings/name-iterator.ts';
import { listsInodes } from '../local.ts';
import { Watches } from '../lookups/watches.ts';
import { displace } from '../places.ts';
import { InodeTable } from '../table.ts';
import { Below } from './below.ts';
import { ByDescriptor } from './by-descriptor.ts';
import { Descriptors } from './descriptors.ts';
import { reopen } from './refind.ts';
import { borrow, returned, share } from './shared.ts';

/** The time in which attributes asked right after a lookup are those that the lookup saw, in milliseconds. */
export const FRESH = 1;

/**
 * Inodes held by descriptors. An inode with a fid is held. A directory that is known only for inodes in use below it may
 * lose its descriptor, so that depth costs none; it is reopened when needed (refind.ts).
 */
export abstract class HeldInodes extends ByDescriptor {
  readonly way: Way;
  readonly table = new InodeTable();
  override readonly root: HostInode;
  readonly listings = new Listings();
  override readonly calls: HostCalls;
  readonly flags: HostFlags;
  readonly exact: boolean;
  readonly rawNames: boolean;
  readonly held: Descriptors;
  protected readonly watches: Watches;
  /** The last inode looked up, whose name is probably still valid. */
  protected last: HostInode | null = null;
  /** `now` of that lookup. */
  protected lastAt = 0;
  protected readonly st = new HostStat();
  /** Date.now() at the beginning of the request. */
  protected now = 0;
  protected readonly freshStat = new HostStat();
  /**
   * The inode that was just looked at by its name, until anything else is asked: if its attributes are asked next, they
   * are those in `freshStat`. Not of a directory, whose fid a guest may keep.
   */
  protected fresh: HostInode | null = null;
  /** Its fids at that time. With one more, the look was a walk's that has just made that fid; a failed one makes none. */
  private freshRefs = 0;
  private readonly below: Below;
  private closed = false;
  /** True if listings of the file system have the inode numbers and kinds; undefined until it is needed. */
  private lists: boolean | undefined;

  /**
   * @param fd A descriptor of the directory, which is closed with the tree (openTop).
   * @param most As `maxDescriptors` of HostDirOptions.
   * @throws HostError if it cannot be looked at.
   */
  constructor(calls: HostCalls, fd: number, most = MAX_DESCRIPTORS) {
    super();
    this.calls = calls;
    this.way = calls.way;
    this.flags = calls.flags;
    this.exact = calls.exact;
    this.rawNames = calls.rawNames;
    this.held = new Descriptors(calls, this.listings, most, (inode) => this.close(inode));
    const errno = calls.stat(fd, this.st);
    if (errno !== 0) throw hostError(-errno, 'the directory cannot be looked at');
    this.root = this.table.add(this.st);
    this.held.take(this.root, fd);
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
    const fd = this.reopen(inode);
    if (fd < 0) return fd;
    this.held.take(inode, fd);
    // A fid still referred to it as its directory.
    this.table.put(inode);
    if (inode.refs === 0) this.wait(inode);
    return fd;
  }

  /** Opens a descriptor of an inode that has none. */
  protected reopen(inode: HostInode): number {
    return this.closed ? -E.EIO : reopen(this, inode);
  }

  /** Keeps the descriptor of an inode without fids for a while. */
  protected wait(inode: HostInode): void {
    this.held.wait(inode);
  }

  /** True if the directory of a descriptor is the root or below it. */
  isInside(fd: number): boolean {
    return this.below.has(fd);
  }

  /** Notes that `freshStat` was just filled with the attributes of the inode. */
  protected isFresh(inode: HostInode): void {
    if (inode.kind === S_IFDIR) return;
    this.fresh = inode;
    this.freshRefs = inode.refs;
  }

  touched(_inode: HostInode): void {
    this.fresh = null;
  }

  /** True if an inode was looked at for the next call, and has no descriptor. */
  protected abstract isGlanced(inode: HostInode): boolean;

  stat(inode: HostInode, out: HostStat): number {
    const { fresh } = this;
    this.fresh = null;
    const isWalked = inode === fresh && inode.refs === this.freshRefs + 1;
    if (inode === fresh && (this.isGlanced(inode) || (isWalked && Date.now() - this.now <= FRESH))) {
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

  returned(inode: HostInode): void {
    returned(inode, this.held);
  }

  names(dir: HostInode, atATime = 1): NameIterator | number {
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

  release(inode: HostInode): void {
    if (this.isDone(inode)) this.close(inode);
  }

  /** True if an inode is to be closed now; otherwise it is in use, or starts to wait. */
  protected isDone(inode: HostInode): boolean {
    if (inode === this.root || inode.refs > 0) return false;
    if (inode.pins === 0 && (inode.fd < 0 || inode.access === ACCESS_RDWR || inode.links === 0)) return true;
    if (inode.fd >= 0) this.wait(inode);
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
}
