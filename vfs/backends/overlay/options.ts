// The options of `overlay`.
import { BACKEND, type RowsOf } from '../../lib/options.ts';
import type { Backend } from '../../backend/backend.ts';

/** The layers of an overlay. */
export interface OverlayOptions {
  /** The lower layer: shown through, and written to by `commit` only. */
  lower: Backend;
  /** The upper layer: holds all changes. It must have no other user. Default: an empty store in memory. */
  upper?: Backend;
}

/** The kinds of the options. */
export const OVERLAY_OPTIONS = { lower: BACKEND, upper: BACKEND } satisfies RowsOf<OverlayOptions>;
