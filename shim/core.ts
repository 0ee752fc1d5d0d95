/**
 * The core of wasi9p, for browsers and for embedding: everything but the stores. Preopens are servers or backends, and
 * stdin, stdout and stderr are functions. `wasi9p` is this with memfs, the host, browser_wasi_shim, and the namespace
 * that `wasi9p/namespace` adds to the core.
 * @module
 */
import {
  guestServerFor,
  isBackend,
  type Attachable,
  type Backend,
  type GuestServer,
} from '../vfs/connect/attachment.ts';
import { BACKEND, SERVER, checkKind } from '../vfs/lib/options.ts';
import {
  FunctionInput,
  FunctionOutput,
  LineOutput,
  textInput,
  type InputChunk,
} from './preview1/descriptors/stream.ts';
import { WASIBase, WASI_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';
import { SeparateMounts, type MakeMounts } from './mounts.ts';

/** The source of a preopened directory. */
export type Preopen = Attachable | Backend;
/**
 * The guest's stdin: text, bytes, or a function that returns the next bytes. `max` is the length of the guest's read in
 * bytes; a longer chunk is kept for the next reads. Null, undefined or an empty chunk is end of file. Default: empty.
 */
export type Input = string | Uint8Array | ((max: number) => InputChunk);
/**
 * The guest's stdout or stderr: a function that gets a copy of the bytes of each write, at most 1 MiB a call. Default:
 * lines on the console.
 */
export type Output = (bytes: Uint8Array) => void;
/** The options of WASI. */
export interface WASIOptions extends BaseOptions {
  /** Preopened directories: guest path → source. Default: none. */
  preopens?: Readonly<Record<string, Preopen>>;
  /** `namespace` of `wasi9p/namespace`: the preopens make up one tree. Default: each is a tree of its own, see WASI. */
  namespace?: MakeMounts;
  /** Default: an empty stream. */
  stdin?: Input;
  /** Default: lines on the console. */
  stdout?: Output;
  /** Default: as `stdout`. */
  stderr?: Output;
}

/**
 * Returns the server of a backend: one server for each backend, so every call with one backend returns the same. A
 * server is returned as it is.
 * @param name The name of the argument in an error message.
 * @throws TypeError if `source` has an unsupported type.
 */
export function serverFor(source: GuestServer | Backend, name?: string): GuestServer;
export function serverFor(source: Preopen, name?: string): Attachable;
export function serverFor(source: Preopen, name = 'source'): Attachable {
  checkKind(source, `${SERVER}|${BACKEND}`, name);
  return isBackend(source) ? guestServerFor(source) : source;
}

const ADAPTERS: Adapters = {
  rows: { ...WASI_OPTIONS, namespace: 'function' },
  mounts: ({ namespace }: WASIOptions) => namespace?.(serverFor as never) ?? new SeparateMounts(serverFor),
  descriptor: () => null,
  input: (stdin: Input = '') => (typeof stdin === 'function' ? new FunctionInput(stdin) : textInput(stdin)),
  output: (output: Output | undefined, fd) => (output === undefined ? new LineOutput(fd) : new FunctionOutput(output)),
};

/**
 * Runs one WASI program on servers and backends. The methods are those of WASIBase.
 *
 * Without the option `namespace` each preopen is a tree of its own, as with node:wasi: with preopens `/` and `/data`, a
 * listing of `/` does not show `data` unless the tree at `/` has one, and neither a path that crosses from one to the
 * other nor `..` leads across. `wasi9p/namespace` joins them, as `wasi9p` does.
 */
export class WASI extends WASIBase {
  /** @throws TypeError if an option is invalid; Error if a server refuses the attach. */
  constructor(options: WASIOptions = {}) {
    super(options, ADAPTERS);
  }
}

export type { MakeMounts, Mounts } from './mounts.ts';
export type { Imports } from './preview1/imports.ts';
export type { Tracer } from './preview1/tracer.ts';
export {
  Attachment,
  GuestServer as Server,
  type Attachable,
  type Inspection,
  type Transport,
} from '../vfs/connect/attachment.ts';
