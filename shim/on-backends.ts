// The WASI class of the command line: preopens are backends, in one tree, and the streams are the host's. Unlike that of
// wasi.ts it loads no store and nothing for the Fds of browser_wasi_shim.
import type { Backend } from '../vfs/connect/attachment.ts';
import { serverForBackend } from '../vfs/connect/backend-server.ts';
import { NamespaceMounts } from '../vfs/namespace/mounts.ts';
import { HostDescriptor } from './preview1/descriptors/host-stream.ts';
import { WASIBase, WASI_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';

export interface Options extends BaseOptions {
  /** Guest path → store. */
  preopens: Readonly<Record<string, Backend>>;
}

const ADAPTERS: Adapters = {
  rows: WASI_OPTIONS,
  mounts: () => new NamespaceMounts<Backend>(serverForBackend),
  descriptor: () => null,
  input: () => HostDescriptor.open(0, true),
  output: (_, fd) => HostDescriptor.open(fd, false),
};

/** Runs one WASI program. The methods are those of WASIBase. */
export class WASIOnBackends extends WASIBase {
  /** @throws TypeError if an option is invalid; Error if a mount point is not a directory. */
  constructor(options: Options) {
    super(options, ADAPTERS);
  }
}
