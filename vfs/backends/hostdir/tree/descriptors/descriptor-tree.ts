// The tree of Linux: inodes are reached by descriptors, without any symlink followed.
import { decodeText } from '../../../../lib/utf8.ts';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import { INTENT_BRIEF, INTENT_FIND, INTENT_FURTHER } from '../../../../backend/lookup-intent.ts';
import type { HostCalls } from '../../calls/calls.ts';
import type { HostStat } from '../../calls/host-stat.ts';
import { Assumed } from '../lookups/assumed.ts';
import { FRESH, HeldInodes } from './held-inodes.ts';
import { NEW, ACCESS_RDWR, type HostInode } from '../inode.ts';
import { dropStale, expire, isSettled, keep, unsettle } from '../lookups/name-cache.ts';
import { currentEntry } from './current-entry.ts';
import { place } from '../places.ts';
import type { DirName, HostTree } from '../tree.ts';

/** A time at which no name is cached. */
const NEVER = -1;
/** Attempts of a lookup while another process changes the name. */
const TRIES = 64;

/**
 * The tree of Linux. An inode is a descriptor opened with O_PATH|O_NOFOLLOW, and each call acts on it or on one name
 * below it. So no symlink is followed, and an inode stays reachable, whatever is renamed, replaced or removed
 * meanwhile. The calls are libc's or those of node:fs (calls/calls.ts).
 */
export class DescriptorTree extends HeldInodes implements HostTree {
  readonly limits = '';
  protected readonly assumed: Assumed;
  /** The directory or symlink created last, which is in no table yet: most are released at once. */
  private made: HostInode | null = null;
  /** True once this request has asked for the changes of watched directories. */
  private isChecked = false;

  /**
   * @param fd A descriptor of the directory, which is closed with the tree (openTop).
   * @param most As `maxDescriptors` of HostDirOptions.
   * @throws HostError if it cannot be looked at.
   */
  constructor(calls: HostCalls, fd: number, most?: number) {
    super(calls, fd, most);
    // Deno's unlinkSync removes an empty directory, too.
    this.assumed = new Assumed(!calls.exact && 'deno' in process.versions, (inode) => this.close(inode));
  }

  /** False: names are only cached as far as a look shows that they hold. */
  get cached(): boolean {
    return false;
  }

  uncache(): void {
    // Each name is looked at.
  }

  lookup(dir: HostInode, name: string, purpose: number): HostInode | number {
    const at = this.at(dir);
    if (at < 0) return -at;
    if (this.made !== null) this.keepMade();
    const intent = purpose & ~INTENT_BRIEF;
    if (intent !== INTENT_FIND && intent !== INTENT_FURTHER) {
      const answer = this.assumed.answer(dir, name, intent);
      if (answer !== null) return answer;
    }
    if (intent !== INTENT_FURTHER) {
      this.now = Date.now();
      this.isChecked = false;
    }
    // A name that is missing again and again is better cached.
    if (purpose !== intent && this.exact && name !== dir.missed && dir.names?.get(name) !== null)
      return this.glance(dir, name);
    if (dir.watch >= 0 && !this.isChecked) {
      this.isChecked = true;
      this.watches.check();
    }
    const { now } = this;
    if (dir.watch >= 0) expire(dir, now);
    else {
      if (!isSettled(dir, now)) return this.lookupChanging(dir, name, now);
      // Most names are looked up once. Before one is cached the directory must be looked at; that is of no use for an
      // inode that is not held any more.
      const known = dir.held?.get(name) ?? dir.names?.get(name);
      if (known === undefined ? name !== dir.missed : known !== null && known.fd < 0) {
        dir.missed = name;
        return this.pin(dir, name, NEVER);
      }
      const errno = this.calls.stat(at, this.st);
      if (errno < 0) return -errno;
      dir.seen(this.st);
      dropStale(dir, now);
    }
    const kept = dir.names?.get(name);
    if (kept === undefined || (kept !== null && kept.fd < 0)) return this.lookupAgain(dir, name, now);
    if (dir.watch < 0) this.watches.use(dir);
    return kept === null ? E.ENOENT : this.found(kept, dir, name);
  }

  /**
   * Looks at a name, and opens it only if more is asked than its attributes and its target (INTENT_BRIEF). A known inode
   * is found again.
   */
  private glance(dir: HostInode, name: string): HostInode | number {
    const st = this.freshStat;
    const errno = this.calls.statAt(dir.fd, name, st);
    if (errno === -E.ENOENT) dir.missed = name;
    if (errno < 0) return -errno;
    const known = this.knownAs(st);
    const inode = known !== undefined && known.fd >= 0 ? known : this.table.make(st);
    if (inode === known) {
      known.seen(st);
      this.isFresh(known);
      return this.found(known, dir, name);
    }
    inode.wasIn = dir;
    inode.name = name;
    this.made = this.fresh = inode;
    return inode;
  }

  protected override isGlanced(inode: HostInode): boolean {
    return inode === this.made;
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
    this.lastAt = this.now;
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
    inode.target = typeof target === 'number' ? null : decodeText(target);
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

  /** Returns the known inode of a file, if any. An inode that is not held and had the number before is dropped. */
  protected knownAs(st: HostStat): HostInode | undefined {
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
    if (inode === this.made && inode.wasIn !== null) return this.readMade(inode, inode.wasIn);
    const fd = this.at(inode);
    if (fd < 0) return -fd;
    const target = this.calls.readlink(fd);
    if (typeof target === 'number') return -target;
    inode.target = decodeText(target);
    return 0;
  }

  /** Reads the target of an inode without a descriptor. Another symlink may have its name by now, and is read then. */
  private readMade(inode: HostInode, dir: HostInode): number {
    const at = this.at(dir);
    const target = at < 0 ? at : this.calls.readlinkAt(at, inode.name);
    if (typeof target === 'number') return -target;
    inode.target = decodeText(target);
    return 0;
  }

  parent(dir: HostInode, intent: number): HostInode | number {
    if (dir === this.root) return dir;
    // The directory in which it was just found has the number that is asked for.
    if (intent === INTENT_BRIEF && dir === this.last && dir.parent !== null && Date.now() - this.lastAt <= FRESH)
      return dir.parent;
    const at = this.at(dir);
    const fd = at < 0 ? at : this.held.openUp(at, 1);
    if (fd < 0) return -fd;
    const inode = this.record(fd);
    if (typeof inode === 'number') return inode;
    if (inode === this.root || this.isInside(inode.fd)) return inode;
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
    this.changing(dir, name, true);
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

  mknod(dir: HostInode, name: string, mode: number): HostInode | number {
    const at = this.at(dir);
    const errno = at < 0 ? at : this.calls.mknodAt(at, name, mode);
    return errno < 0 ? -errno : this.adopt(dir, name, mode & S_IFMT);
  }

  symlink(dir: HostInode, name: string, target: string): HostInode | number {
    const at = this.at(dir);
    const errno = at < 0 ? at : this.calls.symlinkAt(target, at, name);
    return errno < 0 ? -errno : this.adopt(dir, name, S_IFLNK);
  }

  /** Returns the inode of what was just created. It is opened on first use: most are released at once. */
  private adopt(dir: HostInode, name: string, kind: number): HostInode {
    this.keepMade();
    this.changing(dir, name, true);
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
  protected keepMade(): void {
    const { made } = this;
    this.made = null;
    if (made === null || made.refs === 0 || made.wasIn === null) return;
    // It may be that of another symlink.
    made.target = undefined;
    this.table.put(made);
    this.place(made, made.wasIn, made.name);
  }

  /** Notes a change of an entry of a directory. */
  protected changing(dir: HostInode, name: string, isMade: boolean): void {
    dir.changes++;
    if (dir.watch >= 0) this.watches.end(dir);
    else {
      dir.uses = 0;
      unsettle(dir);
    }
    dir.made = isMade ? name : '';
  }

  changed(dir: HostInode, name: string): void {
    this.changing(dir, name, false);
    this.last = null;
  }

  place(inode: HostInode, dir: HostInode, name: string): void {
    if (this.assumed.has(inode)) return;
    const left = place(inode, dir, name);
    if (left !== null) this.release(left);
  }

  hold(_inode: HostInode): void {
    // Held by its descriptor.
  }

  lastName(inode: HostInode): DirName | null {
    const { parent } = inode;
    return inode === this.last && parent !== null ? [parent, inode.name] : null;
  }

  nameOf(inode: HostInode): DirName | number {
    return currentEntry(this, inode);
  }

  aliased(): boolean {
    return false;
  }
}
