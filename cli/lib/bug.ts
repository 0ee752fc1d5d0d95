// Tells programming errors of this program from errors for the user.

/** Set, a mistake of this program is told with all of its stack. */
const DEBUG = 'WASI9P_DEBUG';

/**
 * A sentence on an error that this program has not foreseen; undefined for one that is a sentence itself. Those are
 * plain Errors: what the engine and node:fs throw for a mistake of ours is of another kind, or has a code.
 */
export function bugOf(error: unknown): string | undefined {
  if (error instanceof Error && Object.getPrototypeOf(error) === Error.prototype) return undefined;
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = process.env[DEBUG] === undefined ? '' : ` ${(error as Error).stack ?? ''}`;
  return `this is a mistake of wasi9p itself (${told}): please report it with what ${DEBUG}=1 tells of the same command${stack}`;
}
