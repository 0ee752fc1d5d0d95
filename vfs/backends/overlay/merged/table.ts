// The table of merged inodes and their reference counts on both layers.
import { S_IFDIR } from '../../../linux/constants.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { OverlayInode } from './inode.ts';
import { unref, passed, ref } from '../layer/layer.ts';
import { Numbers } from './numbers.ts';

/**
 * The merged inodes that are known. One is held by the server, by what was seen in it, and for good when the layers
 * could not tell again what the overlay knows of it; then it holds its inodes of the layers. What nobody holds is
 * forgotten, and made anew with the same number when a name leads to it again.
 */
export class Table {
  readonly top: OverlayInode;
  readonly numbers = new Numbers();
  private readonly lower: Backend;
  private readonly upper: Backend;
  /** By the number of the upper inode: a layer may make another object for the same file. */
  private readonly byUpper = new Map<number, OverlayInode>();
  /** Those that show a lower inode, which is held. */
  private readonly byLower = new Map<Inode, OverlayInode>();

  constructor(lower: Backend, upper: Backend) {
    this.lower = lower;
    this.upper = upper;
    const root = lower.root();
    this.top = new OverlayInode(this.numbers.ofLower(root.ino), S_IFDIR);
    this.top.lower = root;
    this.byLower.set(root, this.top);
    // An upper layer that has files was one before: then its root's own attributes count.
    if (upper.entries(upper.root()) > 0) {
      this.top.upper = upper.root();
      this.byUpper.set(this.top.upper.ino, this.top);
    }
    this.pin(this.top);
  }

  /** The inode that has this upper one; a new one has no lower. */
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

  /** A name has just been given to this upper inode, so nothing is known of it. */
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

  /** What is known of a lower inode. */
  knownLower(inode: Inode): OverlayInode | undefined {
    return this.byLower.get(inode);
  }

  /** What an entry of the upper layer is numbered. */
  inoOfUpper(ino: number): number {
    return this.byUpper.get(ino)?.ino ?? this.numbers.ofUpper(ino);
  }

  /** It is handed to the server, which will have a fid on it or tell that it has none (`release`, `reclaim`). */
  serve(inode: OverlayInode): OverlayInode {
    if (!inode.served) {
      inode.served = true;
      this.hold(inode);
    }
    return inode;
  }

  /** The server has no fid on it. */
  unserve(inode: OverlayInode): void {
    if (!inode.served) return;
    inode.served = false;
    this.drop(inode);
  }

  /** Holds it for good. */
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
    if (inode.dead || --inode.holds > 0) return;
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

  /** It was seen by this name. The directories it was seen in before stay as long as it is held: fids name them. */
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

  /** It has been renamed, and with it the fids that came by the old name. */
  move(inode: OverlayInode, dir: OverlayInode, name: string): void {
    const before = inode.parent;
    inode.name = name;
    inode.parent = dir;
    if (before === dir || inode.holds === 0) return;
    this.hold(dir);
    if (before !== null) this.drop(before);
  }

  /** It was copied up; `upper` is the copy. */
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

  /** A directory of the upper layer shows a lower one, too. */
  mergeLower(inode: OverlayInode, lower: Inode): void {
    inode.lower = lower;
    this.byLower.set(lower, inode);
    if (inode.holds > 0) ref(lower);
    this.pin(inode);
  }

  /** It shows nothing of its lower inode any more. */
  leaveLower(inode: OverlayInode): void {
    const { lower } = inode;
    if (lower === null) return;
    inode.lower = null;
    this.byLower.delete(lower);
    if (inode.holds > 0) unref(this.lower, lower);
  }

  /** It has neither name nor fid: lets go of its layers. An errno: the upper one could not free it. */
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
    inode.dead = true;
    inode.holds = 0;
    return 0;
  }

  /** An inode of the lower layer that was looked up and is not used. */
  passLower(inode: Inode): void {
    passed(this.lower, inode);
  }

  /** Lets go of everything, for whoever holds it. @param leave Called with each inode, to close its handles. */
  close(leave: (inode: OverlayInode) => void): void {
    for (const inode of this.known()) {
      leave(inode);
      const { upper, lower, holds } = inode;
      inode.holds = 0;
      inode.dead = true;
      if (holds === 0) continue;
      if (upper !== null) unref(this.upper, upper);
      if (lower !== null) unref(this.lower, lower);
    }
    this.byUpper.clear();
    this.byLower.clear();
  }

  /** The directories with both layers. */
  mergedDirectories(): OverlayInode[] {
    return [...this.byLower.values()].filter((inode) => inode.upper !== null && inode.isDir);
  }

  /** The files that were copied up, as far as they are known. */
  copies(): OverlayInode[] {
    return [...this.byUpper.values()].filter((inode) => inode.copied && !inode.isDir && !inode.dead);
  }

  /** Whether names in the lower layer lead to files that were copied up by another name. */
  hasAliases(): boolean {
    for (const inode of this.byLower.values()) if (inode.upper !== null && !inode.isDir) return true;
    return false;
  }

  /** How many are held for good. */
  kept(): number {
    return [...this.known()].filter((inode) => inode.pinned).length;
  }

  private known(): Set<OverlayInode> {
    return new Set([...this.byUpper.values(), ...this.byLower.values()]);
  }

  /** With no fid left, how many inodes are held though nothing of them is to be remembered: 0, or a leak. */
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
