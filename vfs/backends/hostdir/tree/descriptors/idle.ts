// An LRU of unreferenced inodes whose descriptors stay open for a limited time.
import type { HostInode } from '../inode.ts';

/**
 * The number of uses that protect when descriptors run out: the descriptor of an inode that was used a moment ago, in the
 * same call, must not be closed and its number reused by another file.
 */
const SPARED = 32;

/**
 * Inodes whose descriptors stay open without fids, by and large the least recently used first. One that is in use again
 * stays listed, and is only passed over: most are released soon.
 */
export class Idle {
  private readonly inodes = new Set<HostInode>();
  private readonly limit: number;
  /** Milliseconds; 0 for as long as there is room. */
  private readonly linger: number;
  private readonly release: (inode: HostInode) => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** The number of uses so far. */
  private uses = 0;

  /** @param release Closes the descriptor of an inode that was dropped from here. */
  constructor(limit: number, linger: number, release: (inode: HostInode) => void) {
    this.limit = limit;
    this.linger = linger;
    this.release = release;
  }

  add(inode: HostInode): void {
    const { inodes } = this;
    if (inode.idle !== this) {
      inode.idle?.delete(inode);
      inode.idle = this;
      inodes.add(inode);
      inode.listedAt = this.uses + 1;
    }
    inode.usedAt = ++this.uses;
    while (inodes.size > this.limit) this.dropOldest();
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

  /** Marks an inode as used. */
  touch(inode: HostInode): void {
    inode.usedAt = ++this.uses;
  }

  /** Removes an inode that is closed. */
  delete(inode: HostInode): void {
    inode.idle = null;
    this.inodes.delete(inode);
  }

  /** Drops the first one that was not used since it was listed. */
  private dropOldest(): void {
    for (const inode of this.inodes) {
      if (inode.usedAt === inode.listedAt) {
        this.dropOne(inode);
        return;
      }
      inode.listedAt = inode.usedAt;
      this.inodes.delete(inode);
      this.inodes.add(inode);
    }
  }

  private dropOne(inode: HostInode): void {
    this.delete(inode);
    if (inode.refs === 0) this.release(inode);
  }

  /** Drops all that were not used a moment ago. Returns false if there were none. */
  dropSome(): boolean {
    let some = false;
    for (const inode of [...this.inodes]) {
      // One that is dropped may take its directory with it.
      if (inode.idle !== this || this.uses - inode.usedAt < SPARED) continue;
      some ||= inode.refs === 0;
      this.dropOne(inode);
    }
    return some;
  }

  /** Drops all, including those added meanwhile. */
  drop(): void {
    for (const inode of this.inodes) this.dropOne(inode);
  }

  /** Stops the timer. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
