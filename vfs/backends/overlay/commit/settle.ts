// Completes or reverts a commit that was interrupted, of this process or another.
import { E, errnoOf } from '../../../linux/errno.ts';
import { BACKEND, checkKind, invalid } from '../../../lib/options.ts';
import type { Backend } from '../../../backend/backend.ts';
import { Settling } from './settling.ts';
import { DONE, NONE, Staging, UNDONE } from './staging.ts';
import { fail, isThere } from '../layer/walk.ts';
import type { Running } from '../../../backend/capabilities.ts';
import type { Resumable } from '../layer/resumable.ts';

/** An unfinished commit. */
export interface Unsettled {
  /** The name of its staging directory in the root. */
  name: string;
  /** The id of the process that is running the commit; 0 if there is none. */
  process: number;
}

/** The result of `settle`. */
export interface SettleResult {
  /**
   * 0; EBUSY if a process is running or settling the commit; EINVAL if its journal is invalid; or the errno of a step.
   */
  errno: number;
  /** The path of the step that failed; '' if there is none. */
  path: string;
  /**
   * The state of the tree: as after the commit, or as before it. `nothing` if there was no commit to settle, or only an
   * empty staging directory.
   */
  outcome: 'nothing' | 'completed' | 'undone';
}

/**
 * Lists the unfinished commits in a lower layer. `settle` them before the next commit.
 * @throws TypeError if `lower` is not a backend; Error with an errno name as `code` if it cannot be read.
 */
export function unsettled(lower: Backend): Unsettled[] {
  checkKind(lower, BACKEND, 'lower');
  return Staging.names(lower).flatMap((name) => {
    const staging = opened(lower, name);
    // Only the name of another user's commit is visible.
    if (typeof staging === 'number') return staging === E.EACCES ? [{ name, process: 0 }] : [];
    const { process } = staging;
    staging.release();
    return [{ name, process }];
  });
}

/** Opens a staging directory. ENOENT if another process has just removed it, EACCES if it is another user's. */
function opened(lower: Backend, name: string): Staging | number {
  try {
    return Staging.open(lower, name);
  } catch (thrown) {
    if (!isThere(lower, lower.root(), name)) return E.ENOENT;
    if (errnoOf(thrown) === E.EACCES) return E.EACCES;
    throw thrown;
  }
}

/** Removes the staging directories of this process's ended commits. */
export function* clear(lower: Backend): Resumable<void> {
  for (const name of Staging.names(lower)) {
    const staging = opened(lower, name);
    if (typeof staging === 'number') continue;
    try {
      if (staging.isRest) yield* staging.remove();
    } finally {
      staging.release();
    }
  }
}

/**
 * Completes (`resume`) or reverts (`undo`) an unfinished commit of any overlay over this backend, by this process or
 * another. A commit that is complete stays so. Calling it again does nothing.
 * @param lower The backend that was the lower layer.
 * @throws TypeError if `lower` is not a backend, or `how` is neither word.
 */
export function settle(lower: Backend, how: 'resume' | 'undo'): SettleResult {
  const run = new Settlement(lower, how);
  while (run.step());
  return run.result;
}

/** Like `settle`, one step at a time. */
export class Settlement implements Running {
  readonly result: SettleResult = { errno: 0, path: '', outcome: 'nothing' };
  private readonly lower: Backend;
  private readonly how: 'resume' | 'undo';
  private readonly work: Resumable<void>;
  private at: { path: readonly string[] } = { path: [] };

  constructor(lower: Backend, how: 'resume' | 'undo') {
    checkKind(lower, BACKEND, 'lower');
    checkKind(how, 'string', 'how');
    // Checked, since any other word would revert the commit.
    if (how !== 'resume' && how !== 'undo') throw invalid(`"how" must be resume or undo, not ${String(how)}`);
    this.lower = lower;
    this.how = how;
    this.work = this.all();
  }

  step(): boolean {
    try {
      return this.work.next().done !== true;
    } catch (thrown) {
      this.result.errno = errnoOf(thrown);
      this.result.path = this.at.path.join('/') || '.';
      return false;
    }
  }

  stop(): void {
    this.work.return();
    this.result.errno = E.EINTR;
  }

  private *all(): Resumable<void> {
    for (const name of Staging.names(this.lower)) {
      this.at = { path: [name] };
      const staging = opened(this.lower, name);
      if (typeof staging === 'number') fail(staging === E.ENOENT ? E.EBUSY : staging);
      try {
        if (staging.process !== 0 || !staging.claim()) fail(E.EBUSY);
        yield* this.one(staging);
      } finally {
        staging.giveBack();
        staging.release();
      }
    }
  }

  private *one(staging: Staging): Resumable<void> {
    const { lower, how, result } = this;
    if (staging.phase === NONE) {
      yield* staging.remove();
      return;
    }
    const journal = staging.read() ?? fail(E.EINVAL);
    const settling = new Settling(lower, staging, journal, true);
    this.at = settling;
    const completes = staging.phase === DONE || (how === 'resume' && staging.phase !== UNDONE);
    try {
      yield* completes ? settling.forward() : settling.back();
      result.outcome = completes ? 'completed' : 'undone';
    } finally {
      settling.end();
    }
  }
}
