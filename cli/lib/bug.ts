// Distinguishes bugs of this program from errors for the user.

/** If this environment variable is set, a bug of this program is printed with its full stack. */
const DEBUG = 'WASI9P_DEBUG';

/**
 * Returns a sentence about an unexpected error; undefined if the error's message is a sentence for the user. Such
 * errors are plain Errors: those that the engine and node:fs throw for a bug are of a subclass, or have a code.
 */
export function bugOf(error: unknown): string | undefined {
  if (error instanceof Error && Object.getPrototypeOf(error) === Error.prototype) return undefined;
  const summary = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = process.env[DEBUG] === undefined ? '' : ` ${(error as Error).stack ?? ''}`;
  return `internal error (${summary}); please report it with the output of the same command under ${DEBUG}=1${stack}`;
}
