// The table of merged inodes and their reference counts on both layers.
import { S_IFDIR } from '../../../linux/constants.ts';
import type { Backend } from '../../../backend/backend.ts';
import { RECLAIMED, type Inode } from '../../../backend/inode.ts';
import { OverlayInode } from './inode.ts';
import { forget, ref, unref } from '../../../backend/inode-refs.ts';
import { Numbers } from './numbers.ts';

/**
 * The known merged inodes. An inode is referenced by the server, by the inodes last seen in it, and for good (pinned)
 * if the layers could not reproduce its state. A referenced inode holds references to its inodes in the layers. An
 * unreferenced one is forgotten, and created again with the same number on its next lookup.
 */
export class MergedTable {
  readonly top: OverlayInode;
  readonly numbers = new Numbers();
  private readonly lower: Backend;
  private readonly upper: Backend;
  /** By the number of the upper inode: a layer may create another object for the same file. */
  private readonly byUpper = new Map<number, OverlayInode>();
  /** By the lower inode, which is referenced. */
  private readonly byLower = new Map<Inode, OverlayInode>();

  constructor(lower: Backend, upper: Backend) {
    this.lower = lower;
    this.upper = upper;
    const root = lower.root();
    this.top = new OverlayInode(this.numbers.ofLower(root.ino), S_IFDIR);
    this.top.lower = root;
    this.byLower.set(root, this.top);
    // An upper layer with files was used before: then the attributes of its root count.
    if (upper.entries(upper.root()) > 0) {
      this.top.upper = upper.root();
      this.byUpper.set(this.top.upper.ino, this.top);
    }
    this.pin(this.top);
  }

  /** Returns the merged inode of an upper inode; a new one has no lower inode. */
  fromUpper(inode: Inode): OverlayInode {
    const known = this.byUpper.get(inode.ino);
    if (known !== undefined && known.kind === inode.kind) {
      if (known.holds === 0) known.upper = inode;
      return known;
    }
    const made = new OverlayInode(this.numbers.ofUpper(inode.ino), inode.kind);
    made.upper = inode;
    made.version = inode.version;
    this.byUpper.set(inode.ino, made);
    return made;
  }

  /** Returns a new merged inode for an upper inode that was just created; its number may have been used before. */
  madeUpper(inode: Inode): OverlayInode {
    this.byUpper.delete(inode.ino);
    return this.fromUpper(inode);
  }

  fromLower(inode: Inode): OverlayInode {
    const known = this.byLower.get(inode);
    if (known !== undefined) return known;
    const made = new OverlayInode(this.numbers.ofLower(inode.ino), inode.kind);
    made.lower = inode;
    made.version = inode.version;
    this.byLower.set(inode, made);
    return made;
  }

  /** Returns the merged inode of a lower inode, if there is one. */
  knownLower(inode: Inode): OverlayInode | undefined {
    return this.byLower.get(inode);
  }

  /** Returns the inode number to show for an upper inode number. */
  inoOfUpper(ino: number): number {
    return this.byUpper.get(ino)?.ino ?? this.numbers.ofUpper(ino);
  }

  /** Hands an inode to the server, which puts a fid on it or gives it back (`release`, `reclaim`). */
  serve(inode: OverlayInode): OverlayInode {
    if (!inode.served) {
      inode.served = true;
      this.hold(inode);
    }
    return inode;
  }

  /** Takes an inode back from the server: it has no fid on it. */
  unserve(inode: OverlayInode): void {
    if (!inode.served) return;
    inode.served = false;
    this.drop(inode);
  }

  /** Keeps the inode referenced until `unpin`. */
  pin(inode: OverlayInode): void {
    if (inode.pinned) return;
    inode.pinned = true;
    this.hold(inode);
  }

  unpin(inode: OverlayInode): void {
    if (!inode.pinned) return;
    inode.pinned = false;
    this.drop(inode);
  }

  hold(inode: OverlayInode): void {
    if (inode.holds++ > 0) return;
    if (inode.upper !== null) ref(inode.upper);
    if (inode.lower !== null) ref(inode.lower);
    if (inode.parent !== null) this.hold(inode.parent);
  }

  drop(inode: OverlayInode): void {
    if (inode.state === RECLAIMED || --inode.holds > 0) return;
    const { upper, lower } = inode;
    if (lower !== null) this.byLower.delete(lower);
    if (upper !== null && !inode.copied) {
      upper.version = inode.version;
      this.byUpper.delete(upper.ino);
    }
    this.dropParents(inode);
    if (upper !== null) unref(this.upper, upper);
    if (lower !== null) unref(this.lower, lower);
  }

  private dropParents(inode: OverlayInode): void {
    const { parent, others } = inode;
    inode.others = null;
    if (others !== null) for (const other of others) this.drop(other);
    if (parent !== null) this.drop(parent);
  }

  /**
   * Notes that a lookup found the inode under this name. The directories it was seen in before stay referenced as long
   * as the inode is: fids may have come through them.
   */
  place(inode: OverlayInode, dir: OverlayInode, name: string): void {
    inode.name = name;
    const before = inode.parent;
    if (before === dir) return;
    inode.parent = dir;
    if (inode.holds === 0) return;
    this.hold(dir);
    if (before === null) return;
    inode.others ??= [];
    if (inode.isDir || inode.others.includes(before)) this.drop(before);
    else inode.others.push(before);
  }

  /** Notes a rename; the fids that came by the old name follow. */
  move(inode: OverlayInode, dir: OverlayInode, name: string): void {
    const before = inode.parent;
    inode.name = name;
    inode.parent = dir;
    if (before === dir || inode.holds === 0) return;
    this.hold(dir);
    if (before !== null) this.drop(before);
  }

  /**
   * Notes a copy-up.
   * @param upper The copy.
   */
  adopt(inode: OverlayInode, upper: Inode): void {
    const before = inode.upper;
    inode.upper = upper;
    inode.copied ||= inode.lower !== null;
    this.byUpper.set(upper.ino, inode);
    if (inode.holds > 0) ref(upper);
    if (before === null) return;
    this.byUpper.delete(before.ino);
    if (inode.holds > 0) unref(this.upper, before);
  }

  /** Merges a lower directory into a directory of the upper layer. */
  mergeLower(inode: OverlayInode, lower: Inode): void {
    inode.lower = lower;
    this.byLower.set(lower, inode);
    if (inode.holds > 0) ref(lower);
    this.pin(inode);
  }

  /** Drops the lower inode: nothing of it shows any more. */
  leaveLower(inode: OverlayInode): void {
    const { lower } = inode;
    if (lower === null) return;
    inode.lower = null;
    this.byLower.delete(lower);
    if (inode.holds > 0) unref(this.lower, lower);
  }

  /**
   * Reclaims an inode without names and fids, and with it its inodes in the layers.
   * @returns 0; or the errno of the upper layer, and the inode stays referenced.
   */
  reclaim(inode: OverlayInode): number {
    const { upper, lower } = inode;
    if (upper !== null) {
      const errno = inode.holds > 0 ? unref(this.upper, upper) : 0;
      if (errno !== 0) return errno;
      this.byUpper.delete(upper.ino);
    }
    if (lower !== null) {
      this.byLower.delete(lower);
      if (inode.holds > 0) unref(this.lower, lower);
    }
    if (inode.holds > 0) this.dropParents(inode);
    inode.holds = 0;
    return 0;
  }

  /** Gives back a lower inode that was looked up and is not used. */
  passLower(inode: Inode): void {
    forget(this.lower, inode);
  }

  /**
   * Drops all references to the layers.
   * @param leave Called with each inode, to close its handles.
   */
  close(leave: (inode: OverlayInode) => void): void {
    for (const inode of this.known()) {
      leave(inode);
      const { upper, lower, holds } = inode;
      inode.holds = 0;
      if (holds === 0) continue;
      if (upper !== null) unref(this.upper, upper);
      if (lower !== null) unref(this.lower, lower);
    }
    this.byUpper.clear();
    this.byLower.clear();
  }

  /** Returns the known directories that have both an upper and a lower one. */
  mergedDirectories(): OverlayInode[] {
    return [...this.byLower.values()].filter((inode) => inode.upper !== null && inode.isDir);
  }

  /** Returns the known files that were copied up. */
  copies(): OverlayInode[] {
    return [...this.byUpper.values()].filter((inode) => inode.copied && !inode.isDir && inode.state !== RECLAIMED);
  }

  /** True if names in the lower layer lead to files that were copied up by another name. */
  hasAliases(): boolean {
    for (const inode of this.byLower.values()) if (inode.upper !== null && !inode.isDir) return true;
    return false;
  }

  /** The number of pinned inodes. */
  kept(): number {
    return [...this.known()].filter((inode) => inode.pinned).length;
  }

  private known(): Set<OverlayInode> {
    return new Set([...this.byUpper.values(), ...this.byLower.values()]);
  }

  /** Counts the inodes that are referenced without a pinned inode as the reason, when no fid is left: 0, or a leak. */
  leaked(): number {
    const all = this.known();
    const wanted = new Set<OverlayInode>();
    const want = (inode: OverlayInode): void => {
      for (let at: OverlayInode | null = inode; at !== null && !wanted.has(at); at = at.parent) {
        wanted.add(at);
        for (const other of at.others ?? []) want(other);
      }
    };
    for (const inode of all) if (inode.pinned) want(inode);
    return [...all].filter((inode) => inode.refs > 0 || (inode.holds > 0 && !wanted.has(inode))).length;
  }
}
