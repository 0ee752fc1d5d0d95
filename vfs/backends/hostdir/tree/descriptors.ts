// The O_PATH descriptors that hold inodes on Linux, and which of them are closed on EMFILE.
import { E } from '../../../linux/errno.ts';
import { Idle } from './idle.ts';
import { ACCESS_PATH, type HostInode } from './inode.ts';
import type { Listings } from './listings.ts';
import { hostErrno, type Fs } from '../node/node.ts';
import { O_PATH } from './proc.ts';

/** How many inodes are held that nobody uses: those of the last paths are most likely those of the next. */
export const IDLE = 256;
/** How long, ms: a file that the host removes keeps its space on the disk for as long as it is held. */
export const LINGER = 1000;
/** How many directories are held only for what is in use below them. */
export const ANCESTORS = 256;

/**
 * The descriptors that hold inodes: for as long as they are in use, and for a while after. When the process has too
 * many, those go that can be had again.
 */
export class Descriptors {
  /** open(2): names an inode and follows no symlink. */
  readonly flags: number;
  /** How many there are. */
  count = 0;
  private readonly fs: Fs;
  private readonly listings: Listings;
  private readonly idle: Idle;
  private readonly ancestors: Idle;

  /** @param close Called for an inode that nobody uses. */
  constructor(fs: Fs, listings: Listings, close: (inode: HostInode) => void) {
    this.fs = fs;
    this.flags = O_PATH | fs.constants.O_NOFOLLOW;
    this.listings = listings;
    this.idle = new Idle(IDLE, LINGER, (inode) => {
      if (inode.pins > 0) this.ancestors.add(inode);
      else close(inode);
    });
    this.ancestors = new Idle(ANCESTORS, 0, (inode) => this.sleep(inode));
  }

  /** The descriptor holds the inode from now on. */
  take(inode: HostInode, fd: number): void {
    inode.fd = fd;
    this.count++;
  }

  /** Closes the descriptor that holds it. */
  letGo(inode: HostInode): void {
    if (inode.fd < 0) return;
    const { fd } = inode;
    inode.fd = -1;
    inode.access = ACCESS_PATH;
    inode.quiet = false;
    this.count--;
    this.closeFd(fd);
  }

  closeFd(fd: number): void {
    try {
      this.fs.closeSync(fd);
    } catch {
      // The descriptor is gone whatever is said.
    }
  }

  /** A directory above what is in use loses its descriptor. */
  private sleep(dir: HostInode): void {
    dir.names = null;
    this.letGo(dir);
  }

  /** No fid is on the inode: it is held for a while, or as long as there is room if it is above what is in use. */
  wait(inode: HostInode): void {
    (inode.pins > 0 ? this.ancestors : this.idle).add(inode);
  }

  /** open(2); when there are too many descriptors, again without those that can be done without. */
  open(path: string, flags: number, mode?: number): number {
    for (;;) {
      try {
        return this.fs.openSync(path, flags, mode);
      } catch (thrown) {
        if (!this.gaveUpSome(hostErrno(thrown))) throw thrown;
      }
    }
  }

  openDirectory(path: string): number {
    return this.open(path, this.flags | this.fs.constants.O_DIRECTORY);
  }

  /** When there are too many descriptors, some go that can be opened again: whether there were any. */
  gaveUpSome(errno: number): boolean {
    if (errno !== E.EMFILE && errno !== E.ENFILE) return false;
    return this.idle.dropSome() || this.listings.drop() || this.ancestors.dropSome();
  }

  /** Closes all that is not in use. */
  trim(): void {
    this.listings.drop();
    this.idle.drop();
    this.ancestors.drop();
  }

  /** The same at the end. */
  end(): void {
    this.trim();
    this.idle.stop();
  }
}
