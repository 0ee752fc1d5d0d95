// The capacity of a memfs Volume, recounted after JavaScript has changed it.
import { S_IFDIR } from '../../linux/constants.ts';
import { QUEUED } from '../../backend/inode.ts';
import { COST, Heap, Space } from '../../backend/space.ts';
import { xattrBytes } from '../../backend/xattrs.ts';
import { INODE, type Core, type CoreLink, type CoreNode } from './core.ts';
import type { MemfsInode } from './inode.ts';

/** As COST, of memfs's own objects: a node with four dates and two lists of listeners, a link with a Map. */
export const MEMFS_COST = { ...COST, inode: 768, directory: 0, name: 640 } as const;

/** Volumes of fewer nodes are counted whenever there may be a reason to. */
const FEW = 1000;
/** In others what JavaScript has changed may go uncounted while guests add so many bytes a node: counting is by nodes. */
const SLACK = 64;
/** And a full one is counted again after so many times what counting took. */
const PAUSE = 10;

/** What a name in a directory costs. */
export function nameCost(name: string): number {
  return MEMFS_COST.name + MEMFS_COST.letter * name.length;
}

/**
 * The room of a volume. JavaScript makes and removes files there, too: the volume tells of it, and all is counted anew
 * when it is next asked for; and when there seems to be too little left, for not everything is told.
 */
export class VolumeSpace {
  /** The change that is being told of is our own. */
  isOurs = false;
  isStale = true;
  private readonly core: Core;
  private readonly space: Space;
  /** Nodes at the last count, when it was and how long it took, and bytes added since. */
  private nodes = 0;
  private counted = 0;
  private took = 0;
  private added = 0;
  /** Of what is used the part that is in the engine's heap. */
  private heapUsed = 0;

  constructor(core: Core, capacity: number) {
    this.core = core;
    this.space = new Space(capacity, new Heap());
  }

  get capacity(): number {
    return this.space.capacity;
  }

  /** How many bytes of data may be added; counted to be sure when that is less than `wanted`. */
  room(wanted: number): number {
    this.beSure(wanted);
    return this.space.left;
  }

  /** Bytes of data were added, or taken away. */
  add(bytes: number): void {
    this.space.used += bytes;
    if (bytes > 0) this.added += bytes;
  }

  /** Takes room for what is no data; false when there is none. */
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

  /** Blocks and inodes that are left: who asks again and again has a large volume counted only now and then. */
  left(): { bytes: number; inodes: number } {
    if (this.isStale || this.mayCount()) this.recount();
    return { bytes: this.space.left, inodes: this.space.heapLeft(MEMFS_COST.inode + MEMFS_COST.name) };
  }

  private beSure(wanted: number): void {
    if (this.isStale && (this.nodes < FEW || this.added > this.nodes * SLACK)) this.recount();
    else if (this.space.left < wanted && this.mayCount()) this.recount();
  }

  /** A guest that tries again and again in a full volume must not have all of it counted each time. */
  private mayCount(): boolean {
    return this.nodes < FEW || performance.now() - this.counted > this.took * PAUSE;
  }

  /** Counts all files, names, links and attributes, orphans among them. */
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
    // The root is not a guest's.
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

/** Adds the nodes in a directory, and its directories to those that are left to do: what its names cost. */
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

/** Whether a fid keeps it, or it waits to be reclaimed. memfs forgets to remove some that nobody can reach. */
function isHeld(node: CoreNode): boolean {
  const inode = node[INODE] as MemfsInode | undefined;
  return inode !== undefined && (inode.refs > 0 || inode.state === QUEUED);
}

/** Bytes of a file: memfs keeps holes, too. */
export function dataOf(node: CoreNode): number {
  return (node.mode & S_IFDIR) === S_IFDIR ? 0 : node.size;
}

/** What a node costs besides its data, its extended attributes included. */
export function heapCost(node: CoreNode): number {
  const inode = node[INODE] as MemfsInode | undefined;
  const target = typeof node.symlink === 'string' ? node.symlink.length : 0;
  return MEMFS_COST.inode + MEMFS_COST.letter * target + (inode === undefined ? 0 : xattrBytes(inode));
}
