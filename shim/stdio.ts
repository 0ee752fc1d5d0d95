// The `stdin`, `stdout` and `stderr` options of `wasi9p`, turned into descriptors. Runs in a browser as well.
import { Fd } from '@bjorn3/browser_wasi_shim';
import { invalid, mustBe } from '../vfs/lib/options.ts';
import type { Descriptor } from './preview1/descriptors/descriptor.ts';
import { ForeignDescriptor } from './foreign/descriptor.ts';
import { hostFs } from './host/host.ts';
import { HostDescriptor } from './preview1/descriptors/host-stream.ts';
import {
  FunctionInput,
  FunctionOutput,
  LineOutput,
  textInput,
  type InputChunk,
} from './preview1/descriptors/stream.ts';

/** Where a guest's stdin comes from: a descriptor of the host, its bytes or text, a function, or an Fd. */
export type Input = number | string | Uint8Array | ((max: number) => InputChunk) | Fd;
/** Where a guest's stdout or stderr goes: a descriptor of the host, a function given the bytes, or an Fd. */
export type Output = number | ((bytes: Uint8Array) => void) | Fd;

/** Whether a value is an Fd of browser_wasi_shim, also one of another copy of the package. */
export function isForeignFd(value: unknown): value is Fd {
  if (value instanceof Fd) return true;
  const fd = value as Partial<Fd> | null;
  return typeof fd === 'object' && typeof fd?.fd_fdstat_get === 'function' && typeof fd.path_open === 'function';
}

/** The descriptor of a `stdin` option; by default the host's, or nothing to read where there is none. */
export function inputDescriptor(input: Input | undefined): Descriptor {
  if (isForeignFd(input)) return new ForeignDescriptor(input);
  if (typeof input === 'function') return new FunctionInput(input);
  if (typeof input === 'string' || input instanceof Uint8Array) return textInput(input);
  if (input === undefined && hostFs() === null) return new FunctionInput(() => null);
  if (input === undefined || isOpen(input, 'options.stdin')) return HostDescriptor.open(input ?? 0, true);
  throw mustBe('a descriptor number, text, bytes, a function, or an Fd of browser_wasi_shim', 'options.stdin', input);
}

/** The descriptor of a `stdout` or `stderr` option; by default the host's, or lines on the console. */
export function outputDescriptor(output: Output | undefined, fallback: 1 | 2): Descriptor {
  if (isForeignFd(output)) return new ForeignDescriptor(output);
  if (typeof output === 'function') return new FunctionOutput(output);
  if (output === undefined && hostFs() === null) return new LineOutput(fallback);
  const name = fallback === 1 ? 'options.stdout' : 'options.stderr';
  if (output === undefined || isOpen(output, name)) return HostDescriptor.open(output ?? fallback, false);
  throw mustBe('a descriptor number, a function, or an Fd of browser_wasi_shim', name, output);
}

/** Whether a value is the number of a descriptor. @throws TypeError for one that the host does not have open. */
function isOpen(value: unknown, name: string): value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return false;
  try {
    hostFs()?.fstatSync(value);
    return true;
  } catch {
    throw invalid(`"${name}" must be an open descriptor, not ${value}`);
  }
}
