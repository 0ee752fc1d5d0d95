// Finds a current path of an inode on Linux: by remembered names, then by readlink(2) of its descriptor.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { releaseUnused } from '../../../backend/inode-refs.ts';
import { INTENT_FIND } from '../../../backend/lookup-intent.ts';
import type { HostInode } from './inode.ts';
import { BIG_OR_NONE, hostErrno, type Fs } from '../node/node.ts';
import type { ProcTree } from './proc-tree.ts';

/** The limit of entries searched for an unknown name. */
const LOOKS = 4096;

/**
 * Returns a path that leads to an inode now: by a remembered name, else by the kernel's, else by another name in the
 * directories it was seen in. ENOENT if there is none.
 */
export function nameOf(tree: ProcTree, fs: Fs, inode: HostInode): string | number {
  for (const [dir, name] of [[inode.parent, inode.name] as const, ...(inode.others ?? [])]) {
    if (dir === null) continue;
    try {
      const path = tree.entry(dir, name);
      if (leadsTo(tree, fs, path, inode)) return path;
    } catch (thrown) {
      // The directory was moved.
      if (hostErrno(thrown) !== E.ESTALE) throw thrown;
    }
  }
  const byKernel = nameByKernel(tree, fs, inode);
  return typeof byKernel === 'number' ? (nameBeside(tree, fs, inode) ?? byKernel) : byKernel;
}

/** Finds another name in the directories it was seen in: the host has linked it and removed the old name. */
function nameBeside(tree: ProcTree, fs: Fs, inode: HostInode): string | null {
  if (inode.links === 0) return null;
  let looks = 0;
  for (const dir of new Set([inode.parent, ...(inode.others ?? []).map(([other]) => other)])) {
    if (dir === null) continue;
    try {
      const names = tree.names(dir);
      try {
        for (let name = names.next(); name !== null && looks < LOOKS; name = names.next(), looks++) {
          if (name === '') continue;
          const path = tree.entry(dir, name);
          if (leadsTo(tree, fs, path, inode)) return path;
        }
      } finally {
        names.close();
      }
    } catch (thrown) {
      if (hostErrno(thrown) !== E.ESTALE) throw thrown;
    }
  }
  return null;
}

function leadsTo(tree: ProcTree, fs: Fs, path: string, inode: HostInode): boolean {
  const st = fs.lstatSync(path, BIG_OR_NONE);
  return st !== undefined && tree.table.keyOf(st) === inode.key;
}

/** Asks the kernel for the path of the descriptor, and walks it from the root to verify it. */
function nameByKernel(tree: ProcTree, fs: Fs, inode: HostInode): string | number {
  const top = fs.readlinkSync(tree.self(tree.root));
  const path = fs.readlinkSync(tree.self(inode));
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
  const found = tree.entry(dir, names.at(-1)!);
  // Idle directories are closed oldest first: this one outlives the call.
  releaseUnused(tree, dir);
  return leadsTo(tree, fs, found, inode) ? found : E.ENOENT;
}
