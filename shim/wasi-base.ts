// The WASI class without its inputs: descriptors, start, initialize, close. An entry point (core.ts, wasi.ts) adds
// adapters.
import { DISPOSE } from '../vfs/lib/dispose.ts';
import { checkKind, checkOptions, invalid, type Rows, type RowsOf } from '../vfs/lib/options.ts';
import { bytesOf } from '../vfs/lib/utf8.ts';
import type { Instance, Memory } from '../vfs/lib/platform.ts';
import type { Descriptor } from './preview1/descriptors/descriptor.ts';
import { DirectoryDescriptor } from './preview1/descriptors/directory.ts';
import { Guest } from './preview1/process/guest.ts';
import { hostProcess } from './host/host.ts';
import { importsOf, type Imports } from './preview1/imports.ts';
import type { Tracer } from './preview1/tracer.ts';
import type { Mounts } from './mounts.ts';

/**
 * Adapts the options of an entry point to the core. `wasi9p/core` accepts servers, backends and functions; `wasi9p`
 * also accepts memfs volumes, host paths, host descriptors and Fds of browser_wasi_shim.
 */
export interface Adapters {
  /** The kinds of the options, for `checkOptions`. */
  rows: Rows;
  /** Makes the attachments of one guest. */
  mounts(options: object): Mounts<unknown>;
  /** Returns the descriptor of a preopen that is an Fd; null for one that needs an attachment. */
  descriptor(preopen: unknown): Descriptor | null;
  /** @throws TypeError if `stdin` is invalid. */
  input(stdin: unknown): Descriptor;
  /** @throws TypeError if stdout (1) or stderr (2) is invalid. */
  output(output: unknown, fd: 1 | 2): Descriptor;
}

/** The options that every entry point has. */
export interface BaseOptions {
  /** The only supported version. */
  version?: 'preview1';
  /** argv, with the program name first. Default: empty. */
  args?: readonly string[];
  /** Environment variables; an undefined value omits the variable. Default: empty. */
  env?: Readonly<Record<string, string | undefined>>;
  /** True: start() returns the exit status. False: start() ends the host process after proc_exit. Default: true. */
  returnOnExit?: boolean;
  /** Terminals to the guest (isatty(3)). Default: true for a stream that is a terminal of the host, or the console. */
  tty?: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  /** A listener to calls and messages, such as `strace` of `wasi9p/trace`. Default: none. */
  trace?: Tracer;
}

/** The options of any entry point, whose adapters know the types of these. */
interface AnyOptions extends BaseOptions {
  preopens?: Readonly<Record<string, unknown>>;
  stdin?: unknown;
  stdout?: unknown;
  stderr?: unknown;
}

/** The options of `wasi9p/core`. The adapters check each preopen; `environment` and Guest check args and env. */
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
} satisfies RowsOf<AnyOptions>;
/** The keys of `options.tty`. */
export const TTY_OPTIONS = { stdin: 'boolean', stdout: 'boolean', stderr: 'boolean' };

/**
 * Runs one WASI program, once. The interface is that of node:wasi: construct, instantiate the module with
 * `getImportObject()`, then `start()` a command or `initialize()` a reactor.
 */
export class WASIBase {
  /** The 46 functions, for a custom import object: `{ wasi_snapshot_preview1: wasi.wasiImport }`. */
  readonly wasiImport: Imports;
  /** @internal */
  protected readonly guest: Guest;
  private readonly adapters: Adapters;
  /** @internal */
  protected readonly mounts: Mounts<unknown>;
  private readonly returnOnExit: boolean;
  /** Streams and preopens that the host owns: closed by the guest's fd_close, not at the end of the guest. */
  private readonly lent: Descriptor[] = [];
  private started = false;

  /**
   * @internal
   * @throws TypeError if an option is invalid; Error if a server refuses the attach. Nothing stays open then.
   */
  constructor(options: AnyOptions, adapters: Adapters) {
    options = checkOptions(options, adapters.rows);
    const { version = 'preview1', args = [], env = {}, preopens = {}, returnOnExit = true, trace } = options;
    if (version !== 'preview1') throw invalid('"options.version" must be preview1');
    this.returnOnExit = returnOnExit;
    this.adapters = adapters;
    this.mounts = adapters.mounts(options);
    this.guest = new Guest(args, environment(env));
    try {
      this.openStdio(options);
      const paths = Object.keys(preopens);
      for (const path of paths) this.preopen(path, preopens[path], paths);
      this.mounts.join();
      this.wasiImport = importsOf(this.guest, trace);
      for (const mount of this.mounts.all()) trace?.listen(mount);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  private openStdio(options: AnyOptions): void {
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

  /** @internal */
  protected preopen(path: string, value: unknown, all: readonly string[]): void {
    const descriptor = this.adapters.descriptor(value) ?? this.openRoot(path, value, all);
    descriptor.preopen = bytesOf(path);
    this.lend(descriptor);
  }

  /** @internal */
  protected openRoot(path: string, source: unknown, all: readonly string[]): DirectoryDescriptor {
    const mount = this.mounts.add(path, source, all);
    const fid = mount.client.clone(mount.client.root);
    if (fid < 0) throw new Error(`The 9P server refused ${path} (errno ${-fid}).`);
    return new DirectoryDescriptor(mount.at, fid);
  }

  /** Returns the import object: `{ wasi_snapshot_preview1: wasiImport }`. */
  getImportObject(): { wasi_snapshot_preview1: Imports } {
    return { wasi_snapshot_preview1: this.wasiImport };
  }

  /**
   * Runs a command: calls its `_start`. All its descriptors are closed afterwards, also after a trap.
   * @returns The exit status; 0 if `_start` returned.
   * @throws TypeError if the instance exports no `_start`, or an `_initialize` (a reactor); Error if this object was
   *   started or closed before; TypeError if there is no `memory`; the trap or exception that leaves `_start`.
   */
  start(instance: Instance): number {
    const { _start: start } = exportsOf(instance, 'function', 'undefined');
    this.begin(instance);
    const code = this.run(start as () => void);
    if (code === null) return 0;
    if (!this.returnOnExit) hostProcess()?.exit?.(code);
    return code;
  }

  /** Returns the status of proc_exit; null if `_start` returned. */
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
   * Prepares a reactor: calls its `_initialize`, if exported. The descriptors stay open until `close()`.
   * @throws TypeError if the instance exports a `_start` (a command); Error if this object was started or closed
   *   before; TypeError if there is no `memory`; the trap or exception that leaves `_initialize`.
   */
  initialize(instance: Instance): void {
    const { _initialize: initialize } = exportsOf(instance, 'undefined', 'function|undefined');
    this.begin(instance);
    (initialize as (() => void) | undefined)?.();
  }

  /** The status of proc_exit; null before it. After proc_exit every WASI call traps. */
  get exitCode(): number | null {
    return this.guest.code;
  }

  private begin(instance: Instance): void {
    if (this.started) throw new Error('This WASI was closed or started.');
    this.finalizeBindings(instance);
    this.started = true;
  }

  /**
   * Binds the functions to a memory without a start: for an instance with an imported memory, such as a thread.
   * @throws TypeError if there is no memory.
   */
  finalizeBindings(instance: Instance, options: { memory?: Memory } = {}): void {
    const { memory = instance?.exports?.memory } = checkOptions(options, { memory: '' });
    checkKind(memory, 'Memory.grow', 'instance.exports.memory');
    this.guest.memory.attach(memory as Memory);
  }

  /** Closes all descriptors of the guest and its 9P sessions. start() calls it; a reactor's host must. */
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

/**
 * Returns the exports of an instance.
 * @param start The kind that `_start` must have; `initialize` is that of `_initialize`.
 * @throws TypeError if the argument is not an instance (but a module, say), or if an export has another kind.
 */
function exportsOf(instance: Instance, start: string, initialize: string): WebAssembly.Exports {
  const exports = instance?.exports;
  checkKind(exports, 'Object', 'instance.exports');
  checkKind(exports._start, start, 'instance.exports._start');
  checkKind(exports._initialize, initialize, 'instance.exports._initialize');
  return exports;
}

function environment(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return [];
    checkKind(value, 'string', `options.env.${name}`);
    return `${name}=${value}`;
  });
}
