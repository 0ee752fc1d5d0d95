// The cost of an inode of the in-memory store, which counts against its capacity.
import { COST } from '../../backend/space.ts';
import { xattrBytes } from '../../backend/xattrs.ts';
import { S_IFDIR } from '../../linux/constants.ts';
import type { RamInode } from './inode.ts';

/** Returns the cost of an inode, in bytes; for a symlink with its target. */
export function inodeCost(kind: number, target: string | null): number {
  if (kind === S_IFDIR) return COST.inode + COST.directory;
  return target === null ? COST.inode : COST.inode + COST.letter * target.length;
}

/** Returns the cost of an inode with its extended attributes, without data. */
export function costOf(inode: RamInode): number {
  const { content } = inode;
  return inodeCost(inode.kind, typeof content === 'string' ? content : null) + xattrBytes(inode);
}
