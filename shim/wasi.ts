// The WASI class of `wasi9p`: preopens are memfs volumes, host paths, backends, servers or Fds of browser_wasi_shim.
import { lentServerOf, type Source } from '../vfs/connect/server-for.ts';
import { NamespaceMounts } from '../vfs/namespace/mounts.ts';
import { WASIBase, WASI_OPTIONS as CORE_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';
import { descriptorOf, isForeignFd } from './foreign/descriptor.ts';
import type { ForeignFd } from './foreign/fd.ts';
import { inputDescriptor, outputDescriptor, type Input, type Output } from './stdio.ts';

export type { Tracer } from './preview1/tracer.ts';

/**
 * The source of a preopened directory: a memfs Volume, a path of the host, a Server, a Backend, or a directory Fd of
 * browser_wasi_shim.
 */
export type Preopen = Source | ForeignFd;

/** The options of node:wasi, and more. */
export interface WASIOptions extends BaseOptions {
  /** Preopened directories: guest path → source. Together they are one tree: each is mounted in the one around it. Default: none. */
  preopens?: Readonly<Record<string, Preopen>>;
  /** Default: the host's stream; in a browser an empty one. */
  stdin?: Input;
  /** Default: the host's stream; in a browser lines on the console. */
  stdout?: Output;
  /** Default: as `stdout`. */
  stderr?: Output;
}

/** An empty row leaves the check of the streams to the adapters below. */
export const WASI_OPTIONS = { ...CORE_OPTIONS, stdin: '', stdout: '', stderr: '' };

const ADAPTERS: Adapters = {
  rows: WASI_OPTIONS,
  mounts: () =>
    new NamespaceMounts<Preopen>((preopen, path) => lentServerOf(preopen as Source, `options.preopens.${path}`)),
  descriptor: (preopen: Preopen) => (isForeignFd(preopen) ? descriptorOf(preopen) : null),
  input: inputDescriptor,
  output: outputDescriptor,
};

/** Runs one WASI program. The methods are those of WASIBase. */
export class WASI extends WASIBase {
  /** @throws TypeError if an option is invalid; Error if a server refuses the attach. */
  constructor(options: WASIOptions = {}) {
    super(options, ADAPTERS);
  }
}
