// The capacity of a memfs Volume, recounted after JavaScript has changed it.
import { S_IFDIR } from '../../linux/constants.ts';
import { QUEUED } from '../../backend/inode.ts';
import { COST, Heap, Space } from '../../backend/space.ts';
import { xattrBytes } from '../../backend/xattrs.ts';
import { INODE, type Core, type CoreLink, type CoreNode } from './core.ts';
import type { MemfsInode } from './inode.ts';

/** Like COST, for the objects of memfs: a node with four dates and two lists of listeners, a link with a Map. */
export const MEMFS_COST = { inode: 768, directory: 0, name: 640, xattr: COST.xattr, letter: COST.letter } as const;

/** Volumes with fewer nodes are recounted whenever there may be a reason. */
const FEW = 1000;
/**
 * In larger volumes changes by JavaScript may stay uncounted while guests add this many bytes per node: the cost of a
 * count is per node.
 */
const SLACK = 64;
/** A full volume is recounted only after this multiple of the time of the last count. */
const PAUSE = 10;

/** Returns the cost of a name in a directory, in bytes. */
export function nameCost(name: string): number {
  return MEMFS_COST.name + MEMFS_COST.letter * name.length;
}

/**
 * The capacity of a volume. JavaScript changes files as well: the volume reports that, and everything is recounted on
 * the next use; also when too little seems to be left, since not every change is reported.
 */
export class VolumeSpace {
  /** True while the volume reports a change by this backend. */
  isOurs = false;
  isStale = true;
  private readonly core: Core;
  private readonly space: Space;
  /** The nodes at the last count, its time and duration in milliseconds, and the bytes added since. */
  private nodes = 0;
  private counted = 0;
  private took = 0;
  private added = 0;
  /** The part of the used bytes that is in the engine's heap. */
  private heapUsed = 0;

  constructor(core: Core, capacity: number) {
    this.core = core;
    this.space = new Space(capacity, new Heap());
  }

  get capacity(): number {
    return this.space.capacity;
  }

  /** Returns the bytes of data that may be added; recounts first if they seem fewer than `wanted`. */
  room(wanted: number): number {
    this.beSure(wanted);
    return this.space.left;
  }

  /** Notes that bytes of data were added, or freed (negative). */
  add(bytes: number): void {
    this.space.used += bytes;
    if (bytes > 0) this.added += bytes;
  }

  /** Reserves bytes for objects other than data. Returns false if there is no room. */
  takeHeap(bytes: number): boolean {
    this.beSure(bytes);
    if (!this.space.takeHeap(bytes)) return false;
    this.heapUsed += bytes;
    this.added += bytes;
    return true;
  }

  giveHeap(bytes: number): void {
    this.space.giveHeap(bytes);
    this.heapUsed -= bytes;
  }

  /** Returns the bytes and inodes left. Repeated calls recount a large volume only now and then. */
  left(): { bytes: number; inodes: number } {
    if (this.isStale || this.mayCount()) this.recount();
    return { bytes: this.space.left, inodes: this.space.heapLeft(MEMFS_COST.inode + MEMFS_COST.name) };
  }

  private beSure(wanted: number): void {
    if (this.isStale && (this.nodes < FEW || this.added > this.nodes * SLACK)) this.recount();
    else if (this.space.left < wanted && this.mayCount()) this.recount();
  }

  /** True if a recount is affordable: a guest that retries in a full volume must not cause one on each call. */
  private mayCount(): boolean {
    return this.nodes < FEW || performance.now() - this.counted > this.took * PAUSE;
  }

  /** Counts all files, names, symlinks and attributes, orphans included. */
  private recount(): void {
    const before = performance.now();
    const seen = new Set<CoreNode>([this.core.root.getNode()]);
    let bytes = 0;
    for (const links = [this.core.root]; links.length > 0;) bytes += collect(links.pop()!, links, seen);
    for (const ino in this.core.inodes) if (isHeld(this.core.inodes[ino]!)) seen.add(this.core.inodes[ino]!);
    let data = 0;
    for (const node of seen) {
      data += dataOf(node);
      bytes += heapCost(node);
    }
    // The root is free of charge.
    bytes -= heapCost(this.core.root.getNode());
    const { space } = this;
    space.heap.give(this.heapUsed - bytes);
    space.used = data + bytes;
    this.heapUsed = bytes;
    this.nodes = seen.size;
    this.added = 0;
    this.isStale = false;
    this.counted = performance.now();
    this.took = this.counted - before;
  }
}

/** Adds the nodes in a directory to `seen`, and its subdirectories to `links`. Returns the cost of its names. */
function collect(dir: CoreLink, links: CoreLink[], seen: Set<CoreNode>): number {
  let bytes = 0;
  for (const [name, link] of dir.children) {
    if (name === '.' || name === '..' || link === undefined) continue;
    bytes += nameCost(name);
    seen.add(link.getNode());
    if (link.children.size > 0) links.push(link);
  }
  return bytes;
}

/** True if a fid references the node, or it waits to be reclaimed. memfs leaks some that are unreachable. */
function isHeld(node: CoreNode): boolean {
  const inode = node[INODE] as MemfsInode | undefined;
  return inode !== undefined && (inode.refs > 0 || inode.state === QUEUED);
}

/** Returns the bytes of a file, holes included: memfs allocates them. */
export function dataOf(node: CoreNode): number {
  return (node.mode & S_IFDIR) === S_IFDIR ? 0 : node.size;
}

/** Returns the cost of a node besides its data, its extended attributes included. */
export function heapCost(node: CoreNode): number {
  const inode = node[INODE] as MemfsInode | undefined;
  const target = typeof node.symlink === 'string' ? node.symlink.length : 0;
  return MEMFS_COST.inode + MEMFS_COST.letter * target + (inode === undefined ? 0 : xattrBytes(inode));
}
