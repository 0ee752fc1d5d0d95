// Accounting of the memory that stores in memory (ram, memfs) take, against a capacity and the engine's heap.
import { machine, type Machine } from './machine.ts';

/** Default capacity: the machine's memory divided by this. */
export const MEMORY_SHARE = 4;
/** Limit of names and inodes: the engine's heap limit divided by this. */
export const HEAP_SHARE = 2;
/**
 * Nothing is added while more than this fraction of the heap is in use: an engine out of memory ends the process.
 */
export const HEAP_FULL = 7 / 8;
/** Bytes of a heap that are taken before its limit is read. The limit of every engine is higher. */
const UNASKED = 1 << 20;
/** The engine's own figure is read again after this many bytes. */
const LOOK_EVERY = 1 << 23;

/**
 * Bytes that are counted for each item of a store: somewhat more than it takes in V8, so that the count is an upper
 * bound.
 */
export enum COST {
  /** An inode of any kind. */
  inode = 512,
  /** In addition, if it is a directory: as much again. */
  directory = inode,
  /** A directory entry, without its letters. */
  name = 128,
  /** An extended attribute, without its name and value. */
  xattr = 384,
  /** Each UTF-16 unit of a name, a symlink's target or an attribute's name. */
  letter = 2,
}

/** Bytes counted for a directory entry. */
export function nameCost(name: string): number {
  return COST.name + COST.letter * name.length;
}

/** The default of `capacity`, in bytes: a quarter of the machine's memory. */
export function defaultCapacity(host: Machine = machine()): number {
  return Math.floor(host.memory / MEMORY_SHARE);
}

/** Budget of the engine's heap. Several stores may share one. */
export class Heap {
  used = 0;
  private readonly host: Machine;
  /** Bytes that may be taken; a first part until the limit is read, which loads a module of the runtime. */
  private allowed = UNASKED;
  private looked = 0;
  private isFull = false;

  constructor(host: Machine = machine()) {
    this.host = host;
  }

  /** Takes as many bytes as another heap. */
  copy(other: Heap): void {
    this.used = this.looked = other.used;
  }

  /** Bytes that can still be taken. */
  get left(): number {
    return this.isFull ? 0 : Math.max(0, this.limit() - this.used);
  }

  private limit(): number {
    return (this.allowed = Math.floor(this.host.heap / HEAP_SHARE));
  }

  /** Takes bytes; false, and takes none, if fewer are left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.allowed && this.used + bytes > this.limit()) return false;
    if ((this.isFull || this.used + bytes >= this.looked + LOOK_EVERY) && !this.look()) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
    if (this.used < this.looked) this.looked = this.used;
  }

  /** True if the engine has room, the rest of the program's objects counted. */
  private look(): boolean {
    this.looked = this.used;
    this.isFull = this.host.heapUsed() > this.host.heap * HEAP_FULL;
    return !this.isFull;
  }
}

/** The capacity of a store in memory and the bytes taken of it. Several stores may share one. */
export class Space {
  readonly capacity: number;
  readonly heap: Heap;
  /** Bytes taken. */
  used = 0;

  constructor(capacity: number, heap: Heap = new Heap()) {
    this.capacity = capacity;
    this.heap = heap;
  }

  /** Takes as many bytes as another space, even if that is more than the capacity. */
  copy(other: Space): void {
    this.used = other.used;
    this.heap.copy(other.heap);
  }

  /** Bytes that can still be taken. */
  get left(): number {
    return Math.max(0, Math.floor(this.capacity - this.used));
  }

  /** Number of items of `bytes` each that still fit in the engine's heap. */
  heapLeft(bytes: number): number {
    return Math.floor(Math.min(this.left, this.heap.left) / bytes);
  }

  /** Takes bytes of file data, which are outside of the engine's heap; false, and takes none, if fewer are left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.capacity) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }

  /** Takes bytes of the engine's heap, which count against the capacity as well; false if fewer are left of either. */
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
