// Callbacks of node:fs: checked and called in a later microtask.
import { badArgument, type FsError } from './errors.ts';

/** What a call of node:fs with a callback ends in. */
export type Callback<Result> = (error: FsError | null, result: Result) => void;

type AnyCallback = (error: unknown, ...results: unknown[]) => void;

/** @throws TypeError ERR_INVALID_ARG_TYPE. */
export function callbackOf(value: unknown): AnyCallback {
  if (typeof value === 'function') return value as AnyCallback;
  throw badArgument('ERR_INVALID_ARG_TYPE', 'The "cb" argument must be of type function.');
}

/**
 * Does a call at once and tells its results a moment later. As in Node, only what a system call or an abort says goes
 * to the callback: arguments that cannot be are thrown.
 */
export function later(callback: AnyCallback, act: () => readonly unknown[]): void {
  let results: readonly unknown[];
  try {
    results = act();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    // What a callback throws is nobody's rejection.
    queueMicrotask(() => callback(error));
    return;
  }
  queueMicrotask(() => callback(null, ...results));
}

/** The same of a promise. */
export function settled(callback: AnyCallback, promise: Promise<unknown>): void {
  promise.then(
    (result) => queueMicrotask(() => callback(null, ...(result === undefined ? [] : [result]))),
    (error: unknown) => queueMicrotask(() => callback(error)),
  );
}
