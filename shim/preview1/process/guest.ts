// The state of one WASI process: memory, descriptor table, arguments, environment and exit status.
import { FileStatus } from '../../../vfs/client/attributes.ts';
import { WASI_ERRNO } from '../../../vfs/linux/errno.ts';
import { checkKind, invalid } from '../../../vfs/lib/options.ts';
import { bytesOf } from '../../../vfs/lib/utf8.ts';
import { ENDED } from '../gate/gate.ts';
import { FdTable } from '../descriptors/fd-table.ts';
import { GuestMemory } from '../memory/guest-memory.ts';

/** One WASI process. The 46 functions of a guest share this object. */
export class Guest {
  readonly memory = new GuestMemory();
  readonly fds = new FdTable();
  /** The result of the last stat call. */
  readonly status = new FileStatus();
  /** Exit status; null while the program runs. */
  code: number | null = null;
  /** argv, each argument as UTF-8 with its NUL; the command line passes bytes that are not UTF-8. */
  args: readonly Uint8Array[];
  /** environ, each `NAME=value` as UTF-8 with its NUL; as args. */
  env: readonly Uint8Array[];

  /** @throws TypeError if an argument is not a string or contains a NUL. */
  constructor(args: readonly string[], env: readonly string[]) {
    this.args = [...args].map((text) => encodeText(text, 'options.args'));
    this.env = env.map((text) => encodeText(text, 'options.env'));
  }

  /** Ends the guest when the current call returns: the gate traps, and a guest cannot catch a trap. */
  exit(code: number): void {
    this.code = code;
    this.memory.state.value = ENDED;
  }
}

function encodeText(text: string, name: string): Uint8Array {
  checkKind(text, 'string', name);
  if (text.includes('\0')) throw invalid(`"${name}" must be without NUL: ${text}`);
  return bytesOf(`${text}\0`);
}

/** WASI errnos that calls return without a Linux errno. */
export const BADF = WASI_ERRNO.EBADF;
export const FAULT = WASI_ERRNO.EFAULT;
export const INVAL = WASI_ERRNO.EINVAL;
export const NOTCAPABLE = WASI_ERRNO.ENOTCAPABLE;
