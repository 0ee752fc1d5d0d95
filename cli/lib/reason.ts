// The reason of an error, as words of a sentence.
import { ERRNOS } from '../../vfs/linux/errno-table.ts';

/** Returns the reason as part of a sentence: for a system call, as in strerror(3), `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const { errno, code = '', message } = error as { errno?: unknown; code?: string; message?: string };
  // That of node:fs has a number; that of a store begins with the name.
  const isOfCall = typeof errno === 'number' || message?.startsWith(`${code}: `) === true;
  const row = isOfCall ? ERRNOS.find(([name]) => name === code) : undefined;
  // Some messages are sentences already.
  if (row === undefined) return (message ?? String(error)).replace(/^This /, 'this ').replace(/\.$/, '');
  return lowered(row[3]);
}

/** Returns the reason for an errno of Linux, as strerror(3) words it. */
export function reasonOfErrno(errno: number): string {
  const row = ERRNOS.find(([, number]) => number === errno);
  return row === undefined ? `errno ${errno}` : lowered(row[3]);
}

function lowered(words: string): string {
  return words[0]!.toLowerCase() + words.slice(1);
}
