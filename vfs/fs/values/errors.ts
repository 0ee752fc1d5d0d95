// The errors of node:fs: code, message and fields as Node gives them.
import { ERRNOS, NODE_MESSAGES } from '../../linux/errno-table.ts';

/** The error that a failed call throws, as in node:fs: `ENOENT: no such file or directory, open '/x'`. */
export interface FsError extends Error {
  /** A Linux errno, negative. */
  errno: number;
  /** Its name. */
  code: string;
  syscall: string;
  /** The path as the caller gave it. */
  path?: string;
  dest?: string;
}

function rowOf(errno: number): (typeof ERRNOS)[number] | undefined {
  return ERRNOS.find(([, linux]) => linux === errno);
}

/** Node's message of an errno. */
export function messageOf(errno: number): string {
  const row = rowOf(errno);
  if (row === undefined) return `unknown error ${errno}`;
  const [name, , , message] = row;
  return NODE_MESSAGES[name] ?? message[0]!.toLowerCase() + message.slice(1);
}

/** The name of an errno, for `code`. */
function nameOf(errno: number): string {
  return rowOf(errno)?.[0] ?? `E${errno}`;
}

/** The error of a system call; `errno` is positive. */
export function fsError(errno: number, syscall: string, path?: string, dest?: string): FsError {
  const code = nameOf(errno);
  const where = path === undefined ? '' : ` '${path}'${dest === undefined ? '' : ` -> '${dest}'`}`;
  const error = new Error(`${code}: ${messageOf(errno)}, ${syscall}${where}`) as FsError;
  error.errno = -errno;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  if (dest !== undefined) error.dest = dest;
  return error;
}

/** Throws unless `errno` is 0. */
export function check(errno: number, syscall: string, path?: string, dest?: string): void {
  if (errno !== 0) throw fsError(errno, syscall, path, dest);
}

/** A refusal by `rm` or `cp` themselves, as node:fs words them: `what: cp returned EINVAL (why) path`. */
export function refusal(
  code: string,
  what: string,
  errno: number,
  why: string,
  syscall: string,
  path: string,
): FsError {
  const error = new Error(`${what}: ${syscall} returned ${nameOf(errno)} (${why}) ${path}`) as FsError;
  error.name = 'SystemError';
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  error.path = path;
  return error;
}

/** The error for an argument of a wrong type or value. */
export function badArgument(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** The error for a number that is out of range. */
export function outOfRange(name: string, range: string, value: unknown): RangeError {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`;
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}
