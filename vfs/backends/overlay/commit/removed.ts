// The entries that a commit removes from, or renames within, the lower layer.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { Merged } from '../merged/diff.ts';
import type { OverlayInode } from '../merged/inode.ts';
import type { Dress, Mark, Out } from './journal.ts';
import { lookOf, type Look } from '../layer/look.ts';
import { Reach, type PathNames } from '../layer/reach.ts';
import { markOf } from './steps.ts';
import type { MergedTable } from '../merged/merged-table.ts';
import { fail, heldDuring, listNames } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** The limit of path components that a commit stores and writes to its journal; ENOMEM beyond. */
export const MOST_NAMES = 2 ** 24;

/** A directory in a removed tree. */
interface Gone {
  /** Its path relative to the top of the removed tree. */
  below: PathNames;
  mtime: readonly [number, number];
  /** The step that restores its attributes if entries are moved out of it. */
  dress: Dress;
  /** True if an entry is moved out of it. */
  touched: boolean;
}

/**
 * True if the owner has no write permission on a directory. Such a directory can be renamed within its parent, but not
 * into another directory as a commit does: rename(2) changes its `..` (EACCES).
 */
export function isShut({ mode }: Look): boolean {
  return (mode & 0o200) === 0;
}

/** An entry of the lower layer that is removed or renamed. */
export interface Leaving {
  path: PathNames;
  mark: Mark;
  /** Its name in the staging directory if it is renamed; '' if it is removed. */
  moved: string;
  /** The directory of a removed tree that it is in. */
  within: Gone | null;
  /** For a directory: all directories below it, itself first. */
  dirs: Gone[] | null;
  /** The inode of the overlay for it, which already excludes this name from its link count. */
  known: OverlayInode | undefined;
}

/** Collects the entries that leave their place; files among them may be those of other names in the overlay. */
export class Removed {
  readonly leaving: Leaving[] = [];
  /** For copied-up files: a removed name of the lower file, which can be renamed instead. */
  readonly sources = new Map<OverlayInode, Leaving>();
  private readonly lower: Backend;
  private readonly table: MergedTable;
  /** Path components stored so far. */
  private names = 0;
  private readonly isMoving: (dir: Inode) => boolean;
  private readonly reach: Reach;
  /** Copied-up files by inode number, which is that of the lower file. */
  private readonly copies: Map<number, OverlayInode>;

  constructor(merged: Merged, table: MergedTable, isMoving: (dir: Inode) => boolean) {
    this.lower = merged.lower;
    this.table = table;
    this.isMoving = isMoving;
    this.reach = new Reach(merged.lower);
    const named = table.copies().filter((inode) => merged.nlink(inode) > 0);
    this.copies = new Map(named.map((inode) => [inode.ino, inode]));
  }

  /** Notes that the inode at a path leaves it, with everything below. */
  *add(path: PathNames, inode: Inode): Resumable<Leaving> {
    if (inode.kind !== S_IFDIR) return this.file(path, inode, null, true)!;
    const top = this.note(path, inode, null);
    const dirs: Gone[] = (top.dirs = []);
    const pending = [path];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const dir = this.reach.dir(at);
      this.names += at.length;
      if (this.names > MOST_NAMES) fail(E.ENOMEM);
      const gone = this.gone(at, at.slice(path.length), dir);
      dirs.push(gone);
      for (const name of listNames(this.lower, dir)) {
        const child = [...at, name];
        heldDuring(this.lower, dir, name, (found) => this.child(child, found, gone, pending));
      }
      yield;
    }
    return top;
  }

  private child(path: PathNames, found: Inode, gone: Gone, pending: PathNames[]): void {
    if (found.kind !== S_IFDIR) this.file(path, found, gone, false);
    else if (this.isMoving(found)) gone.touched = true;
    else pending.push(path);
  }

  private gone(path: PathNames, below: PathNames, dir: Inode): Gone {
    const was = lookOf(this.lower, dir);
    const dress: Dress = {
      do: 'dress',
      old: path,
      was,
      path: null,
      is: null,
      mark: markOf(this.lower, dir),
      opens: 0o700,
    };
    return { below, mtime: was.mtime, dress, touched: false };
  }

  /** Notes a file. Returns null for a file that is removed with its directory and not needed otherwise. */
  private file(path: PathNames, inode: Inode, within: Gone | null, always: boolean): Leaving | null {
    const { table, sources } = this;
    const copy = this.copies.get(table.numbers.ofLower(inode.ino));
    const isWanted = copy !== undefined && copy.kind === inode.kind && !sources.has(copy);
    if (!isWanted && !always && table.knownLower(inode) === undefined) return null;
    const leaving = this.note(path, inode, within);
    if (isWanted) sources.set(copy, leaving);
    return leaving;
  }

  private note(path: PathNames, inode: Inode, within: Gone | null): Leaving {
    const mark = markOf(this.lower, inode, true);
    const leaving = { path, mark, moved: '', within, dirs: null, known: this.table.knownLower(inode) };
    this.leaving.push(leaving);
    return leaving;
  }

  /**
   * Returns the steps that move the entries out, except those that an `over` step replaces.
   * @param fresh Returns a free name in the staging directory.
   */
  outs(replaced: ReadonlySet<Leaving>, fresh: () => string): Out[] {
    for (const { moved, within } of this.leaving) if (moved !== '' && within !== null) within.touched = true;
    const outs: Out[] = [];
    for (const leaving of this.leaving) {
      const { path, mark, moved, within, dirs } = leaving;
      // No mtime for renamed files: they may be written to.
      if (moved !== '') outs.push({ do: 'out', path, to: moved, was: { kind: mark.kind, ino: mark.ino } });
      else if (within === null && !replaced.has(leaving)) {
        const step: Out = { do: 'out', path, to: fresh(), was: mark };
        if (dirs !== null) step.dirs = dirs.filter(({ touched }) => !touched).map(({ below, mtime }) => [below, mtime]);
        outs.push(step);
      }
    }
    return outs;
  }

  /** Returns the attribute steps of removed directories that entries are moved out of. */
  dresses(): Dress[] {
    const gone = this.leaving.flatMap(({ dirs }) => dirs ?? []);
    return gone
      .filter(({ touched, below, dress }) => touched || (below.length === 0 && isShut(dress.was!)))
      .map(({ dress }) => dress);
  }

  /** Returns the inodes whose hidden lower name is removed now. */
  losing(): OverlayInode[] {
    return this.leaving.flatMap(({ known, moved }) => (known !== undefined && moved === '' ? [known] : []));
  }

  end(): void {
    this.reach.forget();
  }
}
