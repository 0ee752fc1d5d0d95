// The guest behind the WASI class of node:wasi: a WASI of ours whose functions throw before the start, and whose
// descriptors stay open after it.
import type { Imports, Tracer } from '../../shim/index.ts';
import { WASIBase, WASI_OPTIONS, type Adapters, type BaseOptions } from '../../shim/wasi-base.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import { serverForBackend } from '../../vfs/connect/backend-server.ts';
import { NamespaceMounts } from '../../vfs/namespace/mounts.ts';
import { HostDescriptor } from '../../shim/preview1/descriptors/host-stream.ts';
import { IDLE } from '../../shim/preview1/gate/gate.ts';
import type { Calls } from '../../shim/preview1/gate/parameters.gen.ts';
import { preview0Calls } from '../../shim/preview0/calls.ts';
import type { Memory } from '../../vfs/lib/platform.ts';
import { notStarted } from './errors.ts';

type AnyCall = (...args: number[]) => number | undefined;

/** The options: each descriptor is one of the host. */
interface NodeGuestOptions extends BaseOptions {
  preopens: Readonly<Record<string, Backend>>;
  stdin: number;
  stdout: number;
  stderr: number;
}

const ADAPTERS: Adapters = {
  // The options are checked as those of node:wasi.
  rows: { ...WASI_OPTIONS, stdin: '', stdout: '', stderr: '' },
  mounts: () => new NamespaceMounts<Backend>(serverForBackend),
  descriptor: () => null,
  input: (fd: number) => HostDescriptor.open(fd, true),
  output: (fd: number) => HostDescriptor.open(fd, false),
};

/** The properties of a guest besides its options. */
export interface Nature {
  /** True for the structs of wasi_unstable. */
  readonly unstable: boolean;
  /** False: the process ends when the guest exits. */
  readonly returnOnExit: boolean;
  readonly trace: Tracer | undefined;
}

/** The state that the functions of a guest share. */
interface Life {
  bound: boolean;
  /** Null until the guest is made. */
  guest: NodeGuest | null;
}

/** A guest of node:wasi. */
export class NodeGuest extends WASIBase {
  private readonly life: Life;

  /** @throws The errors of WASIBase. */
  constructor(options: NodeGuestOptions, nature: Nature) {
    const life: Life = { bound: false, guest: null };
    const { trace, unstable } = nature;
    const wrap: Tracer['wrap'] = (calls, guest) => {
      const traced = trace?.wrap(calls, guest) ?? calls;
      return lived(unstable ? preview0Calls(traced, guest) : traced, life, nature);
    };
    super({ ...options, trace: { wrap, listen: (mount) => trace?.listen(mount) } }, ADAPTERS);
    life.guest = this;
    this.life = life;
  }

  /** Binds the functions to a memory: from now on they can be called. */
  bind(memory: Memory): void {
    this.guest.memory.attach(memory);
    this.guest.memory.state.value = IDLE;
    this.life.bound = true;
  }

  /**
   * Runs `_start`.
   * @returns The exit status, as signed as the guest has passed it; 0 if `_start` returned.
   * @throws The trap or exception that leaves `_start`.
   */
  runToExit(start: () => void): number {
    try {
      start();
    } catch (thrown) {
      if (this.guest.code === null) throw thrown;
    }
    const code = this.guest.code ?? 0;
    // As with node:wasi, the functions that the instance exports may be called later.
    this.guest.code = null;
    this.guest.memory.state.value = IDLE;
    return code | 0;
  }

  /** A function that closes the trees of this guest and does not keep its functions alive. */
  get closer(): () => void {
    const { mounts } = this;
    return () => mounts.close();
  }

  /** An object that lives as long as any function of this guest. */
  get lifetime(): object {
    return this.life;
  }

  /** The functions. */
  get functions(): Imports {
    return this.wasiImport;
  }
}

/** Makes functions that throw before the start and, if the nature is such, end the process when the guest exits. */
function lived(calls: Calls, life: Life, { returnOnExit }: Nature): Calls {
  const wrapped = Object.entries(calls).map(([name, call]): [string, AnyCall] => [
    name,
    (...args) => {
      if (!life.bound) throw notStarted();
      return (call as AnyCall)(...args);
    },
  ]);
  const all = Object.fromEntries(wrapped);
  if (!returnOnExit) {
    for (const name of ['proc_exit', 'proc_raise']) {
      const call = all[name]!;
      all[name] = (...args) => {
        const result = call(...args);
        const code = life.guest!.exitCode;
        if (code !== null) process.exit(code | 0);
        return result;
      };
    }
  }
  return all as unknown as Calls;
}
