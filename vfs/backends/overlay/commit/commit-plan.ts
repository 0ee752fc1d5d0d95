// The first phase of a commit: compares the overlay with the lower layer and lists the changes. Changes nothing.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { Merged } from '../merged/diff.ts';
import { groupFor } from './group.ts';
import type { OverlayInode } from '../merged/inode.ts';
import type { Dress, Mark } from './journal.ts';
import { lookOf, sameLook, type Look } from '../layer/look.ts';
import type { Matches } from './matches.ts';
import { movedDirectories } from './moved.ts';
import { Reach, type PathNames } from '../layer/reach.ts';
import { MOST_NAMES, Removed, isShut, type Leaving } from './removed.ts';
import { markOf } from './steps.ts';
import type { MergedTable } from '../merged/merged-table.ts';
import { fail, heldDuring, heldWork, isThere, listNames } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** A renamed directory: its path in the lower layer, and its path in the overlay (null until it is found). */
export interface Moving {
  old: PathNames;
  path: PathNames | null;
  mark: Mark;
}

/** A file, or a name of one, that the lower layer lacks. */
export interface Coming {
  path: PathNames;
  /** The file to be replaced. */
  over: Leaving | null;
  /** The group to set (group.ts); −1 for the default of the process. */
  gid: number;
}

/** An existing file with new content. */
export interface Changed {
  path: PathNames;
  old: PathNames;
  mark: Mark;
}

/** A new directory. */
export interface Making {
  path: PathNames;
  is: Look;
  gid: number;
}

/** A directory of the overlay, and the lower directory that becomes it; null for a new one. */
interface Pair {
  path: PathNames;
  old: PathNames | null;
  gid: number;
}

/** An entry of a lower directory under comparison. */
interface LowerEntry {
  dir: OverlayInode;
  name: string;
  at: PathNames;
  old: PathNames;
  /** Names of the overlay's directory not yet seen in the lower one. */
  mine: Set<string>;
  /** Files that leave and whose name the overlay has, by name. */
  over: Map<string, Leaving>;
}

/** Compares an overlay with its lower layer and collects the changes of a commit. Changes neither. */
export class CommitPlan {
  /** The path under comparison. */
  path: PathNames = [];
  readonly coming: Coming[] = [];
  readonly changed: Changed[] = [];
  readonly making: Making[] = [];
  readonly dresses: Dress[] = [];
  moving = new Map<OverlayInode, Moving>();
  readonly removed: Removed;
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: MergedTable;
  private readonly matches: Matches;
  private readonly staging: string;
  /** The attributes of the root before the staging directory was created in it. */
  private readonly rootLook: Look;
  /** Path components stored so far. */
  private names = 0;
  private readonly pending: Pair[] = [{ path: [], old: [], gid: -1 }];

  constructor(merged: Merged, table: MergedTable, matches: Matches, staging: string, rootLook: Look) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.matches = matches;
    this.staging = staging;
    this.rootLook = rootLook;
    this.removed = new Removed(merged, table, (dir) => this.isMoving(dir));
  }

  *run(): Resumable<void> {
    const [mine, theirs] = [new Reach(this.merged), new Reach(this.lower)];
    try {
      for (const [dir, old] of movedDirectories(this.lower, this.table)) {
        this.moving.set(dir, { old, path: null, mark: markOf(this.lower, dir.lower!) });
      }
      for (let pair = this.pending.pop(); pair !== undefined; pair = this.pending.pop()) {
        this.path = pair.path;
        const below = pair.old === null ? null : theirs.dir(pair.old);
        yield* this.pair(pair, mine.dir(pair.path) as OverlayInode, below);
        yield;
      }
    } finally {
      mine.forget();
      theirs.forget();
      this.removed.end();
    }
  }

  private isMoving(lower: Inode): boolean {
    const known = lower.kind === S_IFDIR ? this.table.knownLower(lower) : undefined;
    return known !== undefined && this.moving.has(known);
  }

  /**
   * Counts a stored path.
   * @throws Error ENOMEM past MOST_NAMES.
   */
  private keep(path: PathNames): void {
    this.names += path.length;
    if (this.names > MOST_NAMES) fail(E.ENOMEM);
  }

  /** Compares a directory with the lower directory that becomes it. */
  private *pair({ path, old, gid: inherited }: Pair, dir: OverlayInode, below: Inode | null): Resumable<void> {
    if (below !== null && this.matches.isUntouched(dir, below)) return;
    const gid = below === null ? inherited : groupFor(this.lower, below);
    const mine = listNames(this.merged, dir);
    const over = new Map<string, Leaving>();
    let touched = false;
    if (below !== null && old !== null) {
      for (const name of listNames(this.lower, below)) {
        if (path.length === 0 && name === this.staging) continue;
        const entry = { dir, name, at: [...path, name], old: [...old, name], mine, over };
        if (yield* heldWork(this.lower, below, name, (found) => this.lowerEntry(entry, found))) touched = true;
      }
    }
    for (const name of mine) {
      touched = true;
      heldDuring(this.merged, dir, name, (inode) => {
        this.comes([...path, name], inode as OverlayInode, over.get(name) ?? null, gid, below);
      });
    }
    if (below !== null && old !== null) this.dressDirectory(dir, below, path, old, touched);
  }

  /** Compares an entry of the lower directory. Returns true if the directory changes because of it. */
  private *lowerEntry(entry: LowerEntry, found: Inode): Resumable<boolean> {
    const { dir, name, at, old, mine, over } = entry;
    this.path = at;
    if (this.isMoving(found)) return true;
    if (mine.has(name)) {
      const touched = yield* heldWork(this.merged, dir, name, (inode) =>
        this.stays(inode as OverlayInode, found, at, old),
      );
      if (touched !== null && touched !== undefined) {
        mine.delete(name);
        return touched;
      }
    }
    this.keep(old);
    const leaving = yield* this.removed.add(old, found);
    if (found.kind !== S_IFDIR && mine.has(name)) over.set(name, leaving);
    return true;
  }

  /**
   * Returns true if an entry that stays changes the directory, false if it does not, null if the entry does not stay.
   */
  private *stays(inode: OverlayInode, lower: Inode, at: PathNames, old: PathNames): Resumable<boolean | null> {
    return (yield* this.matches.stays(inode, lower)) ? yield* this.same(inode, lower, at, old) : null;
  }

  /** Compares an entry that stays. Returns true if its directory changes. */
  private *same(inode: OverlayInode, lower: Inode, path: PathNames, old: PathNames): Resumable<boolean> {
    this.keep(path);
    if (inode.isDir) {
      this.pending.push({ path, old, gid: -1 });
      return false;
    }
    this.matches.remember(inode, lower);
    if (inode.upper === null) return false;
    const mark = markOf(this.lower, lower, true);
    if (!(yield* this.matches.hasSameData(inode, lower))) {
      this.changed.push({ path, old, mark });
      return true;
    }
    const [was, is] = [lookOf(this.lower, lower), lookOf(this.merged, inode)];
    if (!sameLook(was, is, inode.kind, true)) {
      this.dresses.push({ do: 'dress', old, was, path, is, mark: markOf(this.lower, lower), opens: 0 });
    }
    return false;
  }

  private comes(path: PathNames, inode: OverlayInode, over: Leaving | null, gid: number, below: Inode | null): void {
    this.path = path;
    this.keep(path);
    if (!inode.isDir) {
      this.coming.push({ path, over, gid });
      return;
    }
    const moving = this.moving.get(inode);
    if (moving !== undefined) {
      moving.path = path;
      this.pending.push({ path, old: moving.old, gid: -1 });
      return;
    }
    if (inode.lower !== null) this.loseLower(inode, inode.lower, below, path[path.length - 1]!);
    this.making.push({ path, is: lookOf(this.merged, inode), gid });
    this.pending.push({ path, old: null, gid });
  }

  /**
   * Drops the lower directory of an inode, after another process removed it; the commit creates it again.
   * @throws Error ESTALE if it was moved, or its name is taken.
   */
  private loseLower(inode: OverlayInode, lower: Inode, below: Inode | null, name: string): void {
    const isFree = below === null || !isThere(this.lower, below, name);
    if (inode.upper === null || this.lower.nlink(lower) > 0 || !isFree) fail(E.ESTALE);
    this.table.leaveLower(inode);
    this.table.unpin(inode);
  }

  private dressDirectory(dir: OverlayInode, below: Inode, path: PathNames, old: PathNames, touched: boolean): void {
    const was = old.length === 0 ? this.rootLook : lookOf(this.lower, below);
    const is = dir.upper === null ? was : lookOf(this.merged, dir);
    // Atimes are not compared: reading the directory moved them.
    const moves = this.moving.has(dir) && isShut(was);
    if (old.length > 0 && !touched && !moves && sameLook(was, is, S_IFDIR, false)) return;
    this.dresses.push({ do: 'dress', old, was, path, is, mark: markOf(this.lower, below), opens: 0o700 });
  }
}
