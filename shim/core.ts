/**
 * The core of wasi9p, for browsers and for embedding: everything but the stores. Preopens are servers or backends, and
 * stdin, stdout and stderr are functions. `wasi9p` is this with memfs, the host and browser_wasi_shim.
 * @module
 */
import { isBackend, serverForBackend, type Backend, type Server } from '../vfs/connect/attachment.ts';
import { BACKEND, SERVER, check } from '../vfs/lib/options.ts';
import { WASIBase, WASI_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';
import { SeparateMounts } from './mounts.ts';
import {
  FunctionInput,
  FunctionOutput,
  LineOutput,
  textInput,
  type InputChunk,
} from './preview1/descriptors/stream.ts';

/** What a directory of the guest is. */
export type Preopen = Server | Backend;
/** Where a guest's stdin comes from: text, bytes, or a function that gives the next bytes. Default: nothing. */
export type Input = string | Uint8Array | ((max: number) => InputChunk);
/** Where a guest's stdout or stderr goes: a function given the bytes. Default: lines on the console. */
export type Output = (bytes: Uint8Array) => void;
export type WASIOptions = BaseOptions<Preopen, Input, Output>;

/**
 * The server of a backend, which is the same however often it is asked for.
 * @param name What an error calls it.
 * @throws TypeError for what is none.
 */
export function serverFor(source: Preopen, name = 'source'): Server {
  check(source, `${SERVER}|${BACKEND}`, name);
  return isBackend(source) ? serverForBackend(source) : source;
}

const ADAPTERS: Adapters<Preopen, Input, Output> = {
  rows: WASI_OPTIONS,
  mounts: () => new SeparateMounts(serverFor),
  descriptor: () => null,
  input: (stdin = '') => (typeof stdin === 'function' ? new FunctionInput(stdin) : textInput(stdin)),
  output: (output, fd) => (output === undefined ? new LineOutput(fd) : new FunctionOutput(output)),
};

/** Runs one WASI program: see WASIBase for what it does. */
export class WASI extends WASIBase<Preopen, Input, Output> {
  /** @throws TypeError for options that cannot be. */
  constructor(options: WASIOptions = {}) {
    super(options, ADAPTERS);
  }
}

export type { Tracer } from './preview1/tracer.ts';
export { Attachment, Server, type Inspection } from '../vfs/connect/attachment.ts';
