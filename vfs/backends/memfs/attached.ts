// Link counts that memfs keeps wrong: which inodes are still reachable from the root of the volume.
import { INODE, type Core, type CoreLink } from './core.ts';
import type { MemfsInode } from './inode.ts';
import { Climb } from './steps.ts';

/** True if a link is reachable from the root. */
export function isAttached(link: CoreLink, root: CoreLink): boolean {
  const climb = new Climb(link);
  while (climb.at !== root) {
    const { at } = climb;
    // Replaced or removed: memfs leaves the link itself unchanged.
    if (!climb.up() || climb.at.children.get(at.name) !== at) return false;
  }
  return true;
}

/**
 * Counts the names of the known inodes, and remembers one of each. memfs does not count names lost by a rename over
 * them or with their directory.
 */
export class NameCount {
  private readonly core: Core;
  private epoch = -1;

  constructor(core: Core) {
    this.core = core;
  }

  /** Returns the number of names of an inode; the whole tree is counted once per epoch. */
  of(inode: MemfsInode, epoch: number): number {
    if (this.epoch !== epoch) this.count(epoch);
    return inode.counted === epoch ? inode.names : 0;
  }

  private count(epoch: number): void {
    this.epoch = epoch;
    for (const todo = [this.core.root]; todo.length > 0;) {
      for (const [name, link] of todo.pop()!.children) {
        if (name === '.' || name === '..' || link === undefined) continue;
        const inode = link.getNode()[INODE] as MemfsInode | undefined;
        if (inode !== undefined) {
          if (inode.counted !== epoch) inode.names = 0;
          inode.counted = epoch;
          inode.names++;
          inode.link = link;
        }
        if (link.children.size > 0) todo.push(link);
      }
    }
  }
}
