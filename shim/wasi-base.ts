// The WASI class without its inputs: descriptors, start, initialize, close. An entry point (core.ts, wasi.ts) adds
// adapters.
import { DISPOSE } from '../vfs/lib/dispose.ts';
import { check, checkOptions, invalid, type RowsOf } from '../vfs/lib/options.ts';
import type { Descriptor } from './preview1/descriptors/descriptor.ts';
import { DirectoryDescriptor } from './preview1/descriptors/directory.ts';
import { Guest } from './preview1/process/guest.ts';
import { hostProcess } from './host/host.ts';
import { importsOf, type Imports } from './preview1/imports.ts';
import type { Tracer } from './preview1/tracer.ts';
import type { Mounts } from './mounts.ts';

/**
 * What the options may hold besides what the core knows: `wasi9p/core` takes servers, backends and functions, `wasi9p`
 * memfs volumes, paths and descriptors of the host and Fds of browser_wasi_shim, too.
 */
export interface Adapters<Preopen, Input, Output> {
  /** The options. */
  rows: RowsOf<BaseOptions<never, never, never>>;
  /** The trees of one guest. */
  mounts(): Mounts<Preopen>;
  /** The descriptor that a preopen is by itself, or null: it is to be mounted. */
  descriptor(preopen: Preopen): Descriptor | null;
  /** @throws TypeError for what cannot be stdin. */
  input(stdin: Input | undefined): Descriptor;
  /** @throws TypeError for what cannot be stdout (1) or stderr (2). */
  output(output: Output | undefined, fd: 1 | 2): Descriptor;
}

/** As the options of node:wasi, and more. */
export interface BaseOptions<Preopen, Input, Output> {
  /** The only one there is. */
  version?: 'preview1';
  /** argv, the program's name first. */
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** The guest's directories: its path for each → what it is. */
  preopens?: Readonly<Record<string, Preopen>>;
  /** Whether start() returns the exit status, rather than ending the host process with it. Default: true. */
  returnOnExit?: boolean;
  /** Default: the host's; in a browser nothing to read, and lines on the console. */
  stdin?: Input;
  stdout?: Output;
  stderr?: Output;
  /** Which of them is a terminal to the guest (isatty(3)). Default: those that are one of the host, and the console. */
  tty?: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  /** Default: none, which costs nothing. */
  trace?: Tracer;
}

/** Those of `wasi9p/core`; preopens are looked at by the adapters, arguments and variables where they are encoded. */
export const WASI_OPTIONS = {
  version: 'string',
  args: 'Array',
  env: 'Object',
  preopens: 'Object',
  returnOnExit: 'boolean',
  stdin: 'string|Uint8Array|function',
  stdout: 'function',
  stderr: 'function',
  tty: 'Object',
  trace: 'Tracer.wrap',
} satisfies RowsOf<BaseOptions<never, never, never>>;
export const TTY_OPTIONS = { stdin: 'boolean', stdout: 'boolean', stderr: 'boolean' };

const encoder = new TextEncoder();

/**
 * Runs one WASI program. Its interface is that of node:wasi: construct, instantiate with `getImportObject()`, then
 * `start()` a command or `initialize()` a reactor.
 */
export class WASIBase<Preopen, Input, Output> {
  /** The functions, for an import object of one's own: `{ wasi_snapshot_preview1: wasi.wasiImport }`. */
  readonly wasiImport: Imports;
  private readonly guest: Guest;
  private readonly adapters: Adapters<Preopen, Input, Output>;
  private readonly mounts: Mounts<Preopen>;
  private readonly returnOnExit: boolean;
  /** What the host gave to the guest: it is not closed when the guest ends, unless the guest did it. */
  private readonly lent: Descriptor[] = [];
  private started = false;

  /** @throws TypeError for options that cannot be. */
  constructor(options: BaseOptions<Preopen, Input, Output>, adapters: Adapters<Preopen, Input, Output>) {
    options = checkOptions(options, adapters.rows);
    const { version = 'preview1', args = [], env = {}, preopens = {}, returnOnExit = true } = options;
    if (version !== 'preview1') throw invalid('"options.version" must be preview1');
    this.returnOnExit = returnOnExit;
    this.adapters = adapters;
    this.mounts = adapters.mounts();
    this.guest = new Guest(args, environment(env));
    try {
      this.openStdio(options);
      const paths = Object.keys(preopens);
      for (const path of paths) this.preopen(path, preopens[path]!, paths);
      this.mounts.join();
      const { trace } = options;
      this.wasiImport = importsOf(this.guest, trace);
      for (const mount of this.mounts.all()) trace?.listen(mount);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  private openStdio(options: BaseOptions<Preopen, Input, Output>): void {
    const { stdin, stdout, stderr } = options;
    const tty = checkOptions(options.tty ?? {}, TTY_OPTIONS, 'options.tty');
    this.lend(this.adapters.input(stdin), tty.stdin);
    this.lend(this.adapters.output(stdout, 1), tty.stdout);
    this.lend(this.adapters.output(stderr, 2), tty.stderr);
  }

  private lend(descriptor: Descriptor, terminal?: boolean): void {
    if (terminal !== undefined) descriptor.setTerminal(terminal);
    this.lent.push(descriptor);
    this.guest.fds.add(descriptor);
  }

  private preopen(path: string, value: Preopen, all: readonly string[]): void {
    const descriptor = this.adapters.descriptor(value) ?? this.openRoot(path, value, all);
    descriptor.preopen = encoder.encode(path);
    this.lend(descriptor);
  }

  private openRoot(path: string, source: Preopen, all: readonly string[]): DirectoryDescriptor {
    const mount = this.mounts.add(path, source, all);
    const fid = mount.client.clone(mount.client.root);
    if (fid < 0) throw new Error(`The 9P server refused ${path} (errno ${-fid}).`);
    return new DirectoryDescriptor(mount.at, fid);
  }

  /** `{ wasi_snapshot_preview1: wasiImport }` */
  getImportObject(): { wasi_snapshot_preview1: Imports } {
    return { wasi_snapshot_preview1: this.wasiImport };
  }

  /**
   * Runs a command: calls its `_start`. When it has ended, in whatever way, all its descriptors are closed.
   * @returns Its exit status; 0 when it returned.
   * @throws TypeError when it exports no `_start`, as a reactor, or no `memory`; Error when it was started before; what it
   *   traps with.
   */
  start(instance: WebAssembly.Instance): number {
    const { _start: start } = exportsOf(instance, 'function', 'undefined');
    this.begin(instance);
    const code = this.run(start as () => void);
    if (code === null) return 0;
    if (!this.returnOnExit) hostProcess()?.exit?.(code);
    return code;
  }

  /** The status that the program exits with; null when it returns. */
  private run(start: () => void): number | null {
    try {
      start();
    } catch (thrown) {
      if (this.guest.code === null) throw thrown;
    } finally {
      this.close();
    }
    return this.guest.code;
  }

  /**
   * Prepares a reactor: calls its `_initialize`, if it has one. Its descriptors stay open until `close()`.
   * @throws TypeError when it exports a `_start`, as a command, or no `memory`; Error when it was started before.
   */
  initialize(instance: WebAssembly.Instance): void {
    const { _initialize: initialize } = exportsOf(instance, 'undefined', 'function|undefined');
    this.begin(instance);
    (initialize as (() => void) | undefined)?.();
  }

  /** The status with which the program has exited; null while it has not. Each later call of a function traps. */
  get exitCode(): number | null {
    return this.guest.code;
  }

  private begin(instance: WebAssembly.Instance): void {
    if (this.started) throw new Error('This WASI was closed or started.');
    this.finalizeBindings(instance);
    this.started = true;
  }

  /**
   * Gives the functions the memory to work on, without starting anything: for an instance whose memory is imported, as
   * threads have it.
   */
  finalizeBindings(instance: WebAssembly.Instance, options: { memory?: WebAssembly.Memory } = {}): void {
    const memory = options.memory ?? instance?.exports?.memory;
    check(memory, 'Memory.grow', 'instance.exports.memory');
    this.guest.memory.attach(memory as WebAssembly.Memory);
  }

  /** Closes all descriptors, and ends the sessions with their servers. start() does so by itself. */
  close(): void {
    this.started = true;
    try {
      for (const descriptor of this.lent) descriptor.giveBack();
      this.guest.fds.closeAll();
    } finally {
      this.mounts.close();
    }
  }

  [DISPOSE](): void {
    this.close();
  }
}

/** @throws TypeError for what is no instance, as a module, and for one that exports something else than these kinds. */
function exportsOf(instance: WebAssembly.Instance, start: string, initialize: string): WebAssembly.Exports {
  const exports = instance?.exports;
  check(exports, 'Object', 'instance.exports');
  check(exports._start, start, 'instance.exports._start');
  check(exports._initialize, initialize, 'instance.exports._initialize');
  return exports;
}

function environment(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      check(value, 'string', `options.env.${name}`);
      return `${name}=${value}`;
    });
}
