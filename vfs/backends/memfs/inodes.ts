// The inodes of a memfs Volume: found by their links, with numbers that are never reused and true link counts.
import { S_IFDIR } from '../../linux/constants.ts';
import { NameCount, isAttached } from './attached.ts';
import { INODE, NEXT_INO, type Core, type CoreLink } from './core.ts';
import { MemfsInode } from './inode.ts';
import type { VolumeSpace } from './space.ts';

/** Shared by all backends, since an inode outlives its backend. */
let epochs = 0;

/** The inodes of a volume, and the names that JavaScript has removed, which memfs does not count correctly. */
export class VolumeInodes {
  private readonly core: Core;
  private readonly space: VolumeSpace;
  private readonly top: MemfsInode;
  private readonly names: NameCount;
  /** Changes when JavaScript has removed names. */
  private epoch = ++epochs;

  constructor(core: Core, space: VolumeSpace) {
    this.core = core;
    this.space = space;
    this.names = new NameCount(core);
    this.top = this.of(core.root);
  }

  /**
   * Returns the root. `reset()` of a volume replaces its tree; the root inode stays the same, and everything in the old
   * tree has lost its name.
   */
  root(): MemfsInode {
    const { top } = this;
    const { root } = this.core;
    if (top.link === root) return top;
    top.link = root;
    top.node = root.getNode();
    top.node[INODE] = top;
    top.version = (top.version + 1) >>> 0;
    this.namesLost();
    this.space.isStale = true;
    return top;
  }

  /** Notes that JavaScript has removed names. */
  namesLost(): void {
    this.epoch = ++epochs;
  }

  /** Returns the link of a directory, which has its entries. */
  linkOf(dir: MemfsInode): CoreLink {
    return dir === this.top ? this.root().link : dir.link;
  }

  /** Returns the inode of a link; a new one if there is none. */
  of(link: CoreLink): MemfsInode {
    const node = link.getNode();
    const known = node[INODE] as MemfsInode | undefined;
    if (known !== undefined) {
      known.link = link;
      return known;
    }
    const inode = new MemfsInode(this.takeIno(), node, link);
    node[INODE] = inode;
    return inode;
  }

  private takeIno(): number {
    const ino = this.core[NEXT_INO] ?? 1;
    this.core[NEXT_INO] = ino + 1;
    return ino;
  }

  /** Returns the inode of an entry, or undefined. */
  lookup(dir: MemfsInode, name: string): MemfsInode | undefined {
    // A new root has a new link.
    if (this.top.link !== this.core.root) this.root();
    if (dir.epoch !== this.epoch) this.recount(dir);
    const { children } = dir.link;
    // A directory that JavaScript removed recursively still has its entries in memfs.
    const link = dir.removed ? undefined : children.get(name);
    if (link === undefined) return undefined;
    // In most lookups the inode is known, with its link.
    const known = link.getNode()[INODE] as MemfsInode | undefined;
    return known !== undefined && known.link === link && known.epoch !== 0 ? known : this.seen(link);
  }

  /** Returns the inode of a link of the tree: a new one has lost no names yet. */
  seen(link: CoreLink): MemfsInode {
    const inode = this.of(link);
    if (inode.epoch === 0 && (inode.kind === S_IFDIR || inode.node._nlink === 1)) inode.epoch = this.epoch;
    return inode;
  }

  parent(dir: MemfsInode): MemfsInode {
    const { parent } = this.linkOf(dir);
    return parent === undefined || parent === this.core.root ? this.root() : this.of(parent);
  }

  nlink(inode: MemfsInode): number {
    const { node } = inode;
    const { top } = this;
    // A new root starts a new epoch.
    if (top.link !== this.core.root) this.root();
    if (inode.epoch !== this.epoch && inode !== top) this.recount(inode);
    if (inode.kind !== S_IFDIR) return inode.removed ? 0 : Math.max(node._nlink - inode.lost, 0);
    if (inode === top) return 2 + this.subdirectories(inode);
    return inode.removed ? 0 : node._nlink;
  }

  /** Counts the names that an inode has lost by changes of JavaScript, which memfs may still count. */
  private recount(inode: MemfsInode): void {
    const { epoch } = this;
    const { node } = inode;
    inode.epoch = epoch;
    const attached = isAttached(inode.link, this.core.root);
    if (inode.kind === S_IFDIR) inode.removed ||= !attached;
    else if (!inode.removed && node._nlink > 0 && !(attached && node._nlink === 1)) {
      const names = this.names.of(inode, epoch);
      inode.lost = node._nlink - names;
      inode.removed = names === 0;
    } else inode.lost = 0;
  }

  /** Returns the number of subdirectories; memfs counts those of the root differently after `reset()`. */
  private subdirectories(dir: MemfsInode): number {
    return dir.node._nlink - (dir.link.children.has('.') ? 5 : 1);
  }
}
