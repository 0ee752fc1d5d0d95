// The error for a directory that cannot be opened: it names the argument or the option with the path.

/**
 * Returns an error with the same code, errno, call and path, whose message begins with the name of the argument; other
 * errors than those of a call are returned as they are.
 * @param error That of node:fs, or one that this function has made for another name.
 */
export function namedError(error: unknown, name: string): unknown {
  const { code, errno, syscall, path, cause } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  const original = (cause ?? error) as Error;
  const message = `"${name}" must be a directory that can be opened: ${original.message}`;
  return Object.assign(new Error(message, { cause: original }), { code, errno, syscall, path });
}
