// The state of one WASI process: memory, descriptor table, arguments, environment and exit status.
import { WASI_ERRNO } from '../../../vfs/linux/errno.ts';
import { check, invalid } from '../../../vfs/lib/options.ts';
import { ENDED } from '../gate/gate.ts';
import { FdTable } from '../descriptors/fd-table.ts';
import { GuestMemory } from '../memory/guest-memory.ts';

/** What one running program has: its memory, its descriptors, its arguments. All 46 functions work on it. */
export class Guest {
  readonly memory = new GuestMemory();
  readonly fds = new FdTable();
  /** The status with which it has exited; null while it has not. */
  code: number | null = null;
  /** argv, each argument as UTF-8 with its NUL. */
  readonly args: readonly Uint8Array[];
  /** environ, each `NAME=value` as UTF-8 with its NUL. */
  readonly env: readonly Uint8Array[];

  constructor(args: readonly string[], env: readonly string[]) {
    this.args = [...args].map((text) => encodeText(text, 'options.args'));
    this.env = env.map((text) => encodeText(text, 'options.env'));
  }

  /** Ends it when this call returns: the gate traps then, which the guest cannot catch as it could an exception. */
  exit(code: number): void {
    this.code = code;
    this.memory.state.value = ENDED;
  }
}

const encoder = new TextEncoder();

function encodeText(text: string, name: string): Uint8Array {
  check(text, 'string', name);
  if (text.includes('\0')) throw invalid(`"${name}" holds a NUL: ${text}`);
  return encoder.encode(`${text}\0`);
}

/** WASI errnos that the functions answer by themselves. */
export const BADF = WASI_ERRNO.EBADF;
export const FAULT = WASI_ERRNO.EFAULT;
export const INVAL = WASI_ERRNO.EINVAL;
export const NOTCAPABLE = WASI_ERRNO.ENOTCAPABLE;
