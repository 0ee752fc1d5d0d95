// The class ThreadedWASI: a WASI program whose threads run in workers.
import { DISPOSE } from '../../vfs/lib/dispose.ts';
import { checkKind, checkOptions, invalid, type RowsOf } from '../../vfs/lib/options.ts';
import type { Memory, Module } from '../../vfs/lib/platform.ts';
import { WASI, WASI_OPTIONS, type WASIOptions } from '../wasi.ts';
import { TracedProcess } from './owner/traced-process.ts';
import { checkRuntime, programOf } from './threaded-program.ts';
import { MAX_THREADS, MAX_THREADS_MAX, ThreadGroup } from './owner/thread-group.ts';
import { WorkerMaker } from './worker.ts';
import type { AnyWorker } from './any-worker.ts';

/** The options of WASI, and more. */
export interface ThreadedWASIOptions extends Omit<WASIOptions, 'returnOnExit'> {
  /** The most threads that the program may have besides its main thread; beyond it thread-spawn fails. Default: 128. */
  maxThreads?: number;
  /**
   * Makes a worker that runs `threadScript`, for a page whose policy forbids workers from `blob:` URLs. Default: a worker
   * from the text of the script.
   */
  worker?: () => AnyWorker;
}

const { returnOnExit: _, ...ROWS } = WASI_OPTIONS;
/** The options of ThreadedWASI. */
export const THREADED_OPTIONS = {
  ...ROWS,
  maxThreads: 'number',
  worker: 'function',
} satisfies RowsOf<ThreadedWASIOptions>;

/**
 * Runs one WASI program with threads (wasi-threads), once: a command that imports its memory and `wasi.thread-spawn`.
 *
 * Each thread, the main thread too, runs in a worker. Together they are one process: one table of descriptors, one set of
 * preopens. The thread that makes this object owns the process and answers the calls, so it must return to its event loop,
 * as it does while it waits for the promise of `start`.
 */
export class ThreadedWASI {
  private readonly wasi: WASI;
  private readonly traced: TracedProcess;
  private readonly options: ThreadedWASIOptions;
  private group: ThreadGroup | null = null;
  private isUsed = false;
  private isClosed = false;

  /**
   * @throws TypeError if an option is invalid; Error if there is no SharedArrayBuffer here, or if a server refuses the attach.
   */
  constructor(options: ThreadedWASIOptions = {}) {
    const { maxThreads = MAX_THREADS, worker, ...rest } = checkOptions(options, THREADED_OPTIONS);
    if (!Number.isInteger(maxThreads) || maxThreads > MAX_THREADS_MAX) {
      throw invalid(`"options.maxThreads" must be an integer from 0 to ${MAX_THREADS_MAX}, not ${maxThreads}`);
    }
    checkRuntime();
    this.options = { maxThreads, ...(worker && { worker }) };
    this.traced = new TracedProcess(rest.trace);
    this.wasi = new WASI({ ...rest, trace: this.traced });
  }

  /**
   * Runs a program to its end. All its threads have ended then, and all its descriptors are closed, also after a trap.
   * @param program The bytes of the module, or the module itself, for which `memory` is needed.
   * @param memory A shared memory within the limits of the import. Default: one with the limits that the bytes tell.
   * @returns The exit status; 0 if `_start` returned.
   * @throws Error with a sentence if the program cannot be run with threads, or if this object was started or closed
   *   before; the trap or exception that leaves any thread; Error if a worker was ended from outside.
   */
  async start(program: Uint8Array | ArrayBuffer | Module, memory?: Memory): Promise<number> {
    if (this.isUsed) throw new Error('This ThreadedWASI was closed or started.');
    this.isUsed = true;
    const { wasi, options, traced } = this;
    const maker = new WorkerMaker();
    try {
      if (!isModule(program)) checkKind(program, 'Uint8Array|ArrayBuffer|Module', 'program');
      const bytes = isModule(program) ? null : new Uint8Array(program);
      const module = isModule(program) ? program : await WebAssembly.compile(bytes!);
      const functions = Object.keys(traced.calls);
      const ready = programOf(module, bytes, { name: 'The program', functions, memory });
      if (this.isClosed) throw closed();
      this.group = new ThreadGroup(traced, ready, {
        maxThreads: options.maxThreads!,
        makeWorker: options.worker ?? (() => maker.make()),
        forwardsAll: traced.isTraced,
      });
      return await this.group.run();
    } finally {
      maker.close();
      wasi.close();
    }
  }

  /** The status of proc_exit; null before it. */
  get exitCode(): number | null {
    return this.wasi.exitCode;
  }

  /** Ends the program, whose `start` throws an Error then, or gives up the object before its start. */
  close(): void {
    this.isClosed = true;
    this.group?.end(closed());
    if (!this.isUsed) this.wasi.close();
    this.isUsed = true;
  }

  [DISPOSE](): void {
    this.close();
  }
}

function closed(): Error {
  return new Error('The program was closed.');
}

function isModule(value: unknown): value is WebAssembly.Module {
  return value instanceof WebAssembly.Module;
}
