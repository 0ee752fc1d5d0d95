import { WASIProcExit, strace, type Fd } from '@bjorn3/browser_wasi_shim';
import { check, checkOptions, mustBe, type RowsOf } from '../../vfs/options.ts';
import { ForeignDescriptor, descriptorOf } from '../foreign.ts';
import { Guest, ProcessExit } from '../guest.ts';
import { importsOf, type Imports } from '../imports.ts';
import { isForeignFd } from '../stdio.ts';
import type { Tracer } from '../base.ts';
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

/** Turns the end of the program into the exception of browser_wasi_shim. */
function ending<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return call(...args);
    } catch (thrown) {
      throw thrown instanceof ProcessExit ? new WASIProcExit(thrown.code) : thrown;
    }
  };
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
    this.lend();
    const { debug = false, trace } = checked;
    const functions = importsOf(this.guest);
    const imports = trace === undefined ? functions : trace.wrap(functions, this.guest);
    if (trace !== undefined) for (const fd of fds) if (fd instanceof MountedDirectory) trace.listen(fd.mount);
    const exits = { ...imports, proc_exit: ending(imports.proc_exit), proc_raise: ending(imports.proc_raise) };
    this.wasiImport = debug ? strace(exits, []) : exits;
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
      return 0;
    } catch (thrown) {
      if (thrown instanceof WASIProcExit) return thrown.code;
      throw thrown;
    } finally {
      this.close();
    }
  }

  /** Prepares a reactor: calls its `_initialize`, if it has one. What it opens stays open until `close()`. */
  initialize(instance: { exports: { memory: WebAssembly.Memory; _initialize?: () => unknown } }): void {
    this.begin(instance);
    instance.exports._initialize?.();
  }

  private begin(instance: Instance): void {
    this.inst = instance;
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
