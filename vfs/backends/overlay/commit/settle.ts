// Completes or reverts a commit that was interrupted, of this process or another.
import { E, errnoOf } from '../../../linux/errno.ts';
import { BACKEND, check, invalid } from '../../../lib/options.ts';
import type { Backend } from '../../../backend/backend.ts';
import { Settling } from './settling.ts';
import { DONE, NONE, Staging, UNDONE } from './staging.ts';
import { fail, isThere } from '../layer/walk.ts';
import type { Running, Work } from '../layer/work.ts';

/** What a commit has left that was not ended. */
export interface Unsettled {
  /** The directory in the root. */
  name: string;
  /** The number of the process that is making the commit; 0 for none. */
  process: number;
}

/** What became of it. */
export interface SettleResult {
  /** 0; EBUSY: a process is making the commit, or settling it; EINVAL: its journal cannot be understood; of a step that failed. */
  errno: number;
  /** The path of what could not be done; '' for none. */
  path: string;
  /**
   * What the tree is now: as the commit was to make it, or as it was before. `nothing`: there was nothing to settle, or
   * nothing but what is of no use.
   */
  outcome: 'nothing' | 'completed' | 'undone';
}

/**
 * What commits have left in a directory: to be settled before there is another one.
 * @throws TypeError for what is not a backend. Error
 */
export function unsettled(lower: Backend): Unsettled[] {
  check(lower, BACKEND, 'lower');
  return Staging.names(lower).flatMap((name) => {
    const staging = opened(lower, name);
    // Of another user's this one sees no more than that it is there.
    if (typeof staging === 'number') return staging === E.EACCES ? [{ name, process: 0 }] : [];
    const { process } = staging;
    staging.release();
    return [{ name, process }];
  });
}

/** Opens what a commit has left; ENOENT: another process has meanwhile removed it; EACCES: it is another user's. */
function opened(lower: Backend, name: string): Staging | number {
  try {
    return Staging.open(lower, name);
  } catch (thrown) {
    if (!isThere(lower, lower.root(), name)) return E.ENOENT;
    if (errnoOf(thrown) === E.EACCES) return E.EACCES;
    throw thrown;
  }
}

/** Removes what commits of this process have left, where there is nothing to do or to ref back. */
export function* clear(lower: Backend): Work<void> {
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
 * Completes a commit that was not ended, or takes it back, if there is one: of any overlay over this backend, of this
 * process or another. Doing it again does nothing. One that is complete stays complete.
 * @throws TypeError for what is not a backend, and for a word that is neither of the two.
 */
export function settle(lower: Backend, how: 'resume' | 'undo'): SettleResult {
  const run = new Settlement(lower, how);
  while (run.step());
  return run.result;
}

/** The same, a step at a time. */
export class Settlement implements Running {
  readonly result: SettleResult = { errno: 0, path: '', outcome: 'nothing' };
  private readonly lower: Backend;
  private readonly how: 'resume' | 'undo';
  private readonly work: Work<void>;
  private at: { path: readonly string[] } = { path: [] };

  constructor(lower: Backend, how: 'resume' | 'undo') {
    check(lower, BACKEND, 'lower');
    check(how, 'string', 'how');
    // Any other word would ref back what the caller meant to complete.
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

  private *all(): Work<void> {
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

  private *one(staging: Staging): Work<void> {
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
