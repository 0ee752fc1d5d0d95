// Applies a plan to the run of a program: its module, its streams, its entry point.
import { parentPort } from 'node:worker_threads';
import type { BackendsOptions } from '../../../shim/on-backends.ts';
import type { WASIBase } from '../../../shim/wasi-base.ts';
import { tell } from '../../lib/output.ts';
import { sentence, text } from '../../lib/text.ts';
import { thread } from '../../lib/thread.ts';
import type { RunPlan } from '../../runners/run-plan.ts';
import { entryOf } from './entry.ts';
import type { Job } from './job.ts';
import { withMemoryLimit } from './sections.ts';
import type { EntryPoint } from './start.ts';
import { STARTED } from './thread.ts';
import { unblocked } from './unblocked.ts';
import { tellWays } from './ways.ts';

/** A program whose start is planned. */
export interface Planned {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  readonly options: Partial<BackendsOptions>;
  entry(wasi: WASIBase): EntryPoint | undefined;
}

/**
 * Loads the program and applies the plan. @throws Error if it cannot be started.
 * @param isInterruptible True if it may have to be ended while it waits for a stream.
 */
export async function prepare(plan: RunPlan, job: Job, isInterruptible: boolean): Promise<Planned> {
  const { program, argv, lenient, load } = job;
  if (plan.verbose && job.separate === undefined) tellWays(job.mounts);
  if (plan.verbose && plan.unused.length > 0) {
    tell(text`wasi9p: without effect here: ${sentence(plan.unused.join(', '))}.\n`);
  }
  let original: Uint8Array = new Uint8Array(0);
  const module = await load((bytes) => {
    original = bytes;
    return limited(program, bytes, plan.maxMemory);
  });
  if (thread.isGuest && plan.timeout !== null) {
    // The time begins now.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    parentPort?.postMessage(STARTED);
  }
  return {
    module,
    bytes: original,
    options: { stdio: stdioOf(plan, isInterruptible) },
    entry: (wasi) =>
      entryOf(wasi, { name: program, bytes: original, module, args: argv.slice(1) }, plan, lenient === true),
  };
}

function limited(program: string, bytes: Uint8Array<ArrayBuffer>, max: number | null): Uint8Array<ArrayBuffer> {
  // The engine says what is wrong with other bytes.
  if (max === null || !WebAssembly.validate(bytes)) return bytes;
  const result = withMemoryLimit(bytes, max);
  if (result === null) {
    throw new Error(`${program} cannot be started: its memory is larger than ${max} bytes from the start.`);
  }
  return result;
}

/** The host's descriptors of the streams; null for an empty one. */
function stdioOf({ closed }: RunPlan, isInterruptible: boolean): (number | null)[] {
  return [0, 1, 2].map((fd) => (closed.has(fd) ? null : isInterruptible ? unblocked(fd) : fd));
}
