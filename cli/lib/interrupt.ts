// Ends a guest by SIGINT or after a time, so that something can be said afterwards.
import { runInNewContext } from 'node:vm';

/** A SIGINT has ended a guest. */
export class Interrupted extends Error {}

/** A guest's time is over. */
export class TimedOut extends Error {}

/** Exit status as a shell reports SIGINT: 128 + 2. */
export const EXIT_SIGINT = 130;

/** The events that end the function. */
export interface Bounds {
  /** True if SIGINT does. */
  readonly sigint: boolean;
  /** Milliseconds. Default: none. */
  readonly ms?: number;
}

/**
 * Calls a function. A guest does not return to the event loop, where a listener would run, so V8 itself ends it, also
 * while it waits. A runtime that lacks this is ended by the signal.
 * @throws Interrupted after a SIGINT, TimedOut after the time; nothing of the function runs any more, its `finally`
 *   neither.
 */
export function interruptible<Result>(act: () => Result, { sigint, ms }: Bounds): Result {
  // Bun would hold back the signal and not end the guest.
  const breakOnSigint = sigint && process.versions['bun'] === undefined;
  if (!breakOnSigint && ms === undefined) return act();
  const options = { breakOnSigint, displayErrors: false, ...(ms !== undefined && { timeout: ms }) };
  try {
    return runInNewContext('act()', { act }, options) as Result;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw new Interrupted('Interrupted.', { cause: error });
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimedOut('The time is over.', { cause: error });
    throw error;
  }
}
