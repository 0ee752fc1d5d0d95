// The WASI class of node:wasi on our file system. Sources: lib/wasi.js of Node 20 to 26, and doc/api/wasi.md.
import type { Imports } from '../../shim/index.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import { DISPOSE } from '../../vfs/lib/dispose.ts';
import type { Instance, Memory } from '../../vfs/lib/platform.ts';
import type * as NodeFs from 'node:fs';
import { WASI_ERRNO } from '../../vfs/linux/errno.ts';
import {
  alreadyStarted,
  checkArray,
  checkDescriptor,
  checkType,
  checkUndefined,
  noMemory,
  notOpened,
  unsupportedVersion,
} from './errors.ts';
import { NodeGuest } from './guest.ts';
import { storeOf, tracerOf } from './settings.ts';

/** The options of node:wasi. */
export interface NodeWASIOptions {
  /** Required. `unstable` is snapshot 0, with its own structs. */
  version: 'unstable' | 'preview1';
  /** argv, with the program name first; each is converted to a string. Default: empty. */
  args?: readonly unknown[];
  /** Environment variables; an undefined value omits the variable. Default: empty. */
  env?: Readonly<Record<string, unknown>>;
  /** Preopened directories: guest path → path of the host. Together they are one tree. Default: none. */
  preopens?: Readonly<Record<string, unknown>>;
  /** Default: true. False: the process ends when the guest calls proc_exit. */
  returnOnExit?: boolean;
  /** A descriptor of the host. Default: 0. */
  stdin?: number;
  /** Default: 1. */
  stdout?: number;
  /** Default: 2. */
  stderr?: number;
}

/** The names of the modules from which a guest imports the functions. */
const MODULES: Readonly<Record<string, string>> = { unstable: 'wasi_unstable', preview1: 'wasi_snapshot_preview1' };

/** Closes the directories of a guest of which no function is left. */
const ends = new FinalizationRegistry<() => void>((close) => close());

/**
 * The class WASI of node:wasi: its options, methods and errors, on host directories that no guest can leave. The
 * environment variables WASI9P_TRACE and WASI9P_OVERLAY add traces and overlays.
 */
export class WASI {
  /** The functions, for a custom import object. */
  readonly wasiImport: Imports;
  readonly #module: string;
  readonly #guest: NodeGuest;
  readonly #close: () => void;
  #started = false;

  /**
   * @throws TypeError (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE) or RangeError (ERR_OUT_OF_RANGE) if an option is
   *   invalid; Error if a descriptor is not open (UVWASI_EBADF) or a preopen is not a directory (UVWASI_ENOENT,
   *   UVWASI_ENOTDIR, …).
   */
  constructor(options: NodeWASIOptions = {} as NodeWASIOptions) {
    checkType(options, 'options', 'object');
    const { version } = options;
    checkType(version, 'options.version', 'string');
    if (!Object.hasOwn(MODULES, version)) throw unsupportedVersion(version);
    this.#module = MODULES[version]!;
    const args = argumentsOf(options);
    const env = environmentOf(options);
    const preopens = preopensOf(options);
    const { stdin = 0, stdout = 1, stderr = 2, returnOnExit = true } = options;
    checkDescriptor(stdin, 'options.stdin');
    checkDescriptor(stdout, 'options.stdout');
    checkDescriptor(stderr, 'options.stderr');
    for (const fd of [stdin, stdout, stderr]) checkOpen(fd);
    const trace = tracerOf();
    const nature = { unstable: version === 'unstable', returnOnExit: returnOnExit !== false, trace };
    const stores = new Stores();
    try {
      const opened = opening(() => preopens.map(([guest, host]) => [guest, stores.open(host)] as const));
      checkType(returnOnExit, 'options.returnOnExit', 'boolean');
      this.#guest = new NodeGuest({ args, env, preopens: Object.fromEntries(opened), stdin, stdout, stderr }, nature);
    } catch (error) {
      stores.close();
      throw error;
    }
    const { closer } = this.#guest;
    this.#close = () => {
      closer();
      stores.close();
    };
    ends.register(this.#guest.lifetime, this.#close, this);
    this.wasiImport = this.#guest.functions;
  }

  /**
   * Binds the functions to a memory without a start: for an instance with an imported memory, such as a thread.
   * @throws Error (ERR_WASI_ALREADY_STARTED) if the functions are bound; TypeError (ERR_INVALID_ARG_TYPE) if there is no
   *   instance or no memory.
   */
  finalizeBindings(
    instance: Instance,
    { memory = instance?.exports?.memory as Memory }: { memory?: Memory } = {},
  ): void {
    if (this.#started) throw alreadyStarted();
    checkType(instance, 'instance', 'object');
    checkType(instance.exports, 'instance.exports', 'object');
    if (!isMemory(memory)) throw noMemory();
    this.#guest.bind(memory);
    this.#started = true;
  }

  /**
   * Runs a command: calls its `_start`. Its descriptors stay open, so that its other functions can be called later.
   * @returns The exit status; 0 if `_start` returned.
   * @throws The errors of `finalizeBindings`; TypeError (ERR_INVALID_ARG_TYPE) if the instance exports no `_start`, or an
   *   `_initialize`; the trap or exception that leaves `_start`.
   */
  start(instance: Instance): number {
    this.finalizeBindings(instance);
    const { _start, _initialize } = instance.exports;
    checkType(_start, 'instance.exports._start', 'function');
    checkUndefined(_initialize, 'instance.exports._initialize');
    return this.#guest.runToExit(_start as () => void);
  }

  /**
   * Prepares a reactor: calls its `_initialize`, if exported.
   * @throws The errors of `finalizeBindings`; TypeError (ERR_INVALID_ARG_TYPE) if the instance exports a `_start`; the
   *   trap or exception that leaves `_initialize`.
   */
  initialize(instance: Instance): void {
    this.finalizeBindings(instance);
    const { _start, _initialize } = instance.exports;
    checkUndefined(_start, 'instance.exports._start');
    if (_initialize === undefined) return;
    checkType(_initialize, 'instance.exports._initialize', 'function');
    (_initialize as () => void)();
  }

  /** Closes everything now, rather than when the garbage collector finds that no function of the guest is left. */
  [DISPOSE](): void {
    ends.unregister(this);
    this.#guest.close();
    this.#close();
  }

  /** The import object: `{ wasi_snapshot_preview1: wasiImport }`, or `{ wasi_unstable: wasiImport }`. */
  getImportObject(): Record<string, Imports> {
    return { [this.#module]: this.wasiImport };
  }
}

/** The stores of the preopens of one guest. */
class Stores {
  private readonly owned: Backend[] = [];

  open(path: string): Backend {
    const { store, owned } = storeOf(path);
    if (owned) this.owned.push(store);
    return store;
  }

  close(): void {
    for (const store of this.owned) store.close!();
  }
}

function argumentsOf({ args }: NodeWASIOptions): string[] {
  if (args === undefined) return [];
  checkArray(args, 'options.args');
  return args.map(String);
}

function environmentOf({ env }: NodeWASIOptions): Record<string, string> {
  if (env === undefined) return {};
  checkType(env, 'options.env', 'object');
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, `${value as string}`]));
}

function preopensOf({ preopens }: NodeWASIOptions): [guest: string, host: string][] {
  if (preopens === undefined) return [];
  checkType(preopens, 'options.preopens', 'object');
  return Object.entries(preopens).map(([guest, host]) => [guest, String(host)]);
}

/** @throws Error (UVWASI_EBADF) if a descriptor of the host is not open. */
function checkOpen(fd: number): void {
  opening(() => (process.getBuiltinModule('node:fs') as typeof NodeFs).fstatSync(fd));
}

/** Calls a function that opens files of the host, and gives an error of node:fs the form of node:wasi. */
function opening<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined || code === undefined || !Object.hasOwn(WASI_ERRNO, code)) throw error;
    throw notOpened(code as keyof typeof WASI_ERRNO, error);
  }
}

/** True for a memory, also one of another realm. */
function isMemory(value: unknown): value is Memory {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Memory]';
}
