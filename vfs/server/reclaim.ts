// The reclaim queue: frees orphans a few at a time.
import type { Backend } from '../backend/backend.ts';
import { QUEUED, type Inode } from '../backend/inode.ts';
import { queue, reclaim, unqueue } from '../backend/inode-refs.ts';
import { errnoOf } from '../linux/errno.ts';
import type { ServerObserver } from './observer.ts';

/** Inodes that one step frees, which bounds the cost that a request may pay for others. */
const STEP = 16;
/** Length of the array that is kept when the queue is empty. */
const KEPT = 1024;

/**
 * The queue of orphans whose last fid is gone. A clunk only adds an inode and returns; the data is freed later: a few
 * inodes with each following request, on a timer when none follows, and all of them when the store is full, at Tstatfs
 * and Tfsync, and when the last session ends.
 */
export class ReclaimQueue {
  private readonly backend: Backend;
  /** The queue is [head, tail) of this array, which is reused so that a clunk allocates nothing. */
  private queue: (Inode | null)[] = [];
  private head = 0;
  private tail = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly observers: ReadonlySet<ServerObserver>;

  constructor(backend: Backend, observers: ReadonlySet<ServerObserver>) {
    this.backend = backend;
    this.observers = observers;
  }

  /** Number of queued inodes, those that failed before included. */
  get length(): number {
    return this.tail - this.head;
  }

  /** Appends an inode without names and fids; nothing if it is not LIVE. */
  add(inode: Inode): void {
    if (!queue(inode)) return;
    this.queue[this.tail++] = inode;
    this.schedule();
  }

  /** Takes an inode out of the queue, since a fid was made on it (through `..`): it is an orphan again. */
  revive(inode: Inode): void {
    const at = this.queue.indexOf(inode, this.head);
    if (at >= 0) {
      this.queue.splice(at, 1);
      this.tail--;
    }
    unqueue(inode);
  }

  /** Frees up to `count` inodes in order. Stops and returns false if one fails, which moves to the end of the queue. */
  step(count = STEP): boolean {
    for (let i = 0; i < count && this.head < this.tail; i++) {
      const inode = this.queue[this.head]!;
      this.queue[this.head++] = null;
      // Another server of this backend has put a fid on it, or has freed it.
      if (inode.state !== QUEUED) continue;
      if (this.free(inode) !== 0) {
        // Kept, behind the others.
        this.queue[this.tail++] = inode;
        this.compact();
        return false;
      }
      for (const observer of this.observers) observer.reclaimed?.(inode);
    }
    this.compact();
    return true;
  }

  private free(inode: Inode): number {
    try {
      return reclaim(this.backend, inode);
    } catch (thrown) {
      return errnoOf(thrown);
    }
  }

  /** Tries to free each queued inode once. True if any was freed. */
  drain(): boolean {
    const before = this.length;
    for (let left = before; left > 0; left--) this.step(1);
    return this.length < before;
  }

  /** The queued inodes, in order. */
  pending(): readonly Inode[] {
    return this.queue.slice(this.head, this.tail) as Inode[];
  }

  private compact(): void {
    if (this.head === this.tail) {
      // Only if it is longer: to set the length is a call into the engine.
      if (this.queue.length > KEPT) this.queue.length = KEPT;
    } else if (this.head <= KEPT || this.head * 2 <= this.tail) return;
    else this.queue = this.queue.slice(this.head, this.tail);
    this.tail -= this.head;
    this.head = 0;
  }

  private schedule(): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      const fine = this.step();
      // A failed inode waits for the next request or sync: a timer would poll.
      if (fine && this.length > 0) this.schedule();
    }, 0);
    // The queue does not keep the process alive.
    (this.timer as { unref?: () => void }).unref?.();
  }
}
