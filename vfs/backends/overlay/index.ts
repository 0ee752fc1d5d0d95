// The public entry `overlay`: a copy-on-write view of a read-only tree, with diff and commit. Runs in a browser.
import { BACKEND, check, checkOptions, invalid, type RowsOf } from '../../lib/options.ts';
import type { Backend } from '../../backend/backend.ts';
import { ram } from '../ram/index.ts';
import { OverlayBackend } from './backend.ts';

export { OverlayBackend } from './backend.ts';
export { Commit, type CommitOptions, type CommitResult } from './commit/commit.ts';
export type { Change } from './merged/diff.ts';
export { Settlement, settle, unsettled, type SettleResult, type Unsettled } from './commit/settle.ts';
export { isStagingName } from './commit/staging.ts';
export type { Running } from './layer/work.ts';

/** What an overlay is made of. */
export interface OverlayOptions {
  /** What is shown, and never changed. */
  lower: Backend;
  /** What takes the changes; used by nobody else. Default: an empty store in memory. */
  upper?: Backend;
}

export const OVERLAY_OPTIONS = { lower: BACKEND, upper: BACKEND } satisfies RowsOf<OverlayOptions>;

/**
 * A tree that can be changed over one that is not: `overlay({ lower: hostDir('.') })` lets a program work on a
 * directory, which stays as it is until `commit()`; `diff()` tells what the program did. `close()` ends the overlay and
 * leaves the layers open that it was given: `using lower = hostDir('.'); using work = overlay({ lower });`.
 * @throws TypeError for options that cannot be, and when both layers are one backend.
 */
export function overlay(options: OverlayOptions): OverlayBackend {
  const { lower, upper } = checkOptions(options, OVERLAY_OPTIONS);
  check(lower, BACKEND, 'options.lower');
  if (lower === upper) throw invalid('An overlay needs two backends: its lower and its upper one are the same.');
  return new OverlayBackend(lower, upper ?? ram(), upper === undefined);
}
