// The directory entries that known inodes were seen under: parent, name and other hard links.
import type { HostInode } from './inode.ts';

/** The limit of names remembered for a file with several hard links, besides the last one. */
export const OTHERS = 8;

/**
 * Notes that an inode was seen under this name, so that its directory is held for it and finds it by the name.
 * @returns The former directory, if no other inode pins it now; otherwise null.
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

/**
 * Notes the release of an inode.
 * @returns Its directory, if no other inode pins it now; otherwise null.
 */
export function displace(inode: HostInode): HostInode | null {
  forget(inode, inode.parent, inode.name);
  if (inode.others !== null) for (const [dir, name] of inode.others) forget(inode, dir, name);
  inode.others = null;
  inode.wasIn = inode.parent;
  return leave(inode, null);
}

/** Changes the directory of an inode. Returns the former one, if no other inode pins it now. */
function leave(inode: HostInode, to: HostInode | null): HostInode | null {
  const { parent } = inode;
  inode.parent = to;
  return parent !== null && --parent.pins === 0 ? parent : null;
}

/** Remembers another name of a file with several hard links. */
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
