// The O_PATH descriptors that hold inodes on Linux, and which of them are closed on EMFILE.
import { E } from '../../../../linux/errno.ts';
import { Idle } from './idle.ts';
import { ACCESS_PATH, type HostInode } from '../inode.ts';
import type { Listings } from '../listings/listings.ts';
import type { HostCalls } from '../../calls/calls.ts';
import { O_PATH } from './proc.ts';

/** The time that an unused inode is held, in milliseconds: a removed file uses disk space meanwhile. */
export const LINGER = 1000;

/**
 * The descriptors that hold inodes, while they are in use and for a while after. On EMFILE those are closed that can be
 * reopened.
 */
export class Descriptors {
  /** open(2) flags of a descriptor that only identifies an inode, without following a symlink. */
  readonly flags: number;
  /** The number of open descriptors. */
  count = 0;
  private readonly calls: HostCalls;
  private readonly listings: Listings;
  private readonly idle: Idle;
  private readonly ancestors: Idle;

  /**
   * @param most The limit of inodes that are held without being in use.
   * @param close Called for an inode that is no longer in use.
   */
  constructor(calls: HostCalls, listings: Listings, most: number, close: (inode: HostInode) => void) {
    this.calls = calls;
    this.flags = O_PATH | (calls.flags.O_NOFOLLOW ?? 0);
    this.listings = listings;
    this.idle = new Idle(most >> 1, LINGER, (inode) => {
      if (inode.pins > 0) this.ancestors.add(inode);
      else close(inode);
    });
    this.ancestors = new Idle(most >> 1, 0, (inode) => this.sleep(inode));
  }

  /** Makes a descriptor hold the inode. */
  take(inode: HostInode, fd: number): void {
    inode.fd = fd;
    this.count++;
  }

  /** Closes the descriptor that holds the inode. */
  release(inode: HostInode): void {
    if (inode.fd < 0) return;
    const { fd } = inode;
    inode.fd = -1;
    inode.access = ACCESS_PATH;
    inode.quiet = false;
    this.count--;
    this.closeFd(fd);
  }

  closeFd(fd: number): void {
    this.calls.close(fd);
  }

  /** Closes the descriptor of a directory that is known only for inodes below it. */
  private sleep(dir: HostInode): void {
    dir.names = null;
    this.release(dir);
  }

  /** Holds an inode without fids for a while; or, above inodes in use, while there is room. */
  wait(inode: HostInode): void {
    (inode.pins > 0 ? this.ancestors : this.idle).add(inode);
  }

  /**
   * Opens one name. On EMFILE or ENFILE, closes what can be spared and tries again; as the others below.
   * @returns A descriptor or −errno.
   */
  openAt(dir: number, name: string, flags: number, mode = 0): number {
    for (;;) {
      const fd = this.calls.openAt(dir, name, flags, mode);
      if (fd >= 0 || !this.gaveUpSome(-fd)) return fd;
    }
  }

  /** Opens a path of several names. */
  openBeneath(dir: number, names: readonly string[]): number {
    for (;;) {
      const fd = this.calls.openBeneath(dir, names);
      if (fd >= 0 || !this.gaveUpSome(-fd)) return fd;
    }
  }

  /** Opens a directory above, to hold it. */
  openUp(dir: number, levels: number): number {
    for (;;) {
      const fd = this.calls.openUp(dir, levels);
      if (fd >= 0 || !this.gaveUpSome(-fd)) return fd;
    }
  }

  /** Opens the inode of a descriptor. */
  reopen(of: number, flags: number): number {
    for (;;) {
      const fd = this.calls.reopen(of, flags);
      if (fd >= 0 || !this.gaveUpSome(-fd)) return fd;
    }
  }

  /** Closes some descriptors that can be reopened, if the errno is EMFILE or ENFILE. Returns true if there were any. */
  gaveUpSome(errno: number): boolean {
    if (errno !== E.EMFILE && errno !== E.ENFILE) return false;
    return this.idle.dropSome() || this.listings.drop() || this.ancestors.dropSome();
  }

  /** Closes all descriptors that are not in use. */
  trim(): void {
    this.listings.drop();
    this.idle.drop();
    this.ancestors.drop();
  }

  /** Like `trim`, and stops the timer. */
  end(): void {
    this.trim();
    this.idle.stop();
  }
}
