// Ends a guest by SIGINT, so that something can be said afterwards.
import { runInNewContext } from 'node:vm';

/** A SIGINT has ended a guest. */
export class Interrupted extends Error {}

/** Exit status as a shell reports SIGINT: 128 + 2. */
export const EXIT_SIGINT = 130;

/**
 * Calls a function. A guest does not return to the event loop, where a listener would run, so V8 itself ends it, also
 * while it waits. A runtime that lacks this is ended by the signal.
 * @throws Interrupted after a SIGINT; nothing of the function runs any more, its `finally` neither.
 */
export function interruptible<Result>(act: () => Result): Result {
  try {
    return runInNewContext('act()', { act }, { breakOnSigint: true, displayErrors: false }) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    throw new Interrupted('Interrupted.', { cause: error });
  }
}
