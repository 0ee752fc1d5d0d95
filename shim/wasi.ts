// The WASI class of `wasi9p`: preopens are memfs volumes, host paths, backends, servers or Fds of browser_wasi_shim.
import type { Fd } from '@bjorn3/browser_wasi_shim';
import { lentServerOf, type Source } from '../vfs/connect/server-for.ts';
import { NamespaceMounts } from '../vfs/namespace/mounts.ts';
import { WASIBase, WASI_OPTIONS as CORE_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';
import { descriptorOf } from './foreign/descriptor.ts';
import { inputDescriptor, isForeignFd, outputDescriptor, type Input, type Output } from './stdio.ts';

export type { Tracer } from './preview1/tracer.ts';

/**
 * The source of a preopened directory: a memfs Volume, a path of the host, a Server, a Backend, or a directory Fd of
 * browser_wasi_shim.
 */
export type Preopen = Source | Fd;

/** The options of node:wasi, and more. */
export type WASIOptions = BaseOptions<Preopen, Input, Output>;

/** An empty row leaves the check of the streams to the adapters below. */
export const WASI_OPTIONS = { ...CORE_OPTIONS, stdin: '', stdout: '', stderr: '' };

const ADAPTERS: Adapters<Preopen, Input, Output> = {
  rows: WASI_OPTIONS,
  mounts: () => new NamespaceMounts((preopen, path) => lentServerOf(preopen as Source, `options.preopens.${path}`)),
  descriptor: (preopen) => (isForeignFd(preopen) ? descriptorOf(preopen) : null),
  input: inputDescriptor,
  output: outputDescriptor,
};

/** Runs one WASI program. The methods are those of WASIBase. */
export class WASI extends WASIBase<Preopen, Input, Output> {
  /** @throws TypeError if an option is invalid; Error if a server refuses the attach. */
  constructor(options: WASIOptions = {}) {
    super(options, ADAPTERS);
  }
}
