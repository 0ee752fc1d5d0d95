// The directory entries that known inodes were seen under: parent, name and other hard links.
import type { HostInode } from './inode.ts';

/** How many names of a file with several are remembered besides the last one seen. */
export const OTHERS = 8;

/**
 * Notes that an inode was seen under this name, so that its directory is held for it, and finds it by the name.
 * @returns The directory that it was in before, if nothing else holds that now; else null.
 */
export function place(inode: HostInode, dir: HostInode, name: string): HostInode | null {
  const { parent } = inode;
  if (parent === dir && inode.name === name) return null;
  if (parent !== null && inode.links > 1) alsoNamed(inode, parent, inode.name);
  else forget(inode, parent, inode.name);
  inode.name = name;
  dir.held ??= new Map();
  dir.held.set(name, inode);
  if (parent === dir) return null;
  dir.pins++;
  return leave(inode, dir);
}

/** Notes that an inode is let go of. The directory it was in is given back as by `place`. */
export function displace(inode: HostInode): HostInode | null {
  forget(inode, inode.parent, inode.name);
  if (inode.others !== null) for (const [dir, name] of inode.others) forget(inode, dir, name);
  inode.others = null;
  inode.wasIn = inode.parent;
  return leave(inode, null);
}

/** Moves an inode out of its directory. */
function leave(inode: HostInode, to: HostInode | null): HostInode | null {
  const { parent } = inode;
  inode.parent = to;
  return parent !== null && --parent.pins === 0 ? parent : null;
}

/** Keeps another name of a file that has several. */
function alsoNamed(inode: HostInode, dir: HostInode, name: string): void {
  inode.others ??= [];
  const { others } = inode;
  if (others.some(([inDir, as]) => inDir === dir && as === name)) return;
  if (others.length >= OTHERS) forget(inode, ...others.shift()!);
  others.push([dir, name]);
}

function forget(inode: HostInode, dir: HostInode | null, name: string): void {
  if (dir?.held?.get(name) === inode) dir.held.delete(name);
}
