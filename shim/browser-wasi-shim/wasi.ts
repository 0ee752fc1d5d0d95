// The WASI class with the interface of browser_wasi_shim, on the 46 functions of shim/preview1.
import { WASIProcExit, strace, type Fd } from '@bjorn3/browser_wasi_shim';
import { check, checkOptions, mustBe, type RowsOf } from '../../vfs/lib/options.ts';
import { ForeignDescriptor, descriptorOf } from '../foreign/descriptor.ts';
import { OUTSIDE } from '../preview1/gate/gate.ts';
import { Guest } from '../preview1/process/guest.ts';
import { importsOf, type Calls, type Imports } from '../preview1/imports.ts';
import { isForeignFd } from '../stdio.ts';
import type { Tracer } from '../preview1/tracer.ts';
import { wrapWhole, type WholeCall } from '../trace/whole-calls.ts';
import { MountedDirectory } from './directory.ts';

/** As in browser_wasi_shim, and `trace`. */
export interface Options {
  /** Whether each call and its result go to console.log. Default: false (0.4.2: true). */
  debug?: boolean;
  /** Sees the calls, and the messages of MountedDirectories; `strace` of `wasi9p/trace` makes one. */
  trace?: Tracer;
}

export const SHIM_OPTIONS = { debug: 'boolean', trace: 'Tracer.wrap' } satisfies RowsOf<Options>;

/** What of an instance is used. */
interface Instance {
  exports: { memory: WebAssembly.Memory };
}

/**
 * The WASI class of browser_wasi_shim on our functions: its programs change one import. `args`, `env` and `fds` are
 * read when it is constructed, `fds` once more when another instance is started after the first has ended. What the
 * program opens does not show in `fds`.
 */
export class WASI {
  readonly args: string[];
  readonly env: string[];
  readonly fds: Fd[];
  /** The 46 functions: `{ wasi_snapshot_preview1: wasi.wasiImport }`. */
  wasiImport: Imports & { [key: string]: (...args: never[]) => unknown };
  private readonly guest: Guest;
  private instance: Instance | null = null;
  /** The Fds of the host that the program has now; null when they are not in its table. */
  private lent: ForeignDescriptor[] | null = null;

  /**
   * @param args argv, the program's name first.
   * @param env Each `NAME=value`.
   * @param fds The Fd at each number; a number left out is closed.
   * @throws TypeError for text with a NUL, or for what is no Fd.
   */
  constructor(args: string[], env: string[], fds: Fd[], options: Options = {}) {
    check(args, 'Array', 'args');
    check(env, 'Array', 'env');
    check(fds, 'Array', 'fds');
    for (const text of args) check(text, 'string', 'args');
    for (const text of env) check(text, 'string', 'env');
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

  /** The status with which the program has exited; null while it has not. */
  get exitCode(): number | null {
    return this.guest.code;
  }

  /** The instance whose memory the functions work on. It can be set without starting it. */
  get inst(): Instance {
    if (this.instance === null) throw new Error('No instance has been started.');
    return this.instance;
  }

  set inst(instance: Instance) {
    const { memory } = instance.exports;
    if (memory === undefined) throw new Error('The module exports no memory.');
    this.guest.memory.attach(memory);
    this.instance = instance;
  }

  /**
   * Runs a command: calls its `_start`. However it ends, what it has opened is closed, and nothing else: `fds` are
   * the host's, to look at or to give to the next program; those that it closed itself are closed. (0.4.2 closes
   * nothing.)
   * @returns Its exit status; 0 when it returned.
   * @throws What it traps with.
   */
  start(instance: { exports: { memory: WebAssembly.Memory; _start: () => unknown } }): number {
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

  /** Prepares a reactor: calls its `_initialize`, if it has one. What it opens stays open until `close()`. */
  initialize(instance: { exports: { memory: WebAssembly.Memory; _initialize?: () => unknown } }): void {
    this.begin(instance);
    try {
      instance.exports._initialize?.();
    } catch (thrown) {
      throw this.guest.code === null ? thrown : new WASIProcExit(this.guest.code);
    }
  }

  private begin(instance: Instance): void {
    this.inst = instance;
    this.guest.code = null;
    this.guest.memory.state.value = OUTSIDE;
    if (this.lent === null) this.lend();
  }

  /** Puts the host's Fds into the program's table. */
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

  /** Closes what the program has opened. start() does so by itself. */
  close(): void {
    for (const descriptor of this.lent ?? []) descriptor.giveBack();
    this.lent = null;
    this.guest.fds.closeAll();
  }
}
