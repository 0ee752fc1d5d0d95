// Access to `node:fs` without an import of it, and the errors of the host directory.
/// <reference types="node" preserve="true" />

import type * as NodeFs from 'node:fs';
import { E, errnoName, errnoOf } from '../../../linux/errno.ts';

/** The module `node:fs`, as Node, Deno and Bun have it. */
export type Fs = typeof NodeFs;
/** The result of stat(2) with exact numbers and nanoseconds. */
export type HostStats = NodeFs.BigIntStats;

/** The option that makes node:fs give `HostStats`. */
export const BIG = { bigint: true } as const;
/** The same for a name that may not exist: an exception costs more than the call. */
export const BIG_OR_NONE = { bigint: true, throwIfNoEntry: false } as const;

/**
 * Returns `node:fs`, looked up at run time: an import of it would break a bundle for browsers.
 * @throws Error if there is none.
 */
export function nodeFs(): Fs {
  const fs = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule?.('node:fs');
  if (fs === undefined) {
    throw new Error('A host directory needs node:fs, as of Node (20.19 or later), Deno or Bun.');
  }
  return fs;
}

/**
 * Returns the errno of an exception of node:fs. Deno sets no code for some errors, and has their number in the message.
 */
export function hostErrno(thrown: unknown): number {
  const errno = errnoOf(thrown);
  if (errno !== E.EIO) return errno;
  const match = /\(os error (\d+)\)/.exec((thrown as Error | null)?.message ?? '');
  return match === null || process.platform !== 'linux' ? errno : Number(match[1]);
}

/** Thrown where a method of a backend cannot return an errno; the server maps it by its `code`. */
export class HostError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Makes an error of an errno. */
export function hostError(errno: number, message: string): HostError {
  return new HostError(errnoName(errno), message);
}
