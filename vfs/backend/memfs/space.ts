import { QUEUED } from '../inode.ts';
import { xattrBytes } from '../xattrs.ts';
import { INODE, type Core, type CoreLink, type CoreNode } from './core.ts';
import type { MemfsInode } from './inode.ts';

/**
 * How much of a limited volume is taken. JavaScript makes and removes files there, too: the volume tells of it, and all
 * is counted anew when it is next asked for; and when there seems to be too little left, for not everything is told.
 */
export class Space {
  readonly capacity: number;
  /** How many listeners of the volume are ours. */
  readonly listeners: number = 0;
  /** The change that is being told of is our own. */
  isOurs = false;
  private readonly core: Core;
  private used = 0;
  private isStale = true;

  constructor(core: Core, capacity: number) {
    this.core = core;
    this.capacity = capacity;
    if (capacity === Infinity) return;
    this.listeners = 1;
    core.changes.listeners.add(this.listener);
  }

  private readonly listener = (): void => {
    this.isStale ||= !this.isOurs;
  };

  /** The volume tells it nothing any more. */
  close(): void {
    this.core.changes.listeners.delete(this.listener);
  }

  /** How many bytes may be added; counted to be sure when that is less than `wanted`. */
  room(wanted: number): number {
    if (this.capacity === Infinity) return Infinity;
    if (this.isStale || this.capacity - this.used < wanted) this.recount();
    return Math.max(0, this.capacity - this.used);
  }

  /** Bytes were added, or taken away. */
  add(bytes: number): void {
    this.used += bytes;
  }

  /** Bytes of all files and of their extended attributes, orphans among them. */
  recount(): number {
    const seen = new Set<CoreNode>();
    for (const links = [this.core.root]; links.length > 0;) collect(links.pop()!, links, seen);
    for (const ino in this.core.inodes) if (isHeld(this.core.inodes[ino]!)) seen.add(this.core.inodes[ino]!);
    this.used = 0;
    for (const node of seen) this.used += bytesOf(node);
    this.isStale = false;
    return this.used;
  }
}

/** Adds the nodes in a directory, and its directories to those that are left to do. */
function collect(dir: CoreLink, links: CoreLink[], seen: Set<CoreNode>): void {
  for (const [name, link] of dir.children) {
    if (name === '.' || name === '..' || link === undefined) continue;
    seen.add(link.getNode());
    if (link.children.size > 0) links.push(link);
  }
}

/** Whether a fid keeps it, or it waits to be reclaimed. memfs forgets to remove some that nobody can reach. */
function isHeld(node: CoreNode): boolean {
  const inode = node[INODE] as MemfsInode | undefined;
  return inode !== undefined && (inode.refs > 0 || inode.state === QUEUED);
}

function bytesOf(node: CoreNode): number {
  const inode = node[INODE] as MemfsInode | undefined;
  return node.size + (inode === undefined ? 0 : xattrBytes(inode));
}
