// An LRU of unreferenced inodes whose descriptors stay open for a limited time.
import type { HostInode } from './inode.ts';

/**
 * The number of recently used inodes that are kept when descriptors run out: a path made of a descriptor a moment ago,
 * in the same call, must not lead to the file that reuses its number.
 */
const SPARED = 16;

/** Inodes without fids whose descriptors are still open, least recently used first. */
export class Idle {
  private readonly inodes = new Set<HostInode>();
  private readonly limit: number;
  /** Milliseconds; 0 for as long as there is room. */
  private readonly linger: number;
  private readonly release: (inode: HostInode) => void;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** @param release Closes the descriptor of an inode that was dropped from here. */
  constructor(limit: number, linger: number, release: (inode: HostInode) => void) {
    this.limit = limit;
    this.linger = linger;
    this.release = release;
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
    // The timer must not keep the process alive.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  /** Marks an inode as used: its descriptor is in a path. */
  touch(inode: HostInode): void {
    this.inodes.delete(inode);
    this.inodes.add(inode);
  }

  /** Removes an inode that is in use again, or closed. */
  delete(inode: HostInode): void {
    inode.idle = null;
    this.inodes.delete(inode);
  }

  private dropOldest(): void {
    const [oldest] = this.inodes;
    this.delete(oldest!);
    this.release(oldest!);
  }

  /** Drops all but the SPARED most recently used. Returns false if there were no others. */
  dropSome(): boolean {
    const enough = this.inodes.size > SPARED;
    while (this.inodes.size > SPARED) this.dropOldest();
    return enough;
  }

  /** Drops all, including those added meanwhile. */
  drop(): void {
    while (this.inodes.size > 0) this.dropOldest();
  }

  /** Stops the timer. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
