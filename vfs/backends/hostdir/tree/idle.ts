// An LRU of unreferenced inodes whose descriptors stay open for a limited time.
import type { HostInode } from './inode.ts';

/**
 * How many of those used last are spared when descriptors are short: a path that was made of one a moment ago, in the
 * same call, must not lead to what has its number by then.
 */
const SPARED = 16;

/** Inodes that no fid names, their descriptors still open for a while, those used last at the end. */
export class Idle {
  private readonly inodes = new Set<HostInode>();
  private readonly limit: number;
  /** ms; 0 for as long as there is room. */
  private readonly linger: number;
  private readonly letGo: (inode: HostInode) => void;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** @param letGo Closes the descriptor of one that is here no more. */
  constructor(limit: number, linger: number, letGo: (inode: HostInode) => void) {
    this.limit = limit;
    this.linger = linger;
    this.letGo = letGo;
  }

  add(inode: HostInode): void {
    const { inodes } = this;
    inode.idle?.delete(inode);
    inode.idle = this;
    inodes.add(inode);
    if (inodes.size > this.limit) this.dropOldest();
    if (this.linger > 0) this.timer ??= this.start();
  }

  private start(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.timer = null;
      this.drop();
    }, this.linger);
    // In a process that is done there is nothing to wait for.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  /** A path is made of its descriptor: it goes last. */
  touch(inode: HostInode): void {
    this.inodes.delete(inode);
    this.inodes.add(inode);
  }

  /** It is in use again, or closed. */
  delete(inode: HostInode): void {
    inode.idle = null;
    this.inodes.delete(inode);
  }

  private dropOldest(): void {
    const [oldest] = this.inodes;
    this.delete(oldest!);
    this.letGo(oldest!);
  }

  /** Lets go of all but those used last; false when there were no others. */
  dropSome(): boolean {
    const enough = this.inodes.size > SPARED;
    while (this.inodes.size > SPARED) this.dropOldest();
    return enough;
  }

  /** Lets go of all, those that come meanwhile too. */
  drop(): void {
    while (this.inodes.size > 0) this.dropOldest();
  }

  /** Ends the timer. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
