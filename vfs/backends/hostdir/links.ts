// link(2) on the host by name, with a check that the name led to the right inode.
import { E } from '../../linux/errno.ts';
import type { HostInode } from './tree/inode.ts';
import { BIG_OR_NONE, hostErrno, type Fs, type Stats } from './node/node.ts';
import type { HostTree } from './tree/tree.ts';

/** Attempts to link by another name. */
const TRIES = 16;

/** Refreshes the link count of an inode. */
export function look(tree: HostTree, inode: HostInode): void {
  try {
    inode.seen(tree.stat(inode));
  } catch {
    // ESTALE (path-tree.ts): the next call on the inode reports it.
  }
}

/**
 * Creates hard links. node:fs cannot link a descriptor, so a name is linked, and a check follows that it was the
 * inode's all the time.
 */
export class Links {
  private readonly fs: Fs;
  private readonly tree: HostTree;

  constructor(fs: Fs, tree: HostTree) {
    this.fs = fs;
    this.tree = tree;
  }

  /** link(2). Returns 0 or an errno. */
  make(dir: HostInode, name: string, inode: HostInode): number {
    const { tree } = this;
    let from: string | number | null = tree.lastName(inode);
    for (let tries = 0; ; tries++) {
      from ??= tree.nameOf(inode);
      if (typeof from === 'number') return from;
      const errno = this.by(from, dir, name, inode);
      if ((errno !== E.ENOENT && errno !== E.ESTALE) || tries === TRIES) return errno;
      // Another process has removed that name: try another name, unless the directory itself is gone.
      look(tree, dir);
      if (errno === E.ENOENT && dir.links === 0) return errno;
      from = null;
    }
  }

  /** Links by one name. ENOENT or ESTALE if it is no longer a name of the inode; then nothing is linked. */
  private by(from: string, dir: HostInode, name: string, inode: HostInode): number {
    const { fs, tree } = this;
    const to = tree.entry(dir, name);
    const before = inode.links;
    try {
      fs.linkSync(from, to);
    } catch (thrown) {
      return hostErrno(thrown);
    }
    tree.changed(dir);
    look(tree, inode);
    // A link count one higher proves it, unless other processes link the inode as well.
    if (inode.links !== before + 1) {
      const made = fs.lstatSync(to, BIG_OR_NONE);
      if (made === undefined || tree.table.keyOf(made) !== inode.key) return this.unsure(from, to, made);
    }
    tree.place(inode, dir, name);
    return 0;
  }

  /**
   * Handles a new name that leads to another inode. If another process has removed or replaced the new name, the link
   * was right. If `from` led to another file, the new name is removed again: ESTALE.
   */
  private unsure(from: string, to: string, made: Stats | undefined): number {
    const { table } = this.tree;
    const source = made === undefined ? undefined : this.fs.lstatSync(from, BIG_OR_NONE);
    if (source === undefined || table.keyOf(source) !== table.keyOf(made!)) return 0;
    this.fs.unlinkSync(to);
    return E.ESTALE;
  }
}
