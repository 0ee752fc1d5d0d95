import { S_IFDIR } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { join, type Merged } from './diff.ts';
import type { OverlayInode } from './inode.ts';
import type { SpareName } from './journal.ts';
import { passed } from './layer.ts';
import type { Matches } from './matches.ts';
import { Moves } from './moves.ts';
import type { Table } from './table.ts';
import { check, heldDuring, namesOf } from './walk.ts';

/**
 * The first half of a commit: whatever the lower layer has by another name than the overlay is renamed, missing
 * directories are made, and what is in the way is put aside. No byte is written and nothing is removed, so all of it
 * can be taken back.
 */
export class Arrangement {
  /** What is being worked on. */
  path = '';
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: Table;
  private readonly matches: Matches;
  private readonly moves: Moves;
  /** Files that were copied up, by the number that their lower one has, too. */
  private readonly copies: Map<number, OverlayInode>;

  constructor(merged: Merged, table: Table, matches: Matches, spareName: SpareName) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.matches = matches;
    this.moves = new Moves(merged.lower, table, spareName);
    const named = table.copies().filter((inode) => merged.nlink(inode) > 0);
    this.copies = new Map(named.map((inode) => [inode.ino, inode]));
  }

  run(): void {
    const { table, lower, moves } = this;
    this.path = '.';
    moves.begin();
    this.sort('', table.top, lower.root());
    for (const dir of moves.directories()) this.sort(pathOf(dir), dir, dir.lower!);
    this.settle('', table.top, lower.root());
    this.path = '.';
    moves.finish();
  }

  /** Takes back what was done, unless all of it was. */
  undo(): void {
    this.moves.undo();
  }

  /** Finds out what waits, and puts aside what is in the way. */
  private sort(path: string, dir: OverlayInode, below: Inode): void {
    if (this.matches.isUntouched(dir, below)) return;
    for (const name of namesOf(this.lower, below)) {
      this.path = join(path, name);
      heldDuring(this.lower, below, name, (lower) => this.sortOne(this.path, dir, below, name, lower));
    }
  }

  private sortOne(path: string, dir: OverlayInode, below: Inode, name: string, lower: Inode): void {
    if (this.moves.isStore(lower)) return;
    let stays = false;
    let isWanted = false;
    let isDir = false;
    heldDuring(this.merged, dir, name, (found) => {
      const inode = found as OverlayInode;
      isWanted = true;
      isDir = inode.isDir;
      stays = this.matches.stays(inode, lower);
      if (!stays) return;
      if (isDir) this.sort(path, inode, lower);
      else this.matches.remember(inode, lower);
    });
    if (stays) return;
    this.findWaiting(below, name, lower);
    // A file stays in the place of a file until the other is complete.
    if (isWanted && (isDir || lower.kind === S_IFDIR)) this.moves.aside(below, name, lower);
  }

  /** Finds files that have another name in the overlay, in what has no place in it. */
  private findWaiting(below: Inode, name: string, lower: Inode): void {
    if (lower.kind === S_IFDIR) {
      for (const child of namesOf(this.lower, lower)) {
        heldDuring(this.lower, lower, child, (found) => this.findWaiting(lower, child, found));
      }
      return;
    }
    const inode = this.copies.get(this.table.numbers.ofLower(lower.ino));
    if (inode !== undefined && inode.kind === lower.kind) this.moves.wait(inode, lower, below, name);
  }

  /** Makes the directories that are missing, and puts what waits in its place. */
  private settle(path: string, dir: OverlayInode, below: Inode): void {
    if (this.matches.isUntouched(dir, below)) return;
    for (const name of namesOf(this.merged, dir)) {
      this.path = join(path, name);
      heldDuring(this.merged, dir, name, (found) => {
        const inode = found as OverlayInode;
        if (inode.isDir) this.settleDirectory(this.path, inode, below, name);
        else if (this.moves.has(inode) && this.matches.known(inode) === undefined) this.settleFile(inode, below, name);
      });
    }
  }

  private settleDirectory(path: string, dir: OverlayInode, below: Inode, name: string): void {
    const { lower, moves } = this;
    const found = lower.lookup(below, name);
    if (typeof found !== 'number') passed(lower, found);
    else if (found !== E.ENOENT) check(found);
    else if (moves.has(dir)) moves.put(dir, below, name);
    else moves.make(below, name);
    heldDuring(lower, below, name, (there) => this.settle(path, dir, there));
  }

  private settleFile(inode: OverlayInode, below: Inode, name: string): void {
    const { lower, moves } = this;
    heldDuring(lower, below, name, (there) => moves.aside(below, name, there));
    moves.put(inode, below, name);
    heldDuring(lower, below, name, (there) => this.matches.remember(inode, there));
  }
}

/** The path that the overlay has a directory by. */
function pathOf(dir: OverlayInode): string {
  let path = '';
  for (let at = dir; at.parent !== null; at = at.parent) path = join(at.name, path);
  return path;
}
