import { S_IFDIR, S_IFLNK } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import { FIND, TO_MAKE, TO_REPLACE, TO_RMDIR, TO_UNLINK } from '../purpose.ts';
import { Idle } from './idle.ts';
import { HOLDS, HostInode, NEW, READS, READS_AND_WRITES } from './inode.ts';
import { isSettled, keep, refresh, unsettle } from './name-cache.ts';
import { nameOf } from './name-of.ts';
import { displace, place } from './places.ts';
import { BIG, BIG_OR_NONE, HostError, hostErrno, type Fs, type Stats } from './node.ts';
import { InodeTable } from './table.ts';
import type { HostTime, HostTree } from './tree.ts';
import { O_PATH, isBelow, readLink } from './proc.ts';

const encoder = new TextEncoder();

/** How often a lookup is begun again when the name changes under it. */
const TRIES = 8;

/**
 * Linux: an inode is a descriptor opened with O_PATH|O_NOFOLLOW, and everything is done to `/proc/PID/fd/N` or to
 * one name below it. So a path is never resolved by the kernel beyond one component, a symlink is never followed,
 * and what was reached stays reached, whatever is renamed, replaced or removed meanwhile.
 *
 * `/proc/PID/fd/N/name/` and `/proc/PID/fd/N/name/.` would follow a symlink in spite of O_NOFOLLOW: `entry` lets
 * no name through that is not a single component.
 */
export class ProcTree implements HostTree {
  readonly limits = '';
  readonly table = new InodeTable();
  readonly root: HostInode;
  private readonly fs: Fs;
  private readonly idle: Idle;
  private readonly flags: number;
  /** `/proc/PID/fd/`, which is a tenth faster than by the symlink `self`; only where it is the same. */
  private readonly descriptorsAt: string;
  /** What was looked up last: its name is most likely still good. */
  private last: HostInode | null = null;
  /** Deno's unlinkSync removes an empty directory, too. */
  private readonly unlinksDirectories = 'deno' in process.versions;
  /** What stands for names that nobody has looked at. */
  private readonly unseenFile: HostInode;
  private readonly unseenDirectory: HostInode;

  /** @param fd A descriptor of the directory, which is closed with the tree (openTop). */
  constructor(fs: Fs, fd: number) {
    this.fs = fs;
    this.flags = O_PATH | fs.constants.O_NOFOLLOW;
    this.idle = new Idle((inode) => this.close(inode));
    const st = fs.fstatSync(fd, BIG);
    this.root = this.table.add(st);
    this.root.fd = fd;
    this.unseenFile = new HostInode(0, '', Object.assign(Object.create(st), { mode: 0n, nlink: 1n }));
    this.unseenDirectory = new HostInode(0, '', st);
    // A /proc of another process namespace has other numbers.
    const pid = String(process.pid);
    this.descriptorsAt = `/proc/${fs.readlinkSync('/proc/self') === pid ? pid : 'self'}/fd/`;
  }

  /** The path that leads to an inode, which the kernel follows like a link. */
  self(inode: HostInode): string {
    if (inode.fd < 0) this.reach(inode);
    return this.descriptorsAt + inode.fd;
  }

  /** Opens what was made a moment ago. ESTALE when the host has put something else in its place, or it was let go. */
  private reach(inode: HostInode): void {
    if (inode.parent === null) throw new HostError('ESTALE', 'the inode was let go');
    const fd = this.openFd(this.entry(inode.parent, inode.name), this.flags);
    const found = this.record(fd);
    if (found === inode) return;
    this.release(found);
    throw new HostError('ESTALE', 'it was replaced');
  }

  entry(dir: HostInode, name: string): string {
    // The server has checked it; this is the line that a guest must not cross.
    if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new HostError('EINVAL', 'a bad name');
    return `${this.self(dir)}/${name}`;
  }

  lookup(dir: HostInode, name: string, purpose: number): HostInode | number {
    const path = this.entry(dir, name);
    if (purpose !== FIND) {
      const told = this.untested(dir, name, purpose);
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
  private untested(dir: HostInode, name: string, purpose: number): HostInode | number | null {
    if (purpose === TO_MAKE) return 0;
    if (purpose === TO_UNLINK && this.unlinksDirectories) return null;
    const held = dir.held?.get(name);
    if (held !== undefined) {
      if (held.refs > 0 || held.pins > 0) return null;
      // It will have a name still.
      if (held.links > 1 && held.kind !== S_IFDIR) return purpose === TO_UNLINK ? held : null;
      this.close(held);
    }
    if (purpose === TO_REPLACE) return E.ENOENT;
    return purpose === TO_RMDIR ? this.unseenDirectory : this.unseenFile;
  }

  isUnseen(inode: HostInode): boolean {
    return inode === this.unseenFile || inode === this.unseenDirectory;
  }

  /** In a directory that has just changed most names are new, or those of files in use: both need no descriptor. */
  private lookupChanging(dir: HostInode, name: string, path: string, now: number): HostInode | number {
    if (name === dir.made && dir.held?.has(name) !== true) return this.pin(dir, name, path, now);
    const st = this.fs.lstatSync(path, BIG_OR_NONE);
    if (st === undefined) return E.ENOENT;
    const known = this.table.find(st);
    if (known === undefined || known.fd < 0) return this.pin(dir, name, path, now);
    known.seen(st);
    return this.found(known, dir, name);
  }

  private found(inode: HostInode, dir: HostInode, name: string): HostInode {
    this.idle.delete(inode);
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
      if (inode.kind !== S_IFLNK || inode.target !== null || readLink(this.fs, this.table, inode, path)) {
        keep(dir, name, inode, now);
        return this.found(inode, dir, name);
      }
      if (inode.refs === 0) this.close(inode);
    }
    return E.ESTALE;
  }

  private openPath(path: string): number {
    try {
      return this.openFd(path, this.flags);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  /** open(2); when there are too many descriptors, once more without those that nobody uses. */
  private openFd(path: string, flags: number, mode?: number): number {
    try {
      return this.fs.openSync(path, flags, mode);
    } catch (thrown) {
      if (!this.gaveUpSome(hostErrno(thrown))) throw thrown;
      return this.fs.openSync(path, flags, mode);
    }
  }

  /** When there are too many descriptors, those go that nobody uses: whether there were any, so that it may be tried again. */
  private gaveUpSome(errno: number): boolean {
    return (errno === E.EMFILE || errno === E.ENFILE) && this.idle.drop();
  }

  create(path: string, flags: number, mode: number): number {
    return this.openFd(path, flags, mode);
  }

  /** The record of a descriptor, which is closed when the file is held already. */
  private record(fd: number): HostInode {
    const { fs, table } = this;
    const st = fs.fstatSync(fd, BIG);
    const known = table.find(st);
    if (known !== undefined) {
      if (known.fd < 0) known.fd = fd;
      else fs.closeSync(fd);
      known.seen(st);
      return known;
    }
    const inode = table.add(st);
    inode.fd = fd;
    return inode;
  }

  readTarget(): void {
    // The lookup has done it.
  }

  parent(dir: HostInode): HostInode | number {
    if (dir === this.root) return dir;
    const fd = this.openPath(`${this.self(dir)}/..`);
    if (fd < 0) return -fd;
    const inode = this.record(fd);
    this.idle.delete(inode);
    const isInside =
      inode === this.root || isBelow(this.fs, this.table, this.self(inode), this.self(this.root), this.root);
    if (isInside) return inode;
    if (inode.refs === 0) this.close(inode);
    return E.ESTALE;
  }

  adopt(dir: HostInode, name: string, fd: number): HostInode {
    unsettle(dir);
    dir.made = name;
    const inode = this.record(fd);
    // Otherwise it is known already, as the host made a link of it.
    if (inode.fd === fd) {
      inode.power = READS_AND_WRITES;
      inode.openedAt = NEW;
    }
    return this.found(inode, dir, name);
  }

  adoptDirectory(dir: HostInode, name: string): HostInode | number {
    unsettle(dir);
    dir.made = name;
    // Whoever uses it opens it: most are let go at once.
    const st = this.fs.lstatSync(this.entry(dir, name), BIG_OR_NONE);
    return st === undefined ? E.ESTALE : this.found(this.table.find(st) ?? this.table.add(st), dir, name);
  }

  adoptSymlink(dir: HostInode, name: string, target: string): HostInode | number {
    unsettle(dir);
    dir.made = name;
    const path = this.entry(dir, name);
    const fd = this.openPath(path);
    if (fd < 0) return -fd;
    const inode = this.record(fd);
    if (inode.kind === S_IFLNK && inode.target === null) {
      // One of another length is not the one that was made.
      if (inode.size === BigInt(encoder.encode(target).length)) inode.target = target;
      else if (!readLink(this.fs, this.table, inode, path)) {
        this.release(inode);
        return E.ESTALE;
      }
    }
    return this.found(inode, dir, name);
  }

  changed(dir: HostInode): void {
    unsettle(dir);
    dir.made = '';
    this.last = null;
  }

  place(inode: HostInode, dir: HostInode, name: string): void {
    if (this.isUnseen(inode)) return;
    const left = place(inode, dir, name);
    if (left !== null) this.release(left);
  }

  hold(): void {
    // The descriptor holds it.
  }

  returned(inode: HostInode): void {
    // With one fid, the one that is being closed, the descriptor goes next.
    if (inode.power !== READS_AND_WRITES || inode.borrowed > 0 || inode.refs <= 1) return;
    // A descriptor for writing would keep the host from running the file (ETXTBSY).
    try {
      // Without O_NOFOLLOW, which would open the link in /proc itself.
      const fd = this.openFd(this.self(inode), O_PATH);
      this.fs.closeSync(inode.fd);
      inode.fd = fd;
      inode.power = HOLDS;
    } catch {
      // No descriptor to be had: it goes with the last fid.
    }
  }

  release(inode: HostInode): void {
    if (inode === this.root || inode.refs > 0 || inode.pins > 0) return;
    if (inode.fd < 0 || inode.power === READS_AND_WRITES || inode.links === 0) this.close(inode);
    else this.idle.add(inode);
  }

  close(inode: HostInode): void {
    this.idle.delete(inode);
    this.table.remove(inode);
    inode.names = null;
    inode.held = null;
    if (this.last === inode) this.last = null;
    if (inode.fd >= 0) this.fs.closeSync(inode.fd);
    inode.fd = -1;
    inode.power = HOLDS;
    const left = displace(inode);
    if (left !== null) this.release(left);
  }

  trim(): void {
    // With the last file in it a directory is let go, too.
    while (this.idle.drop());
  }

  closeAll(): void {
    for (const inode of this.table.all()) this.close(inode);
    // What was held for those that are closed has been let go of meanwhile.
    this.idle.end();
  }

  descriptors(): number {
    return this.table.size;
  }

  lastName(inode: HostInode): string | null {
    const { parent } = inode;
    return inode === this.last && parent !== null ? this.entry(parent, inode.name) : null;
  }

  nameOf(inode: HostInode): string | number {
    return nameOf(this, this.fs, inode);
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
    return this.openFd(this.self(inode), flags);
  }

  /**
   * A descriptor for reading holds the inode as well as one that only names it, so the first one opened takes its
   * place, and whoever opens the file again has it too: a look at the ctime (1 µs) for a way through /proc (4 µs).
   */
  borrow(inode: HostInode, reads: boolean): boolean {
    if (inode.power === READS_AND_WRITES || (reads && inode.power === READS)) {
      const { openedAt } = inode;
      if (openedAt === NEW) inode.openedAt = inode.ctime;
      else {
        inode.seen(this.stat(inode));
        if (inode.ctime !== openedAt) return false;
      }
      inode.borrowed++;
      return true;
    }
    return false;
  }

  lend(inode: HostInode, fd: number, before: bigint): void {
    if (inode.borrowed > 0 || inode.power === READS_AND_WRITES) return;
    this.fs.closeSync(inode.fd);
    inode.fd = fd;
    inode.power = READS;
    inode.openedAt = before;
    inode.borrowed = 1;
  }

  list(dir: HostInode): string[] {
    const path = this.self(dir);
    for (;;) {
      try {
        return this.fs.readdirSync(path);
      } catch (thrown) {
        const errno = hostErrno(thrown);
        // Bun cannot list a directory that was removed, which is empty.
        if (errno === E.ENOENT && this.stat(dir).nlink === 0n) return [];
        if (!this.gaveUpSome(errno)) throw thrown;
      }
    }
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
