// The WASI class of `wasi9p`: preopens are memfs volumes, host paths, backends, servers or Fds of browser_wasi_shim.
import type { Fd } from '@bjorn3/browser_wasi_shim';
import { lentServerOf, type Source } from '../vfs/connect/server-for.ts';
import { NamespaceMounts } from '../vfs/namespace/mounts.ts';
import { WASIBase, WASI_OPTIONS as CORE_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';
import { descriptorOf } from './foreign/descriptor.ts';
import { inputDescriptor, isForeignFd, outputDescriptor, type Input, type Output } from './stdio.ts';

export type { Tracer } from './preview1/tracer.ts';

/**
 * What a directory of the guest is: a memfs Volume, a path of the host, a Server or a Backend, or a directory Fd of
 * browser_wasi_shim.
 */
export type Preopen = Source | Fd;

/** As the options of node:wasi, and more. */
export type WASIOptions = BaseOptions<Preopen, Input, Output>;

/** The streams and preopens are looked at below. */
export const WASI_OPTIONS = { ...CORE_OPTIONS, stdin: '', stdout: '', stderr: '' };

const ADAPTERS: Adapters<Preopen, Input, Output> = {
  rows: WASI_OPTIONS,
  mounts: () => new NamespaceMounts((preopen, path) => lentServerOf(preopen as Source, `options.preopens.${path}`)),
  descriptor: (preopen) => (isForeignFd(preopen) ? descriptorOf(preopen) : null),
  input: inputDescriptor,
  output: outputDescriptor,
};

/** Runs one WASI program: see WASIBase for what it does. */
export class WASI extends WASIBase<Preopen, Input, Output> {
  /** @throws TypeError for options that cannot be. */
  constructor(options: WASIOptions = {}) {
    super(options, ADAPTERS);
  }
}
