// The `stdin`, `stdout` and `stderr` options of `wasi9p`, turned into descriptors. Runs in a browser as well.
import { invalid, mustBe } from '../vfs/lib/options.ts';
import type { Descriptor } from './preview1/descriptors/descriptor.ts';
import { ForeignDescriptor, isForeignFd } from './foreign/descriptor.ts';
import type { ForeignFd } from './foreign/fd.ts';
import { hostFs } from './host/host.ts';
import { HostDescriptor } from './preview1/descriptors/host-stream.ts';
import {
  FunctionInput,
  FunctionOutput,
  LineOutput,
  textInput,
  type InputChunk,
} from './preview1/descriptors/stream.ts';

/**
 * The guest's stdin: a file descriptor of the host, text, bytes, an Fd of browser_wasi_shim, or a function that returns
 * the next bytes. `max` is the length of the guest's read in bytes; a longer chunk is kept for the next reads. Null,
 * undefined or an empty chunk is end of file.
 */
export type Input = number | string | Uint8Array | ((max: number) => InputChunk) | ForeignFd;
/**
 * The guest's stdout or stderr: a file descriptor of the host, an Fd of browser_wasi_shim, or a function that gets a
 * copy of the bytes of each write, at most 1 MiB a call.
 */
export type Output = number | ((bytes: Uint8Array) => void) | ForeignFd;

/**
 * Returns the descriptor of a `stdin` option. Default: descriptor 0 of the host; in a browser an empty stream.
 * @throws TypeError if `input` has an unsupported type, or is a descriptor that is not open.
 */
export function inputDescriptor(input: Input | undefined): Descriptor {
  if (isForeignFd(input)) return new ForeignDescriptor(input);
  if (typeof input === 'function') return new FunctionInput(input);
  if (typeof input === 'string' || input instanceof Uint8Array) return textInput(input);
  if (input === undefined && hostFs() === null) return new FunctionInput(() => null);
  if (input === undefined || isOpen(input, 'options.stdin')) return HostDescriptor.open(input ?? 0, true);
  throw mustBe('a descriptor number, text, bytes, a function, or an Fd of browser_wasi_shim', 'options.stdin', input);
}

/**
 * Returns the descriptor of a `stdout` (1) or `stderr` (2) option. Default: the same descriptor of the host; in a
 * browser lines on the console.
 * @throws TypeError if `output` has an unsupported type, or is a descriptor that is not open.
 */
export function outputDescriptor(output: Output | undefined, fallback: 1 | 2): Descriptor {
  if (isForeignFd(output)) return new ForeignDescriptor(output);
  if (typeof output === 'function') return new FunctionOutput(output);
  if (output === undefined && hostFs() === null) return new LineOutput(fallback);
  const name = fallback === 1 ? 'options.stdout' : 'options.stderr';
  if (output === undefined || isOpen(output, name)) return HostDescriptor.open(output ?? fallback, false);
  throw mustBe('a descriptor number, a function, or an Fd of browser_wasi_shim', name, output);
}

/** True for a descriptor number. @throws TypeError if that descriptor is not open in the host process. */
function isOpen(value: unknown, name: string): value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return false;
  try {
    hostFs()?.fstatSync(value);
    return true;
  } catch {
    throw invalid(`"${name}" must be an open descriptor, not ${value}`);
  }
}
