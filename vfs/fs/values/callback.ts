// Callbacks of node:fs: checked and called in a later microtask.
import { badArgument, type FsError } from './errors.ts';

/** The callback of a call of node:fs. */
export type Callback<Result> = (error: FsError | null, result: Result) => void;

type AnyCallback = (error: unknown, ...results: unknown[]) => void;

/** @throws TypeError ERR_INVALID_ARG_TYPE. */
export function callbackOf(value: unknown): AnyCallback {
  if (typeof value === 'function') return value as AnyCallback;
  throw badArgument('ERR_INVALID_ARG_TYPE', 'The "cb" argument must be of type function.');
}

/**
 * Runs a call at once, and the callback in a later microtask. As in Node, the callback gets the errors of system calls
 * and of aborts; invalid arguments throw.
 */
export function answerLater(callback: AnyCallback, act: () => readonly unknown[]): void {
  let results: readonly unknown[];
  try {
    results = act();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    // An error that the callback throws must not become a rejection.
    queueMicrotask(() => callback(error));
    return;
  }
  queueMicrotask(() => callback(null, ...results));
}

/** Runs the callback with the result of a promise. */
export function settled(callback: AnyCallback, promise: Promise<unknown>): void {
  promise.then(
    (result) => queueMicrotask(() => callback(null, ...(result === undefined ? [] : [result]))),
    (error: unknown) => queueMicrotask(() => callback(error)),
  );
}
