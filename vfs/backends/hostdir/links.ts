// link(2) on the host: of the inode itself through libc; else by name, with a check that the name led to the inode.
import { E } from '../../linux/errno.ts';
import { HostStat } from './calls/host-stat.ts';
import type { HostInode } from './tree/inode.ts';
import type { DirName, HostTree } from './tree/tree.ts';

/** Attempts to link by another name. */
const TRIES = 16;

/**
 * Creates hard links. Where an inode cannot be linked, since node:fs takes names only, a name is linked, and a check
 * follows that it was the inode's all the time.
 */
export class Links {
  private readonly tree: HostTree;
  private readonly made = new HostStat();
  private readonly source = new HostStat();

  constructor(tree: HostTree) {
    this.tree = tree;
  }

  /** link(2). Returns 0 or an errno. */
  make(dir: HostInode, name: string, inode: HostInode): number {
    return this.tree.exact ? this.exactly(dir, name, inode) : this.byName(dir, name, inode);
  }

  private exactly(dir: HostInode, name: string, inode: HostInode): number {
    const { tree } = this;
    const errno = tree.link(inode, dir, name);
    if (errno !== 0) return errno;
    tree.changed(dir, name);
    tree.touched(inode);
    inode.links++;
    tree.place(inode, dir, name);
    return 0;
  }

  private byName(dir: HostInode, name: string, inode: HostInode): number {
    const { tree } = this;
    let from: DirName | number | null = tree.lastName(inode);
    for (let tries = 0; ; tries++) {
      from ??= tree.nameOf(inode);
      if (typeof from === 'number') return from;
      const errno = this.by(from, dir, name, inode);
      if ((errno !== E.ENOENT && errno !== E.ESTALE) || tries === TRIES) return errno;
      // Another process has removed that name: try another name, unless the directory itself is gone.
      tree.look(dir);
      if (errno === E.ENOENT && dir.links === 0) return errno;
      from = null;
    }
  }

  /** Links by one name. ENOENT or ESTALE if it is no longer a name of the inode; then nothing is linked. */
  private by(from: DirName, dir: HostInode, name: string, inode: HostInode): number {
    const { tree } = this;
    const before = inode.links;
    const errno = tree.linkAt(...from, dir, name);
    if (errno !== 0) return errno;
    tree.changed(dir, name);
    tree.touched(inode);
    // ESTALE (path-tree.ts): the next call on the inode reports it.
    tree.look(inode);
    // A link count one higher proves it, unless other processes link the inode as well.
    if (inode.links !== before + 1) {
      const isMade = this.found(dir, name, this.made);
      if (!isMade || tree.table.keyOf(this.made) !== inode.key) return this.unsure(from, dir, name, isMade);
    }
    tree.place(inode, dir, name);
    return 0;
  }

  /**
   * Handles a new name that leads to another inode. If another process has removed or replaced the new name, the link
   * was right. If `from` led to another file, the new name is removed again: ESTALE.
   */
  private unsure(from: DirName, dir: HostInode, name: string, isMade: boolean): number {
    const { tree } = this;
    const { table } = tree;
    if (!isMade || !this.found(...from, this.source) || table.keyOf(this.source) !== table.keyOf(this.made)) return 0;
    const errno = tree.unlink(dir, name);
    return errno === 0 ? E.ESTALE : errno;
  }

  private found(dir: HostInode, name: string, st: HostStat): boolean {
    return this.tree.statName(dir, name, st) === 0;
  }
}
