// The entries that a commit removes from, or renames within, the lower layer.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { Merged } from '../merged/diff.ts';
import type { OverlayInode } from '../merged/inode.ts';
import type { Dress, Mark, Out } from './journal.ts';
import { lookOf, type Look } from '../layer/look.ts';
import { Reach, type Path } from '../layer/reach.ts';
import { markOf } from './steps.ts';
import type { Table } from '../merged/table.ts';
import { fail, heldDuring, namesOf } from '../layer/walk.ts';
import type { Work } from '../layer/work.ts';

/** Names of all paths that a commit keeps in mind, and writes into its journal: of more than that it is ENOMEM. */
export const MOST_NAMES = 2 ** 24;

/** A directory that goes, with what is in it. */
interface Gone {
  /** From the one that goes as a whole. */
  below: Path;
  mtime: readonly [number, number];
  /** For when something is taken out of it, and put back. */
  dress: Dress;
  /** Something is taken out of it. */
  touched: boolean;
}

/**
 * Whether its owner may not write to a directory. Then he may rename it where it is, but not into another directory,
 * as a commit does: for `..` in it changes (rename(2), EACCES).
 */
export function isShut({ mode }: Look): boolean {
  return (mode & 0o200) === 0;
}

/** What leaves its place in the lower layer: it is removed, or gets another name. */
export interface Leaving {
  path: Path;
  mark: Mark;
  /** What it is called meanwhile, when it gets another name; '' when it is removed. */
  moved: string;
  /** The directory that it goes with. */
  within: Gone | null;
  /** Of a directory: those in it, itself the first. */
  dirs: Gone[] | null;
  /** The overlay's inode that has it, which has counted this name out. */
  known: OverlayInode | undefined;
}

/** Gathers what leaves its place; files among it may be what the overlay has by other names. */
export class Removed {
  readonly leaving: Leaving[] = [];
  /** Where the lower file of a file that was copied up has a name to be moved. */
  readonly sources = new Map<OverlayInode, Leaving>();
  private readonly lower: Backend;
  private readonly table: Table;
  /** Names of the paths so far. */
  private names = 0;
  private readonly isMoving: (dir: Inode) => boolean;
  private readonly reach: Reach;
  /** Files that were copied up, by the number that their lower one has, too. */
  private readonly copies: Map<number, OverlayInode>;

  constructor(merged: Merged, table: Table, isMoving: (dir: Inode) => boolean) {
    this.lower = merged.lower;
    this.table = table;
    this.isMoving = isMoving;
    this.reach = new Reach(merged.lower);
    const named = table.copies().filter((inode) => merged.nlink(inode) > 0);
    this.copies = new Map(named.map((inode) => [inode.ino, inode]));
  }

  /** What is at a path leaves it. */
  *add(path: Path, inode: Inode): Work<Leaving> {
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
      for (const name of namesOf(this.lower, dir)) {
        const child = [...at, name];
        heldDuring(this.lower, dir, name, (found) => this.child(child, found, gone, pending));
      }
      yield;
    }
    return top;
  }

  private child(path: Path, found: Inode, gone: Gone, pending: Path[]): void {
    if (found.kind !== S_IFDIR) this.file(path, found, gone, false);
    else if (this.isMoving(found)) gone.touched = true;
    else pending.push(path);
  }

  private gone(path: Path, below: Path, dir: Inode): Gone {
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

  /** Notes a file, unless it goes with its directory and is of no interest. */
  private file(path: Path, inode: Inode, within: Gone | null, always: boolean): Leaving | null {
    const { table, sources } = this;
    const copy = this.copies.get(table.numbers.ofLower(inode.ino));
    const isWanted = copy !== undefined && copy.kind === inode.kind && !sources.has(copy);
    if (!isWanted && !always && table.knownLower(inode) === undefined) return null;
    const leaving = this.note(path, inode, within);
    if (isWanted) sources.set(copy, leaving);
    return leaving;
  }

  private note(path: Path, inode: Inode, within: Gone | null): Leaving {
    const mark = markOf(this.lower, inode, true);
    const leaving = { path, mark, moved: '', within, dirs: null, known: this.table.knownLower(inode) };
    this.leaving.push(leaving);
    return leaving;
  }

  /** The steps that ref it out of its place, but for what another replaces there. */
  outs(replaced: ReadonlySet<Leaving>, fresh: () => string): Out[] {
    for (const { moved, within } of this.leaving) if (moved !== '' && within !== null) within.touched = true;
    const outs: Out[] = [];
    for (const leaving of this.leaving) {
      const { path, mark, moved, within, dirs } = leaving;
      // What gets another name may be written to and dressed there.
      if (moved !== '') outs.push({ do: 'out', path, to: moved, was: { kind: mark.kind, ino: mark.ino } });
      else if (within === null && !replaced.has(leaving)) {
        const step: Out = { do: 'out', path, to: fresh(), was: mark };
        if (dirs !== null) step.dirs = dirs.filter(({ touched }) => !touched).map(({ below, mtime }) => [below, mtime]);
        outs.push(step);
      }
    }
    return outs;
  }

  /** What directories look like that go and that something is taken out of. */
  dresses(): Dress[] {
    const gone = this.leaving.flatMap(({ dirs }) => dirs ?? []);
    return gone
      .filter(({ touched, below, dress }) => touched || (below.length === 0 && isShut(dress.was!)))
      .map(({ dress }) => dress);
  }

  /** Those whose names the overlay has counted out and that lose them now. */
  losing(): OverlayInode[] {
    return this.leaving.flatMap(({ known, moved }) => (known !== undefined && moved === '' ? [known] : []));
  }

  end(): void {
    this.reach.forget();
  }
}
