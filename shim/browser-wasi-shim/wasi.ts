// The WASI class with the interface of browser_wasi_shim, on the 46 functions of shim/preview1.
import { WASIProcExit, strace, type Fd } from '@bjorn3/browser_wasi_shim';
import type { Memory } from '../../vfs/lib/platform.ts';
import { checkKind, checkOptions, mustBe, type RowsOf } from '../../vfs/lib/options.ts';
import { ForeignDescriptor, descriptorOf, isForeignFd } from '../foreign/descriptor.ts';
import { IDLE } from '../preview1/gate/gate.ts';
import { Guest } from '../preview1/process/guest.ts';
import { importsOf, type Calls, type Imports } from '../preview1/imports.ts';
import type { Tracer } from '../preview1/tracer.ts';
import { wrapWhole, type WholeCall } from '../trace/whole-calls.ts';
import { MountedDirectory } from './directory.ts';

declare global {
  /** For the declarations of browser_wasi_shim where the compiler has none; they add nothing to those of DOM. */
  namespace WebAssembly {
    interface Memory {}
  }
}

/** The options of browser_wasi_shim, and `trace`. */
export interface Options {
  /** True: each call and its result are printed with console.log. Default: false (0.4.2: true). */
  debug?: boolean;
  /** A listener to the calls, and to the messages of MountedDirectories, such as `strace` of `wasi9p/trace`. */
  trace?: Tracer;
}

/** The kinds of the options, for `checkOptions`. */
export const SHIM_OPTIONS = { debug: 'boolean', trace: 'Tracer.wrap' } satisfies RowsOf<Options>;

/** The part of a WebAssembly.Instance that is used. */
interface ProgramInstance {
  exports: { memory: Memory };
}

/**
 * The WASI class of browser_wasi_shim on our functions, a drop-in replacement. `args`, `env` and `fds` are read by the
 * constructor, `fds` again when another instance is started after the first has ended. Descriptors that the program
 * opens do not appear in `fds`.
 */
export class WASI {
  readonly args: string[];
  readonly env: string[];
  readonly fds: Fd[];
  /** The 46 functions: `{ wasi_snapshot_preview1: wasi.wasiImport }`. */
  wasiImport: Imports & { [key: string]: (...args: never[]) => unknown };
  private readonly guest: Guest;
  private instance: ProgramInstance | null = null;
  /** The host's Fds in the descriptor table; null between two programs. */
  private lent: ForeignDescriptor[] | null = null;

  /**
   * @param args argv, with the program name first.
   * @param env Each `NAME=value`.
   * @param fds The Fd of each descriptor number; a missing one is not open.
   * @throws TypeError if an argument or option is invalid, a text contains a NUL, or an element of `fds` is not an Fd.
   */
  constructor(args: string[], env: string[], fds: Fd[], options: Options = {}) {
    checkKind(args, 'Array', 'args');
    checkKind(env, 'Array', 'env');
    checkKind(fds, 'Array', 'fds');
    for (const text of args) checkKind(text, 'string', 'args');
    for (const text of env) checkKind(text, 'string', 'env');
    const checked = checkOptions(options, SHIM_OPTIONS);
    this.args = args;
    this.env = env;
    this.fds = fds;
    this.guest = new Guest(args, env);
    const { debug = false, trace } = checked;
    const wrap = (calls: Calls): Calls => {
      const traced = trace?.wrap(calls, this.guest) ?? calls;
      return debug
        ? wrapWhole(traced, (name, call) => (strace({ [name]: call }, []) as Record<string, WholeCall>)[name]!)
        : traced;
    };
    this.lend();
    try {
      this.wasiImport = importsOf(
        this.guest,
        debug || trace !== undefined ? { wrap } : undefined,
      ) as typeof this.wasiImport;
      for (const fd of fds) if (fd instanceof MountedDirectory) trace?.listen(fd.mount);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** The status of proc_exit; null before it. */
  get exitCode(): number | null {
    return this.guest.code;
  }

  /** The instance whose memory the functions use. It can be set without a start. @throws Error if none is set. */
  get inst(): ProgramInstance {
    if (this.instance === null) throw new Error('No instance has been started.');
    return this.instance;
  }

  set inst(instance: ProgramInstance) {
    const { memory } = instance.exports;
    if (memory === undefined) throw new Error('The module exports no memory.');
    this.guest.memory.attach(memory);
    this.instance = instance;
  }

  /**
   * Runs a command: calls its `_start`. Afterwards, also after a trap, the descriptors that the program opened are
   * closed; the Fds in `fds` stay open unless the program closed them. (0.4.2 closes nothing.)
   * @returns The exit status; 0 if `_start` returned.
   * @throws Error if the module exports no memory; the trap or exception that leaves `_start`.
   */
  start(instance: { exports: { memory: Memory; _start: () => unknown } }): number {
    this.begin(instance);
    try {
      instance.exports._start();
    } catch (thrown) {
      if (this.guest.code === null) throw thrown;
    } finally {
      this.close();
    }
    return this.guest.code ?? 0;
  }

  /**
   * Prepares a reactor: calls its `_initialize`, if exported. Its descriptors stay open until `close()`.
   * @throws Error if the module exports no memory; WASIProcExit if the program exits; the trap or exception that leaves
   *   `_initialize`.
   */
  initialize(instance: { exports: { memory: Memory; _initialize?: () => unknown } }): void {
    this.begin(instance);
    try {
      instance.exports._initialize?.();
    } catch (thrown) {
      throw this.guest.code === null ? thrown : new WASIProcExit(this.guest.code);
    }
  }

  private begin(instance: ProgramInstance): void {
    this.inst = instance;
    this.guest.code = null;
    this.guest.memory.state.value = IDLE;
    if (this.lent === null) this.lend();
  }

  /** Adds the host's Fds to the descriptor table. */
  private lend(): void {
    const lent: ForeignDescriptor[] = (this.lent = []);
    try {
      for (const [number, fd] of this.fds.entries()) {
        if (fd === undefined || fd === null) continue;
        if (!isForeignFd(fd)) throw mustBe('an Fd', `fds[${number}]`, fd);
        const descriptor = descriptorOf(fd);
        if (descriptor instanceof ForeignDescriptor) lent.push(descriptor);
        this.guest.fds.put(number, descriptor);
      }
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** Closes the descriptors that the program opened; `fds` stay open. start() calls it; a reactor's host must. */
  close(): void {
    for (const descriptor of this.lent ?? []) descriptor.giveBack();
    this.lent = null;
    this.guest.fds.closeAll();
  }
}
