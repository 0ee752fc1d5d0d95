// Finds a current name of an inode on Linux: by remembered names, then by readlink(2) of its descriptor.
import { S_IFDIR } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import { releaseUnused } from '../../../../backend/inode-refs.ts';
import { INTENT_FIND } from '../../../../backend/lookup-intent.ts';
import { HostStat } from '../../calls/host-stat.ts';
import { hostError } from '../../node/node.ts';
import type { DescriptorTree } from './descriptor-tree.ts';
import type { HostInode } from '../inode.ts';
import type { DirName } from '../tree.ts';

/** The limit of entries searched for an unknown name. */
const LOOKS = 4096;

const st = new HostStat();

/**
 * Returns an entry that leads to an inode now: by a remembered name, else by the kernel's, else by another name in the
 * directories it was seen in. ENOENT if there is none.
 * @throws HostError
 */
export function currentEntry(tree: DescriptorTree, inode: HostInode): DirName | number {
  for (const [dir, name] of [[inode.parent, inode.name] as const, ...(inode.others ?? [])]) {
    if (dir !== null && leadsTo(tree, dir, name, inode)) return [dir, name];
  }
  const byKernel = nameByKernel(tree, inode);
  return typeof byKernel === 'number' ? (nameBeside(tree, inode) ?? byKernel) : byKernel;
}

/** Finds another name in the directories it was seen in: the host has linked it and removed the old name. */
function nameBeside(tree: DescriptorTree, inode: HostInode): DirName | null {
  if (inode.links === 0) return null;
  let looks = 0;
  for (const dir of new Set([inode.parent, ...(inode.others ?? []).map(([other]) => other)])) {
    if (dir === null) continue;
    const names = tree.names(dir);
    if (names === E.ESTALE) continue;
    if (typeof names === 'number') throw hostError(names, 'a directory cannot be listed');
    try {
      for (let name = names.next(); name !== null && looks < LOOKS; name = names.next(), looks++) {
        if (name !== '' && leadsTo(tree, dir, name, inode)) return [dir, name];
      }
    } finally {
      names.close();
    }
  }
  return null;
}

/** True if a name is the inode's; not if it has none, or its directory was moved. */
function leadsTo(tree: DescriptorTree, dir: HostInode, name: string, inode: HostInode): boolean {
  const errno = tree.statName(dir, name, st);
  if (errno === 0) return tree.table.keyOf(st) === inode.key;
  if (errno === E.ENOENT || errno === E.ESTALE) return false;
  throw hostError(errno, 'a name cannot be looked at');
}

/** Asks the kernel for the path of the descriptor, and walks it from the root to verify it. */
function nameByKernel(tree: DescriptorTree, inode: HostInode): DirName | number {
  const at = tree.at(inode);
  if (at < 0) return -at;
  const top = tree.calls.placeOf(tree.root.fd);
  const path = tree.calls.placeOf(at);
  if (top === null || path === null || top === '') return E.ENOENT;
  const prefix = top === '/' ? top : `${top}/`;
  if (!path.startsWith(prefix)) return E.ENOENT;
  const names = path.slice(prefix.length).split('/');
  let dir = tree.root;
  for (const name of names.slice(0, -1)) {
    const next = tree.lookup(dir, name, INTENT_FIND);
    releaseUnused(tree, dir);
    if (typeof next === 'number') return E.ENOENT;
    dir = next;
    if (dir.kind !== S_IFDIR) return E.ENOENT;
  }
  const found = names.at(-1)!;
  const leads = leadsTo(tree, dir, found, inode);
  // Idle directories are closed oldest first: this one outlives the call.
  releaseUnused(tree, dir);
  return leads ? [dir, found] : E.ENOENT;
}
