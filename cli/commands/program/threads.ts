// Runs a program with threads: each thread in a worker, and this thread answers their calls.
import type { Tracer } from '../../../shim/index.ts';
import type { BackendsOptions } from '../../../shim/on-backends.ts';
import type { WASIBase } from '../../../shim/wasi-base.ts';
import { MAX_THREADS, MAX_THREADS_MAX, ThreadGroup } from '../../../shim/threads/owner/thread-group.ts';
import { importsMemory, programOf, spawnsThreads } from '../../../shim/threads/threaded-program.ts';
import { TracedProcess } from '../../../shim/threads/owner/traced-process.ts';
import { WorkerMaker } from '../../../shim/threads/worker.ts';
import { Interrupted, TimedOut, type Bounds } from '../../lib/interrupt.ts';
import { UsageError } from '../../lib/options.ts';
import { tell } from '../../lib/output.ts';
import { text } from '../../lib/text.ts';
import { thread } from '../../lib/thread.ts';
import type { RunPlan } from '../../runners/run-plan.ts';
import { tellTrap } from './start.ts';
import { DEFAULT_STACK, stackOf } from './thread.ts';
import { unblocked } from './unblocked.ts';

/** A program that is to be run with threads. */
export interface Threaded {
  readonly name: string;
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  readonly plan: RunPlan | null;
}

/** True if the program imports `wasi.thread-spawn`, or if -S threads asks for threads and its memory can be shared. */
export function wantsThreads(module: WebAssembly.Module, plan: RunPlan | null): boolean {
  if (plan?.threads === false) return false;
  return spawnsThreads(module) || (plan?.threads === true && importsMemory(module));
}

/** A run of a program with threads. */
export class ThreadedRun {
  private readonly trace: TracedProcess;
  private readonly program: Threaded;

  /** @throws UsageError if an option cannot be used with threads. */
  constructor(program: Threaded, tracer: Tracer | undefined) {
    this.program = program;
    this.trace = new TracedProcess(tracer);
    const invoke = program.plan?.invoke ?? null;
    if (invoke === null) return;
    throw new UsageError(`--invoke ${invoke}: of ${program.name}, which has threads, only _start can be called.`);
  }

  /** The options of its WASI object. What waits for a stream must not hold up the calls of other threads. */
  options(stdio: readonly (number | null)[] = [0, 1, 2]): Pick<BackendsOptions, 'trace' | 'stdio'> {
    return { trace: this.trace, stdio: stdio.map((fd) => (fd === null ? null : unblocked(fd))) };
  }

  /**
   * Runs it to its end, and closes `wasi`, which was made with `options`. @returns the exit status
   * @throws Interrupted, TimedOut; Error with a sentence if it cannot be started.
   */
  async start(wasi: WASIBase, bounds: Bounds): Promise<number> {
    const { trace, program } = this;
    const { name, module, bytes, plan } = program;
    const maker = new WorkerMaker(stackOf(plan?.stack ?? null) ?? DEFAULT_STACK);
    try {
      const functions = Object.keys(trace.calls);
      const ready = programOf(module, bytes, { name, functions, maxMemory: plan?.maxMemory ?? undefined });
      const group = new ThreadGroup(trace, ready, {
        maxThreads: Math.min(plan?.maxThreads ?? MAX_THREADS, MAX_THREADS_MAX),
        makeWorker: () => maker.make(),
        forwardsAll: trace.isTraced,
      });
      return await bounded(group, bounds);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw startError(error, name);
      return tellTrap(name, error);
    } finally {
      maker.close();
      wasi.close();
    }
  }
}

/** Runs the threads until SIGINT or until their time is over, as `interruptible` does for a guest in this thread. */
async function bounded(group: ThreadGroup, { sigint, ms }: Bounds): Promise<number> {
  const interrupt = (): void => group.end(new Interrupted('Interrupted.'));
  // Only the main thread gets signals.
  const listens = sigint && !thread.isGuest;
  if (listens) process.on('SIGINT', interrupt);
  const timer = ms === undefined ? undefined : setTimeout(() => group.end(new TimedOut('The time is over.')), ms);
  try {
    return await group.run();
  } finally {
    clearTimeout(timer);
    if (listens) process.off('SIGINT', interrupt);
    if (group.stuck > 0) {
      tell(text`wasi9p: A thread of the program still runs: this process is killed.\n`);
      thread.isStuck = true;
    }
  }
}

function startError(error: unknown, name: string): unknown {
  if (!(error instanceof WebAssembly.LinkError)) return error;
  return new Error(`${name} cannot be started: ${error.message.replace(/^WebAssembly\.\w+\(\): /, '')}.`, {
    cause: error,
  });
}
