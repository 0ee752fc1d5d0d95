// AbortSignal in the options of promises.
import type { Signal } from '../../lib/platform.ts';
import { badArgument } from './errors.ts';

/** Options of calls that can be aborted. */
export interface Abortable {
  signal?: Signal | undefined;
}

/**
 * Yields once, so that the caller can still abort, as during a call of Node that waits.
 * @throws TypeError ERR_INVALID_ARG_TYPE; an AbortError.
 */
export async function chanceToAbort(signal: Signal): Promise<void> {
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal)) {
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an AbortSignal.');
  }
  throwIfAborted(signal);
  await Promise.resolve();
  throwIfAborted(signal);
}

/** @throws An AbortError as Node's, with the signal's reason as its cause. */
export function throwIfAborted(signal: Signal | undefined): void {
  if (signal?.aborted !== true) return;
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  throw Object.assign(error, { code: 'ABORT_ERR' });
}
