import type { HostInode } from './inode.ts';

/** How many inodes are held that nobody uses: those of the last paths are most likely those of the next. */
const LIMIT = 256;
/** How long, ms: a file that the host removes keeps its space on the disk for as long as it is held. */
const LINGER = 1000;

/** Inodes that no fid names, still held for a while, those let go last at the end. */
export class Idle {
  private readonly inodes = new Set<HostInode>();
  private readonly close: (inode: HostInode) => void;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(close: (inode: HostInode) => void) {
    this.close = close;
  }

  add(inode: HostInode): void {
    const { inodes } = this;
    inodes.delete(inode);
    inodes.add(inode);
    if (inodes.size > LIMIT) {
      const [oldest] = inodes;
      this.close(oldest!);
    }
    this.timer ??= this.start();
  }

  private start(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.timer = null;
      this.drop();
    }, LINGER);
    // In a process that is done there is nothing to wait for.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  /** It is in use again, or closed. */
  delete(inode: HostInode): void {
    this.inodes.delete(inode);
  }

  /** Closes all, and waits for nothing. */
  end(): void {
    this.drop();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Closes all; false when there were none. */
  drop(): boolean {
    if (this.inodes.size === 0) return false;
    for (const inode of this.inodes) this.close(inode);
    return true;
  }
}
