import { machine, type Machine } from './machine.ts';

/** Of the machine's memory the part that a store in memory may take by default: one in so many. */
export const MEMORY_SHARE = 4;
/** Of the engine's heap the part that its names and inodes may take. */
export const HEAP_SHARE = 2;
/** How full the heap may be, whoever fills it: there is no way back from the engine's own end. */
export const HEAP_FULL = 7 / 8;
/** The heap is looked at again after this many bytes. */
const LOOK_EVERY = 1 << 23;

/**
 * What is counted for each thing that a store in memory holds, in bytes: somewhat more than what it takes on V8, so that
 * what was counted is what there can be.
 */
export const COST = {
  /** An inode, whatever its kind, and all that hangs on it. */
  inode: 512,
  /** A directory, besides. */
  directory: 512,
  /** A name in a directory, besides its letters. */
  name: 128,
  /** An extended attribute, besides its name and value. */
  xattr: 384,
  /** Each UTF-16 unit of a name, of a symlink's target, of an attribute's name. */
  letter: 2,
} as const;

/** What a name in a directory costs. */
export function nameCost(name: string): number {
  return COST.name + COST.letter * name.length;
}

/** The default of `capacity`: what this machine can bear, in bytes. */
export function defaultCapacity(host: Machine = machine()): number {
  return Math.floor(host.memory / MEMORY_SHARE);
}

/** What may be in the engine's heap: stores may share one. */
export class Heap {
  readonly limit: number;
  used = 0;
  private readonly host: Machine;
  private looked = 0;
  private isFull = false;

  constructor(host: Machine = machine()) {
    this.host = host;
    this.limit = Math.floor(host.heap / HEAP_SHARE);
  }

  /** Bytes that may be added. */
  get left(): number {
    return this.isFull ? 0 : Math.max(0, this.limit - this.used);
  }

  /** Takes bytes; false when there are not so many left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    if ((this.isFull || this.used + bytes >= this.looked + LOOK_EVERY) && !this.look()) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
    if (this.used < this.looked) this.looked = this.used;
  }

  /** Whether the engine has room, others' objects counted. */
  private look(): boolean {
    this.looked = this.used;
    this.isFull = this.host.heapUsed() > this.host.heap * HEAP_FULL;
    return !this.isFull;
  }
}

/** The room of a store in memory: what there may be, and what there is. Stores may share one. */
export class Space {
  readonly capacity: number;
  readonly heap: Heap;
  /** Bytes taken. */
  used = 0;

  constructor(capacity: number, heap: Heap = new Heap()) {
    this.capacity = capacity;
    this.heap = heap;
  }

  /** Bytes that may be added. */
  get left(): number {
    return Math.max(0, Math.floor(this.capacity - this.used));
  }

  /** Things of the engine's heap that may be added, of so many bytes each. */
  heapLeft(bytes: number): number {
    return Math.floor(Math.min(this.left, this.heap.left) / bytes);
  }

  /** Takes bytes outside of the engine's heap, which are data; false when there are not so many left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.capacity) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }

  /** Takes bytes of the engine's heap. */
  takeHeap(bytes: number): boolean {
    if (this.used + bytes > this.capacity || !this.heap.take(bytes)) return false;
    this.used += bytes;
    return true;
  }

  giveHeap(bytes: number): void {
    this.used -= bytes;
    this.heap.give(bytes);
  }
}
