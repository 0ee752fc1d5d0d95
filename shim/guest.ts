import { WASI_ERRNO } from '../vfs/errno.ts';
import { check, invalid } from '../vfs/options.ts';
import { FdTable } from './fd-table.ts';
import { GuestMemory } from './memory.ts';

/** What one running program has: its memory, its descriptors, its arguments. All 46 functions work on it. */
export class Guest {
  readonly memory = new GuestMemory();
  readonly fds = new FdTable();
  /** argv, each argument as UTF-8 with its NUL. */
  readonly args: readonly Uint8Array[];
  /** environ, each `NAME=value` as UTF-8 with its NUL. */
  readonly env: readonly Uint8Array[];

  constructor(args: readonly string[], env: readonly string[]) {
    this.args = [...args].map((text) => encodeText(text, 'options.args'));
    this.env = env.map((text) => encodeText(text, 'options.env'));
  }
}

const encoder = new TextEncoder();

function encodeText(text: string, name: string): Uint8Array {
  check(text, 'string', name);
  if (text.includes('\0')) throw invalid(`"${name}" holds a NUL: ${text}`);
  return encoder.encode(`${text}\0`);
}

/** The program has ended by itself, or was ended by a signal: thrown through its frames by proc_exit. */
export class ProcessExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit with exit code ${code}`);
    this.name = 'ProcessExit';
    this.code = code;
  }
}

/** WASI errnos that the functions answer by themselves. */
export const BADF = WASI_ERRNO.EBADF;
export const FAULT = WASI_ERRNO.EFAULT;
export const INVAL = WASI_ERRNO.EINVAL;
export const NOTCAPABLE = WASI_ERRNO.ENOTCAPABLE;
