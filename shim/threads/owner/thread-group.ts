// The threads of one process, from the start of the main thread to the end of the last one.
import { WASI_ERRNO } from '../../../vfs/linux/errno.ts';
import type { Thrown, FromThread } from '../messages.ts';
import { RING } from '../messages.ts';
import { Owner, type OwnedProcess } from './owner.ts';
import { spawnsThreads, type ThreadedProgram } from '../threaded-program.ts';
import { slotsFor } from '../slots.ts';
import { ThreadWorker } from '../worker.ts';
import type { AnyWorker } from '../any-worker.ts';

/** Thread numbers are below it: three bits are reserved. */
const TID_END = 2 ** 29;
const MAIN = 0;
/** Milliseconds for which the end of the workers is waited for. */
const GRACE = 2000;

/** The most threads at a time, besides the main thread, unless an option says otherwise. */
export const MAX_THREADS = 128;
/** The largest value of that option: a slot of shared memory is made for each. */
export const MAX_THREADS_MAX = 65_535;

export interface GroupOptions {
  /** The most threads at a time, besides the main thread. */
  readonly maxThreads: number;
  /** Makes a worker. */
  makeWorker(): AnyWorker;
  /** True if a thread asks the owner for all calls. */
  readonly forwardsAll: boolean;
}

/** A thread that runs. */
interface Thread {
  readonly worker: ThreadWorker;
  readonly tid: number;
}

/** The outcome of the process: the exit status, or what was thrown. */
type GroupOutcome = { readonly code: number } | { readonly thrown: unknown };

/**
 * Runs a program in workers. The thread of the caller is the owner of the process, and must return to its event loop. The
 * process is over when the main thread returns, when any thread exits or traps, or by `end`.
 */
export class ThreadGroup {
  private readonly process: OwnedProcess;
  private readonly program: ThreadedProgram;
  private readonly options: GroupOptions;
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly owner: Owner;
  private readonly maySpawn: boolean;
  /** By the slot. */
  private readonly threads = new Map<number, Thread>();
  private readonly tids = new Set<number>();
  private lastTid = 0;
  private readonly idle: ThreadWorker[] = [];
  private readonly workers = new Set<ThreadWorker>();
  private isOver = false;
  private readonly outcome: Promise<GroupOutcome>;
  private settle!: (outcome: GroupOutcome) => void;

  constructor(process: OwnedProcess, program: ThreadedProgram, options: GroupOptions) {
    this.process = process;
    this.program = program;
    this.options = options;
    this.words = slotsFor(options.maxThreads + 1);
    this.maySpawn = spawnsThreads(program.module);
    this.outcome = new Promise((resolve) => (this.settle = resolve));
    process.guest.memory.attach(program.memory);
    this.owner = new Owner(this.words, process, {
      spawn: (arg) => this.spawn(arg),
      returned: (slot) => this.returned(slot),
      exited: () => this.finish({ code: process.guest.code! }),
      thrown: (thrown) => this.finish({ thrown }),
    });
  }

  /**
   * Runs the program to its end: no thread of it runs any more then.
   * @returns The exit status; 0 if `_start` returned.
   * @throws The trap or exception that has left a thread, or that a call has thrown; the argument of `end`.
   */
  async run(): Promise<number> {
    try {
      this.start(MAIN, 0, 0);
      this.owner.serve();
    } catch (thrown) {
      this.finish({ thrown });
    }
    const outcome = await this.outcome;
    await this.endWorkers();
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.code;
  }

  /** The workers that have not ended in time: their process cannot exit by itself. */
  stuck = 0;

  private async endWorkers(): Promise<void> {
    const left = new Set(this.workers);
    const ends = Array.from(left, (worker) => worker.end().then(() => left.delete(worker)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, GRACE)));
    await Promise.race([Promise.all(ends), late]);
    clearTimeout(timer);
    this.stuck = left.size;
  }

  /** Ends the program: `run` throws the argument. Without effect after its end. */
  end(thrown: unknown): void {
    this.finish({ thrown });
  }

  private finish(outcome: GroupOutcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.owner.end();
    this.settle(outcome);
  }

  /** Makes a thread; returns its number, or −EAGAIN as a WASI errno if there are too many. */
  private spawn(arg: number): number {
    const slot = this.freeSlot();
    if (slot < 0 || !this.maySpawn) return -WASI_ERRNO.EAGAIN;
    const tid = this.nextTid();
    try {
      this.start(slot, tid, arg);
    } catch {
      // The system has no room for another thread.
      this.tids.delete(tid);
      return -WASI_ERRNO.EAGAIN;
    }
    return tid;
  }

  private freeSlot(): number {
    for (let slot = 1; slot <= this.options.maxThreads; slot++) if (!this.threads.has(slot)) return slot;
    return -1;
  }

  private nextTid(): number {
    do this.lastTid = (this.lastTid % (TID_END - 1)) + 1;
    while (this.tids.has(this.lastTid));
    this.tids.add(this.lastTid);
    return this.lastTid;
  }

  private start(slot: number, tid: number, arg: number): void {
    const { program, words } = this;
    const { args, env } = this.process.guest;
    const worker = this.idle.pop() ?? this.newWorker();
    this.owner.open(slot);
    this.threads.set(slot, { worker, tid });
    const { names } = this.owner;
    const { forwardsAll } = this.options;
    worker.start({ ...program, words, slot, tid, arg, names, args, env, forwardsAll });
  }

  private newWorker(): ThreadWorker {
    const worker = new ThreadWorker(this.options.makeWorker(), {
      message: (message) => this.heard(message),
      died: (error) => this.finish({ thrown: error }),
    });
    this.workers.add(worker);
    return worker;
  }

  private heard(message: FromThread): void {
    if (message === RING) this.owner.serve();
    else this.finish({ thrown: errorOf(message) });
  }

  private returned(slot: number): void {
    if (slot === MAIN) {
      this.finish({ code: 0 });
      return;
    }
    const { worker, tid } = this.threads.get(slot)!;
    this.owner.close(slot);
    this.threads.delete(slot);
    this.tids.delete(tid);
    this.idle.push(worker);
  }
}

/** The error of another thread, with its class. */
function errorOf({ name, message, stack }: Thrown): Error {
  const { RuntimeError, LinkError, CompileError } = WebAssembly;
  const kinds: Record<string, new (message: string) => Error> = {
    ...{ RuntimeError, LinkError, CompileError },
    ...{ RangeError, TypeError },
  };
  const error = new (kinds[name] ?? Error)(message);
  return Object.assign(error, { stack });
}
