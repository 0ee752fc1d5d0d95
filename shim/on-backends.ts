// The WASI class of the command line: preopens are backends, and the streams are the host's. Unlike that of wasi.ts it
// loads no store and nothing for the Fds of browser_wasi_shim.
import { isAttachable, type Attachable, type Backend } from '../vfs/connect/attachment.ts';
import { serverForBackend } from '../vfs/connect/backend-server.ts';
import { NamespaceMounts } from '../vfs/namespace/mounts.ts';
import type { Descriptor } from './preview1/descriptors/descriptor.ts';
import type { DirectoryDescriptor } from './preview1/descriptors/directory.ts';
import { HostDescriptor } from './preview1/descriptors/host-stream.ts';
import { FunctionInput, FunctionOutput } from './preview1/descriptors/stream.ts';
import { SeparateMounts } from './mounts.ts';
import { WatchedDirectory, type Missed } from './watched-directory.ts';
import { WASIBase, WASI_OPTIONS, type Adapters, type BaseOptions } from './wasi-base.ts';

type Mountable = Backend | Attachable;

/** A store in the guest's tree. */
export interface Mount {
  /** The guest path. */
  readonly guest: string;
  /** A store of this process, or a server elsewhere. */
  readonly backend: Mountable;
  /** True if the guest reaches it through the tree around it only. Default: it is a preopen, too. */
  readonly within?: boolean;
  /** True if listings do not show it. */
  readonly hidden?: boolean;
}

export interface BackendsOptions extends Omit<BaseOptions, 'returnOnExit' | 'tty' | 'version'> {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** In the order of the preopens. */
  readonly mounts: readonly Mount[];
  /** True if each preopen is a tree of its own, as in wasmtime: names may occur twice. Default: one tree. */
  readonly separate?: boolean;
  /** argv and environ as bytes, each with its NUL, where they are not UTF-8. Default: `args` and `env`. */
  readonly raw?: { readonly args: readonly Uint8Array[]; readonly env: readonly Uint8Array[] };
  /** The host's descriptors of stdin, stdout and stderr; null for an empty one. Default: 0, 1, 2. */
  readonly stdio?: readonly (number | null)[];
  /** Called for each path that a preopen does not have, with the preopen's path before it, unless that is `/`. */
  readonly missed?: Missed;
  /** Descriptors from 3 on, before the preopens. Default: none. */
  readonly before?: readonly Descriptor[];
}

function serverOf(store: Mountable): Attachable {
  return isAttachable(store) ? store : serverForBackend(store);
}

function adaptersOf({ separate, stdio = [0, 1, 2] }: BackendsOptions): Adapters {
  const output = (fd: number | null) =>
    fd === null ? new FunctionOutput(() => undefined) : HostDescriptor.open(fd, false);
  const [stdin = null] = stdio;
  return {
    rows: WASI_OPTIONS,
    mounts: () =>
      separate === true ? new SeparateMounts<Mountable>(serverOf) : new NamespaceMounts<Mountable>(serverOf),
    descriptor: () => null,
    input: () => (stdin === null ? new FunctionInput(() => null) : HostDescriptor.open(stdin, true)),
    output: (_, fd) => output(stdio[fd] ?? null),
  };
}

/** Runs one WASI program. The methods are those of WASIBase. */
export class WASIOnBackends extends WASIBase {
  private readonly missed: Missed | undefined;

  /** @throws TypeError if an argument holds a NUL; Error if a mount point is not a directory. */
  constructor(options: BackendsOptions) {
    const { args, env, trace, mounts, raw } = options;
    super({ args, env, ...(trace && { trace }) }, adaptersOf(options));
    this.missed = options.missed;
    if (raw !== undefined) Object.assign(this.guest, raw);
    for (const descriptor of options.before ?? []) this.guest.fds.add(descriptor);
    try {
      const paths = mounts.map(({ guest }) => guest);
      for (const { guest, backend, within, hidden } of mounts) {
        if (within === true) this.mounts.add(guest, backend, paths, hidden);
        else this.preopen(guest, backend, paths);
      }
      this.mounts.join();
      for (const mount of this.mounts.all()) trace?.listen(mount);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** @internal */
  protected override openRoot(path: string, source: unknown, all: readonly string[]): DirectoryDescriptor {
    const { missed } = this;
    if (missed === undefined) return super.openRoot(path, source, all);
    const { client, at } = this.mounts.add(path, source, all);
    const fid = client.clone(client.root);
    if (fid < 0) throw new Error(`The 9P server refused ${path} (errno ${-fid}).`);
    const before = path === '/' ? '' : `${path}/`;
    return new WatchedDirectory(at, fid, (name, creates) => missed(before + name, creates));
  }
}
