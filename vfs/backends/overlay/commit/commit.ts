// A commit of the overlay into its lower layer: plan, stage, journal, settle.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E, errnoOf } from '../../../linux/errno.ts';
import type { RowsOf } from '../../../lib/options.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { CommitOptions, CommitResult, RunningCommit } from '../../../backend/capabilities.ts';
import type { Merged } from '../merged/diff.ts';
import type { Directories } from '../merged/directory.ts';
import type { Journal } from './journal.ts';
import { attempt } from '../layer/layer.ts';
import { lookOf, restoreTimes, sameLook, type Look } from '../layer/look.ts';
import { Matches } from './matches.ts';
import { CommitPlan } from './commit-plan.ts';
import type { PathNames } from '../layer/reach.ts';
import { clear } from './settle.ts';
import { Settling } from './settling.ts';
import { Stage } from './stage.ts';
import { DONE, NONE, Staging } from './staging.ts';
import type { MergedTable } from '../merged/merged-table.ts';
import { fail, isThere } from '../layer/walk.ts';
import { finish, type Resumable } from '../layer/resumable.ts';

export const COMMIT_OPTIONS = { durable: 'boolean' } satisfies RowsOf<CommitOptions>;

/**
 * A commit, one step at a time. First all new content is created in the staging directory, then the journal is written,
 * then its steps run (settling.ts). If a step fails, the steps before it are reverted. A commit that is stopped before
 * the first step of the journal has changed nothing; after that it must be settled, and `result` says so (EINTR).
 *
 * The overlay must not be used meanwhile.
 */
export class Commit implements RunningCommit {
  readonly result: CommitResult = { errno: 0, path: '', unsettled: '' };
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly table: MergedTable;
  private readonly dirs: Directories;
  private readonly durable: boolean;
  private readonly matches: Matches;
  private readonly work: Resumable<void>;
  private staging: Staging | null = null;
  /** The phase in progress, with the path it works on. */
  private at: { path: PathNames } = { path: [] };
  private rootLook: Look | null = null;
  private plan: CommitPlan | null = null;
  private stage: Stage | null = null;
  private isEnded = false;

  constructor(merged: Merged, table: MergedTable, dirs: Directories, { durable = false }: CommitOptions) {
    this.merged = merged;
    this.lower = merged.lower;
    this.table = table;
    this.dirs = dirs;
    this.durable = durable;
    this.matches = new Matches(merged, table);
    this.work = this.all();
    // It has to see what others have changed in spite of the contract.
    merged.lower.uncache?.();
  }

  step(): boolean {
    if (this.isEnded) return false;
    try {
      if (this.work.next().done !== true) return true;
    } catch (thrown) {
      this.failed(thrown);
    }
    this.end();
    return false;
  }

  stop(): void {
    if (this.isEnded) return;
    this.work.return();
    this.result.errno ||= E.EINTR;
    this.end();
  }

  private *all(): Resumable<void> {
    const { merged, lower, table, dirs } = this;
    // The overlay has no changes.
    if (table.top.upper === null && !table.hasAliases()) return;
    yield* clear(lower);
    this.rootLook = lookOf(lower, lower.root());
    const isTaken = (name: string): boolean => isThere(lower, lower.root(), name) || isThere(merged, table.top, name);
    const staging = (this.staging = Staging.make(lower, isTaken));
    dirs.hide(table.top, staging.name, true);
    const impostor = staging.impostor(merged);
    if (impostor !== '') {
      this.at = { path: [impostor] };
      fail(E.EPERM);
    }
    const journal = yield* this.prepare(staging, this.rootLook);
    this.at = { path: [] };
    if (!isEmpty(journal)) yield* this.carryOut(staging, journal);
  }

  /** Creates all new content in the staging directory; the tree stays unchanged. */
  private *prepare(staging: Staging, rootLook: Look): Resumable<Journal> {
    const { merged, table, matches, durable } = this;
    this.at = this.plan = new CommitPlan(merged, table, matches, staging.name, rootLook);
    yield* this.plan.run();
    this.at = this.stage = new Stage(merged, matches, staging, this.plan, durable);
    return yield* this.stage.run();
  }

  private *carryOut(staging: Staging, journal: Journal): Resumable<void> {
    const { lower, durable } = this;
    staging.begin(journal, durable);
    yield;
    const settling = new Settling(lower, staging, journal, durable);
    this.at = settling;
    try {
      yield* settling.forward();
    } catch (thrown) {
      this.failed(thrown);
      // After DONE only the removal of the staging directory can fail: the commit stands.
      if (staging.phase !== DONE) yield* settling.back();
    } finally {
      settling.end();
    }
  }

  /** Keeps the first error. */
  private failed(thrown: unknown): void {
    const { result, staging } = this;
    if (result.errno !== 0) return;
    result.errno = errnoOf(thrown);
    result.path = this.at.path.join('/') || '.';
    if (staging === null && result.errno === E.EBUSY) result.unsettled = Staging.names(this.lower)[0] ?? '';
  }

  /** Removes the staging directory if it is no longer needed, and refreshes the counts of the merged directories. */
  private end(): void {
    this.isEnded = true;
    const { staging, matches, table, dirs } = this;
    matches.end();
    if (staging !== null) this.leave(staging);
    if (staging?.phase === DONE) this.recount();
    for (const dir of table.mergedDirectories()) if (!dir.removed) dirs.recount(dir);
  }

  private leave(staging: Staging): void {
    const { lower, result, rootLook } = this;
    if (staging.phase === NONE && !staging.isClosed) {
      const errno = attempt(() => {
        finish(staging.remove());
        restoreTimes(lower, lower.root(), rootLook!);
        return 0;
      });
      result.errno ||= errno;
    }
    if (!staging.isClosed) result.unsettled = staging.name;
    staging.close();
  }

  /** Adjusts the number of hidden names of lower files after the commit. */
  private recount(): void {
    for (const inode of this.plan!.removed.losing()) if (inode.lost > 0) inode.lost--;
    for (const inode of this.stage!.linked) inode.lost++;
  }
}

/** True if the journal has no steps; the entry of the root is always present. */
function isEmpty({ out, into, writes, dresses }: Journal): boolean {
  if (out.length + into.length + writes.length > 0) return false;
  return dresses.every(({ path, was, is }) => path?.length === 0 && sameLook(was!, is!, S_IFDIR, false));
}
