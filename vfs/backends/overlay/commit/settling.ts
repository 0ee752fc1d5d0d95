// The last phase of a commit: runs the steps of a journal forward or back, from any point.
import type { Backend } from '../../../backend/backend.ts';
import type { Dress, Journal } from './journal.ts';
import { attempt } from '../layer/layer.ts';
import { restoreTimes } from '../layer/look.ts';
import { lastOf, type PathNames } from '../layer/reach.ts';
import { sync } from './small-file.ts';
import { CHANGE, DONE, INTO, OUT, UNDONE, type Staging } from './staging.ts';
import { Steps } from './steps.ts';
import { heldDuring } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/**
 * Runs a journal forward or back, from any point.
 *
 * 1. Removed and renamed entries move out to the staging directory, children before parents.
 * 2. Renamed, new and replaced entries move in, parents before children.
 * 3. Files are rewritten in place, and attributes are set.
 *
 * Between two phases the journal is renamed, which records the progress.
 */
export class Settling {
  /** The path under work. */
  path: PathNames = [];
  private readonly lower: Backend;
  private readonly staging: Staging;
  private readonly journal: Journal;
  private readonly durable: boolean;
  private readonly steps: Steps;

  constructor(lower: Backend, staging: Staging, journal: Journal, durable: boolean) {
    this.lower = lower;
    this.staging = staging;
    this.journal = journal;
    this.durable = durable;
    this.steps = new Steps(lower, staging);
  }

  /** Drops all references. */
  end(): void {
    this.steps.reach.forget();
  }

  /**
   * Completes the commit, and removes the staging directory.
   * @throws Error if a step fails.
   */
  *forward(): Resumable<void> {
    const { journal, steps, staging } = this;
    if (staging.phase === OUT) {
      this.open((dress) => dress.old);
      for (const step of journal.out) {
        this.path = step.path;
        steps.out(step);
        yield;
      }
      yield* this.turn(INTO);
    }
    if (staging.phase === INTO) {
      for (const step of journal.into) {
        this.path = step.path;
        if (step.do === 'in') steps.in(step);
        else steps.over(step);
        yield;
      }
      yield* this.turn(CHANGE);
    }
    if (staging.phase === CHANGE) {
      this.open((dress) => dress.path);
      for (const step of journal.writes) {
        this.path = step.path;
        yield* steps.write(step);
        steps.find(step.path, step.is, (inode) => sync(this.lower, inode));
      }
      yield* this.dress('path', 'is');
      yield* this.turn(DONE);
    }
    yield* this.purge();
  }

  /**
   * Reverts the commit, and removes the staging directory.
   * @throws Error if a step cannot be reverted.
   */
  *back(): Resumable<void> {
    const { journal, steps, staging } = this;
    if (staging.phase === CHANGE) {
      this.open((dress) => dress.path);
      for (const step of journal.writes.toReversed()) {
        this.path = step.path;
        yield* steps.writeBack(step);
        steps.find(step.path, step.is, (inode) => sync(this.lower, inode));
      }
      yield* this.turn(INTO);
    }
    if (staging.phase === INTO) {
      for (const step of journal.into.toReversed()) {
        this.path = step.path;
        if (step.do === 'in') steps.inBack(step);
        else steps.overBack(step);
        yield;
      }
      yield* this.turn(OUT);
    }
    if (staging.phase === OUT) {
      this.open((dress) => dress.old);
      for (const step of journal.out.toReversed()) {
        this.path = step.path;
        steps.outBack(step);
        yield;
      }
      yield* this.dress('old', 'was');
      yield* this.turn(UNDONE);
    }
    yield* this.purge();
  }

  /** Opens directories and files for changes, parents before children. */
  private open(pathOf: (dress: Dress) => PathNames | null): void {
    const { dresses } = this.journal;
    for (const dress of dresses.toSorted((a, b) => (pathOf(a)?.length ?? 0) - (pathOf(b)?.length ?? 0))) {
      const path = pathOf(dress);
      if (path === null) continue;
      this.path = path;
      this.steps.open(path, dress);
    }
  }

  /** Sets attributes, children before parents: the final mode of a directory may deny access. */
  private *dress(where: 'old' | 'path', what: 'was' | 'is'): Resumable<void> {
    const { dresses } = this.journal;
    for (const dress of dresses.toSorted((a, b) => (b[where]?.length ?? 0) - (a[where]?.length ?? 0))) {
      const path = dress[where];
      if (path === null) continue;
      this.path = path;
      // A process that may not set a mode now has not set it before either.
      const keeps = what === 'was' || dress.was?.mode === dress.is!.mode;
      this.steps.dress(path, dress[what]!, dress.mark, keeps);
      yield;
    }
  }

  /** Ends a phase. */
  private *turn(phase: number): Resumable<void> {
    this.path = [this.staging.name];
    if (this.durable) yield* this.sync();
    this.staging.turn(phase);
    // A rewrite in place must not reach the disk before the journal, nor outlive it.
    if (this.durable || this.journal.writes.length > 0) sync(this.lower, this.staging.dir);
    yield;
  }

  /** Syncs everything that the phase has changed. */
  private *sync(): Resumable<void> {
    const { lower, staging, steps } = this;
    sync(lower, staging.dir);
    const done = new Set<string>();
    for (const path of this.touched()) {
      const key = path.join('/');
      if (done.has(key)) continue;
      done.add(key);
      if (path.length === 0) sync(lower, lower.root());
      else {
        const errno = attempt(() => (steps.reach.parent(path), 0));
        if (errno === 0) heldDuring(lower, steps.reach.parent(path), lastOf(path), (inode) => sync(lower, inode));
      }
      yield;
    }
  }

  private *touched(): Generator<PathNames> {
    const { journal, staging } = this;
    const parent = (path: PathNames): PathNames => path.slice(0, -1);
    if (staging.phase === OUT) for (const { path } of journal.out) yield parent(path);
    if (staging.phase === INTO) for (const { path } of journal.into) yield parent(path);
    if (staging.phase !== CHANGE) return;
    for (const { path } of journal.dresses) if (path !== null) yield path;
  }

  private *purge(): Resumable<void> {
    const { lower, staging, journal } = this;
    this.path = [staging.name];
    this.steps.reach.forget();
    const { phase } = staging;
    yield* staging.remove();
    const root = journal.dresses.find(({ path, old }) => (path ?? old)?.length === 0);
    const look = phase === DONE ? root?.is : root?.was;
    if (look !== undefined && look !== null) restoreTimes(lower, lower.root(), look);
  }
}
