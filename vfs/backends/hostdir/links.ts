// link(2) on the host by name, with a check that the name led to the right inode.
import { E } from '../../linux/errno.ts';
import type { HostInode } from './tree/inode.ts';
import { BIG_OR_NONE, hostErrno, type Fs, type Stats } from './node/node.ts';
import type { HostTree } from './tree/tree.ts';

/** How often a link is tried by another name. */
const TRIES = 16;

/** Looks how many names an inode has. */
export function look(tree: HostTree, inode: HostInode): void {
  try {
    inode.seen(tree.stat(inode));
  } catch {
    // ESTALE (path-tree.ts): what is done with it next will say so.
  }
}

/**
 * Makes hard links. There is no call that links a descriptor: it goes by a name, which must have been the inode's all
 * the time.
 */
export class Links {
  private readonly fs: Fs;
  private readonly tree: HostTree;

  constructor(fs: Fs, tree: HostTree) {
    this.fs = fs;
    this.tree = tree;
  }

  /** link(2): 0 or an errno. */
  make(dir: HostInode, name: string, inode: HostInode): number {
    const { tree } = this;
    let from: string | number | null = tree.lastName(inode);
    for (let tries = 0; ; tries++) {
      from ??= tree.nameOf(inode);
      if (typeof from === 'number') return from;
      const errno = this.by(from, dir, name, inode);
      if ((errno !== E.ENOENT && errno !== E.ESTALE) || tries === TRIES) return errno;
      // Others may have taken that name, and there may be another; or the directory is gone.
      look(tree, dir);
      if (errno === E.ENOENT && dir.links === 0) return errno;
      from = null;
    }
  }

  /** Links by a name of the inode. ENOENT or ESTALE, and nothing is linked: it is one no more. */
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
    // One name more tells it, unless others link it, too.
    if (inode.links !== before + 1) {
      const made = fs.lstatSync(to, BIG_OR_NONE);
      if (made === undefined || tree.table.keyOf(made) !== inode.key) return this.unsure(from, to, made);
    }
    tree.place(inode, dir, name);
    return 0;
  }

  /**
   * The name that was just made is not the inode's: others have removed it since or put another file there, which does
   * not matter; or `from` stood for another file, and then the name is taken away. ESTALE.
   */
  private unsure(from: string, to: string, made: Stats | undefined): number {
    const { table } = this.tree;
    const source = made === undefined ? undefined : this.fs.lstatSync(from, BIG_OR_NONE);
    if (source === undefined || table.keyOf(source) !== table.keyOf(made!)) return 0;
    this.fs.unlinkSync(to);
    return E.ESTALE;
  }
}
