// The part of a store that is shared with its clones: makes their inodes at the first lookup, and preserves its own
// before they change.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Cells } from '../cells.ts';
import { FileData } from '../data.ts';
import { Era, PRESERVED, newHome } from './era.ts';
import { Family, type Member } from './family.ts';
import type { RamInode } from '../inode.ts';
import { addLayer, shareNames } from './layers.ts';
import type { NameTable } from '../name-table.ts';
import { Origin } from './origin.ts';

/** Begins the names in the table of files with several names. No name in a directory has it. */
const SEVERAL = '/';

/**
 * Keeps a store and its clones apart, which share all that was never changed.
 *
 * A clone has only a root when it is made, whose entries are those of the original's. It makes an inode of its own at
 * the first lookup of a name. The original keeps its inodes, as fids refer to them. Before it changes one of an earlier
 * era, it puts a preserved copy into the shared entries in its place, and the inode itself into a new layer of the
 * directory (layers.ts). The directory changes by that, so that the same is done for it, up to the root. Nothing
 * refers from the shared entries to what is newer, so that the collector frees whatever no store needs.
 *
 * The place of a file with several names is in a table of the store, by inode number. Its names in directories refer to
 * that: they may hold an older or a newer state.
 */
export class Lineage {
  private readonly home = newHome();
  /** The present era. */
  era = new Era(this.home);
  private family: Family | null = null;
  private member: Member | null = null;
  private readonly cells: Cells;
  /** A directory without a place: the files that have or had several names. null until there is one. */
  private several: RamInode | null = null;

  constructor(cells: Cells) {
    this.cells = cells;
  }

  /**
   * Preserves an inode, if a clone may need it as it is. Called before each change of an inode whose era is not the
   * present one.
   */
  touch(inode: RamInode): void {
    if (inode.nlink === 0 || this.family === null || this.family.isAlone) {
      inode.era = this.era;
      return;
    }
    const path = [inode];
    for (let at = inode; at.parent !== at && at.parent!.era !== this.era; at = at.parent!) path.push(at.parent!);
    while (path.length > 0) this.preserve(path.pop()!);
  }

  /** Preserves an inode; its parent was before. */
  private preserve(inode: RamInode): void {
    const { parent, name } = inode;
    if (parent === inode) {
      // The clones have a root of their own.
      addLayer(inode);
    } else {
      const preserved = inode.copy(PRESERVED);
      if (inode.kind === S_IFDIR) preserved.content = addLayer(inode);
      else if (inode.content instanceof FileData) preserved.content = inode.content.preserve();
      const layer = parent!.children.replaceBelow(name, inode, preserved);
      if (layer !== null) this.era.note(layer, name);
    }
    inode.era = this.era;
  }

  /** The inode of a name that the top layer of a directory has not; or ENOENT. */
  find(dir: RamInode, name: string): RamInode | number {
    const names = dir.children;
    const { base } = names;
    if (base === null || names.has(name)) return E.ENOENT;
    const inode = base.find(name);
    if (inode === null) return E.ENOENT;
    if (inode.era.home === this.home) {
      names.remember(name, inode);
      return inode;
    }
    const own = inode.name.startsWith(SEVERAL) ? this.findSeveral(inode.name) : this.make(dir, base, name, inode);
    names.adopt(name, own);
    return own;
  }

  /** The inode of a name in the table. */
  private findSeveral(name: string): RamInode {
    const { several } = this;
    const names = several!.children;
    const there = names.find(name)!;
    if (there.era.home === this.home) return there;
    const made = this.make(several!, names.base!, name, there);
    names.adopt(name, made);
    return made;
  }

  /** Makes this store's inode of one that it shares. */
  private make(dir: RamInode, base: NameTable, name: string, from: RamInode): RamInode {
    // If the directory is shared with a clone, the inode is too.
    const made = from.copy(dir.era);
    made.parent = dir;
    made.name = name;
    if (from.kind === S_IFDIR) shareNames(made, from);
    else if (from.content instanceof FileData) {
      made.content = from.content.borrow(this.cells, new Origin(base, name));
    }
    return made;
  }

  /** Begins a new era, and makes the root of a clone. */
  share(store: object, top: RamInode, clone: object, its: Lineage): RamInode {
    if (this.family === null) {
      this.family = new Family();
      this.member = this.family.join(store, this.era);
    }
    if (this.several !== null) its.several = its.rootOf(this.several);
    this.era.end();
    this.era = new Era(this.home);
    its.family = this.family;
    its.member = this.family.join(clone, its.era, this.era);
    return its.rootOf(top);
  }

  private rootOf(from: RamInode): RamInode {
    const root = from.copy(this.era);
    root.parent = root;
    shareNames(root, from);
    return root;
  }

  /** The store is closed: it needs nothing that others preserve for it. */
  leave(store: object): void {
    if (this.member !== null) this.family?.leave(store, this.member);
    this.family = null;
  }

  /** Called before a file gets another name: its place is in the table from then on. */
  addName(inode: RamInode): void {
    if (inode.parent === this.several) return;
    const table = (this.several ??= this.table(inode));
    if (table.era !== this.era) this.touch(table);
    inode.parent = table;
    inode.name = SEVERAL + String(inode.ino);
    table.ownChildren.add(inode.name, inode);
  }

  private table(like: RamInode): RamInode {
    const table = like.copy(this.era);
    table.content = null;
    table.nlink = 1;
    table.parent = table;
    return table;
  }

  /** Called after a file whose place is in the table has lost its last name. */
  lostNames(inode: RamInode): void {
    this.several!.children.remove(inode.name);
  }
}
