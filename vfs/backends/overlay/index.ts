// The public entry `overlay`: a copy-on-write view of a read-only tree, with diff and commit. Runs in a browser.
import { BACKEND, checkKind, checkOptions, invalid } from '../../lib/options.ts';
import type { Backend, OwnedBackend } from '../../backend/backend.ts';
import type { Changes } from '../../backend/capabilities.ts';
import { ram } from '../ram/index.ts';
import { OverlayStore } from './backend.ts';
import { OVERLAY_OPTIONS, type OverlayOptions } from './options.ts';

export type { OverlayOptions } from './options.ts';
export { Settlement, settle, unsettled, type SettleResult, type Unsettled } from './commit/settle.ts';
export type { Change, CommitOptions, CommitResult, Running, RunningCommit } from '../../backend/capabilities.ts';

/** A copy-on-write overlay. */
export interface OverlayBackend extends OwnedBackend, Changes {
  /** The layer that holds all changes. */
  readonly upper: Backend;
  readonly changes: Changes;
  readonly limits: string;
  /** @internal The number of inodes that are referenced although no fid is left: 0, or a leak. */
  readonly leaked: number;
  /**
   * @internal The number of pinned inodes, each a descriptor if its layer is a host directory: the root, changed
   * directories, and files of which one of several names was changed.
   */
  readonly kept: number;
}

/**
 * A copy-on-write overlay: `overlay({ lower: hostDir('.') })` lets a program change a directory that stays as it is
 * until `commit()`; `diff()` lists the changes. `close()` ends the overlay and leaves the given layers open, which
 * their maker closes: `using lower = hostDir('.'); using work = overlay({ lower });`.
 * @throws TypeError if an option is invalid, `lower` is missing, or both layers are the same backend.
 */
export function overlay(options: OverlayOptions): OverlayBackend {
  const { lower, upper } = checkOptions(options, OVERLAY_OPTIONS);
  checkKind(lower, BACKEND, 'options.lower');
  if (lower === upper) throw invalid('An overlay needs two backends: its lower and its upper one are the same.');
  return new OverlayStore(lower, upper ?? ram(), upper === undefined);
}
