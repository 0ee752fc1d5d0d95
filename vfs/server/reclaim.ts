// The reclaim queue: frees orphans a few at a time.
import type { Backend } from '../backend/backend.ts';
import { LIVE, QUEUED, RECLAIMED, type Inode } from '../backend/inode.ts';
import { errnoOf } from '../linux/errno.ts';

/** How many inodes one step frees: what a request in passing may pay. */
const STEP = 16;
/** Room that is kept in an empty queue. */
const KEPT = 1024;

/**
 * The queue of orphans whose last fid is gone. A clunk only puts an inode here and returns; the data is
 * freed later: a few inodes with each following request, on a timer when none follows, and all of them
 * when the store is full, at statfs, at sync and at shutdown.
 */
export class ReclaimQueue {
  private readonly backend: Backend;
  /** Those that wait are from `head` to before `tail`; the array is used again, so that a clunk allocates nothing. */
  private queue: (Inode | null)[] = [];
  private head = 0;
  private tail = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Called for each inode that has been freed. */
  onReclaim: ((inode: Inode) => void) | null = null;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Inodes that wait, those that failed before among them. */
  get length(): number {
    return this.tail - this.head;
  }

  /** Puts an inode without names and fids at the end. */
  add(inode: Inode): void {
    if (inode.state !== LIVE) return;
    inode.state = QUEUED;
    this.queue[this.tail++] = inode;
    this.schedule();
  }

  /** A fid was made on a queued inode (through `..`): it lives on, still an orphan. */
  revive(inode: Inode): void {
    const at = this.queue.indexOf(inode, this.head);
    if (at >= 0) {
      this.queue.splice(at, 1);
      this.tail--;
    }
    inode.state = LIVE;
  }

  /** Frees up to `count` inodes in order. False when one failed: it is last in the queue now. */
  step(count = STEP): boolean {
    for (let i = 0; i < count && this.head < this.tail; i++) {
      const inode = this.queue[this.head]!;
      this.queue[this.head++] = null;
      // Another server of this backend has made a fid on it, or has freed it.
      if (inode.state !== QUEUED) continue;
      if (this.reclaim(inode) !== 0) {
        // It keeps its record, and lets the others pass.
        this.queue[this.tail++] = inode;
        this.compact();
        return false;
      }
      inode.state = RECLAIMED;
      this.onReclaim?.(inode);
    }
    this.compact();
    return true;
  }

  private reclaim(inode: Inode): number {
    try {
      return this.backend.reclaim(inode);
    } catch (thrown) {
      return errnoOf(thrown);
    }
  }

  /** Frees all that can be freed now: each inode is tried once. True when any was freed. */
  drain(): boolean {
    const before = this.length;
    for (let left = before; left > 0; left--) this.step(1);
    return this.length < before;
  }

  /** The inodes that wait. */
  pending(): readonly Inode[] {
    return this.queue.slice(this.head, this.tail) as Inode[];
  }

  private compact(): void {
    if (this.head === this.tail) this.queue.length = Math.min(this.queue.length, KEPT);
    else if (this.head <= KEPT || this.head * 2 <= this.tail) return;
    else this.queue = this.queue.slice(this.head, this.tail);
    this.tail -= this.head;
    this.head = 0;
  }

  private schedule(): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      const fine = this.step();
      // What failed waits for the next request, statfs or sync rather than for a busy timer.
      if (fine && this.length > 0) this.schedule();
    }, 0);
    // A waiting reclamation is no reason for a process to live on.
    (this.timer as { unref?: () => void }).unref?.();
  }
}
