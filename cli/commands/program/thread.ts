// Runs the command line once more in a thread of its own, for a guest that needs a deeper stack, or that may be stuck.
import { Worker } from 'node:worker_threads';
import { bugOf } from '../../lib/bug.ts';
import { endNow } from '../../lib/end-now.ts';
import { tell } from '../../lib/output.ts';
import { holdFor } from '../../lib/signals.ts';
import { sentence, text } from '../../lib/text.ts';
import { GUEST_THREAD, thread } from '../../lib/thread.ts';
import { STACK_MAX, type RunPlan } from '../../runners/run-plan.ts';

/** The message of the thread when the time begins. */
export const STARTED = 'started';

const MIB = 2 ** 20;
/** The stack where none is asked for, in MiB: about that of the main thread on Linux (ulimit -s). */
export const DEFAULT_STACK = 8;
/** Frames of V8 are larger than those of wasmtime's compiler. */
const FRAME_FACTOR = 2;
/** Milliseconds after the time-out until the process is killed: a guest in a call of the system is not ended before. */
const GRACE_MS = 2000;

/** The stack of a thread in MiB for a guest that needs so many bytes; null if it needs no particular one. */
export function stackOf(bytes: number | null): number | null {
  if (bytes === null) return null;
  return Math.max(Math.ceil((Math.min(bytes, STACK_MAX) * FRAME_FACTOR) / MIB), DEFAULT_STACK);
}

/**
 * Runs the words in a new thread; resolves to the exit status.
 * @param argv The words of this process's command line.
 * @param timedOut The exit status of a program whose time is over.
 */
export function runInThread(plan: RunPlan, argv: readonly string[], timedOut: number): Promise<number> {
  const worker = new Worker(new URL(thread.entry), {
    argv: [GUEST_THREAD, ...argv],
    resourceLimits: { stackSizeMb: stackOf(plan.stack) ?? DEFAULT_STACK },
  });
  holdFor(worker);
  let timer: NodeJS.Timeout | undefined;
  const { timeout } = plan;
  if (timeout !== null) {
    // The thread itself ends the guest, closes what it had open, and says so.
    worker.on('message', (message: unknown) => {
      if (message !== STARTED) return;
      timer = setTimeout(() => kill(timeout.written, timedOut), timeout.ms + GRACE_MS);
      timer.unref();
    });
  }
  return new Promise((resolve) => {
    worker.once('error', (error) => {
      tell(text`wasi9p: ${sentence(bugOf(error) ?? error.message)}\n`);
      resolve(1);
    });
    worker.once('exit', (status) => {
      clearTimeout(timer);
      resolve(status);
    });
  });
}

function kill(written: string, status: number): void {
  tell(text`wasi9p: The program waits for the system and was killed: its time was over (${sentence(written)}).\n`);
  endNow(status);
}
