// AbortSignal in the options of promises.
import { badArgument } from './errors.ts';

/** What a call can be given up by. */
export interface Abortable {
  signal?: AbortSignal | undefined;
}

/**
 * Lets who asked for something give it up in the same breath, as with a call that takes its time.
 * @throws TypeError ERR_INVALID_ARG_TYPE; an AbortError.
 */
export async function chanceToAbort(signal: AbortSignal): Promise<void> {
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal)) {
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an AbortSignal.');
  }
  throwIfAborted(signal);
  await Promise.resolve();
  throwIfAborted(signal);
}

/** @throws An AbortError as of Node, whatever the reason: that is its cause. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  throw Object.assign(error, { code: 'ABORT_ERR' });
}
