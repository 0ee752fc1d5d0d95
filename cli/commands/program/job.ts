// Runs a program, or the compiler, on its mounts, to the exit status of the command.
import { WASIOnBackends, type BackendsOptions } from '../../../shim/on-backends.ts';
import type { Driver } from '../../../toolchain/driver.ts';
import type { Backend } from '../../../vfs/backend/backend.ts';
import { EXIT_SIGINT, Interrupted, TimedOut, interruptible } from '../../lib/interrupt.ts';
import { isLossy, isRaw } from '../../lib/lossy.ts';
import { UsageError, type Parsed } from '../../lib/options.ts';
import { tell } from '../../lib/output.ts';
import { sentence, text } from '../../lib/text.ts';
import { isGranted, statedLimits, type GuestMount } from '../../mounts/mounts.ts';
import type { RunPlan } from '../../runners/run-plan.ts';
import { overlaysOf, settleChanges, tellDropped } from '../changes.ts';
import { TRACE_OPTIONS } from '../trace/options.ts';
import type { Tracing } from '../trace/tracing.ts';
import type { Prepare } from './load.ts';
import type { GuestSockets } from './sockets.ts';
import { start } from './start.ts';
import type { ThreadedRun } from './threads.ts';

/** A program that is to be run. */
export interface Job {
  readonly program: string;
  /** argv, with the name first. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly GuestMount[];
  /** True if each mount is a tree of its own: see `BackendsOptions.separate` of on-backends.ts. */
  readonly separate?: boolean;
  /** The options of `run`: those of traces, --diff, --commit. */
  readonly options: Parsed['options'];
  /** Null if nothing is asked for but a plain start. */
  readonly plan: RunPlan | null;
  /** True if a program without `_start` may be started. */
  readonly lenient?: boolean;
  /** Exit status of a program whose time is over. */
  readonly timedOut: number;
  /** True if a status above 255 is an error. Otherwise its lower 8 bits are the status, as after exit(3). */
  readonly refusesStatus?: boolean;
  /** Loads the module: see `load`. */
  load(prepare?: Prepare): Promise<WebAssembly.Module>;
}

/** The words that stand for the compiler in place of a program. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map([
  ['cc', 'clang'],
  ['c++', 'clang++'],
]);

/** A path that no preopen has, as the program wrote it. */
export interface Miss {
  readonly path: string;
  /** True if it was to be made. */
  readonly creates: boolean;
}

/** The number of such paths that are looked at in the end. */
const MISSED_MAX = 100;

/** Runs it; returns the exit status of the command. */
export async function runJob(job: Job): Promise<number> {
  const { options, mounts, plan } = job;
  const overlays = overlaysOf(options, mounts);
  if (overlays.length > 0) (await import('../commit.ts')).refuseUnsettled(overlays);
  const driver = plan === null ? DRIVERS.get(job.program) : undefined;
  if (plan !== null && job.separate === undefined && DRIVERS.has(job.program)) {
    throw new UsageError(`The options of wasmtime and for limits cannot be used with ${job.program}: leave them out.`);
  }
  const missed: Miss[] = [];
  const ms = plan?.timeout?.ms;
  const bounds = { sigint: overlays.length > 0, ...(ms !== undefined && { ms }) };
  const isBound = bounds.sigint || ms !== undefined;
  const planned = plan === null ? null : await (await import('./planned.ts')).prepare(plan, job, isBound);
  let bytes: Uint8Array = planned?.bytes ?? new Uint8Array(0);
  const keep: Prepare = (read) => (bytes = read);
  const module = driver === undefined ? (planned?.module ?? (await job.load(keep))) : null;
  for (const limit of statedLimits(mounts)) tell(text`wasi9p: ${sentence(limit)}\n`);
  const guarded = <Result>(act: () => Result): Result => (isBound ? interruptible(act, bounds) : act());
  let isWhole = true;
  let isEnded = false;
  let status: number;
  let sockets: GuestSockets | null = null;
  let wasi: WASIOnBackends | undefined;
  try {
    if (driver !== undefined) {
      const shown = TRACE_OPTIONS.find(({ name }) => options.has(name));
      if (shown !== undefined) throw new UsageError(`--${shown.name} cannot be used with cc or c++: leave it out.`);
      const { compileIn } = await import('../cc.ts');
      const preopens = Object.fromEntries(mounts.map(({ guest, backend }) => [guest, backend]));
      status = await compileIn(driver, job.argv.slice(1), preopens, job.env, undefined, guarded);
    } else {
      const tracing = await tracingOf(options);
      try {
        const threaded = await threadedOf(job, module!, bytes, tracing);
        sockets = await socketsOf(job, threaded !== null);
        wasi = new WASIOnBackends({
          ...wasiOptions(job, missed),
          ...(isLossless(job) ? {} : { raw: await rawOf(job) }),
          ...(planned?.options ?? (isBound && { stdio: await unblockedStreams() })),
          ...(tracing && { trace: tracing.tracer }),
          ...sockets?.options(tracing?.tracer),
          ...threaded?.options(planned?.options.stdio),
        });
        if (threaded !== null) {
          status = statusOf(job, await threaded.start(wasi, bounds));
        } else {
          const entry = planned?.entry(wasi);
          status = statusOf(
            job,
            guarded(() => start(wasi!, module!, job.program, entry)),
          );
        }
        isEnded = true;
      } catch (error) {
        // It ran until the interrupt: its descriptors are open.
        if (error instanceof Interrupted || error instanceof TimedOut) wasi?.close();
        throw error;
      } finally {
        await sockets?.end(isEnded);
        isWhole = tracing?.close() !== false;
      }
    }
  } catch (error) {
    if (error instanceof TimedOut) {
      tell(text`wasi9p: ${job.program} was ended: its time was over (${sentence(plan!.timeout!.written)}).\n`);
      if (overlays.length > 0) tellDropped(overlays, 'Its time was over');
      return job.timedOut;
    }
    if (!(error instanceof Interrupted)) throw error;
    tellDropped(overlays, 'Interrupted');
    return EXIT_SIGINT;
  }
  if (missed.length > 0) (await import('./missed.ts')).tellMissed(job, missed);
  await tellLeft(job);
  const settled = await settleChanges(options, overlays, status);
  return settled === 0 && !isWhole ? 1 : settled;
}

/** A run in workers, if the program asks for threads, or the plan for those that it may have. */
async function threadedOf(
  { program, plan }: Job,
  module: WebAssembly.Module,
  bytes: Uint8Array,
  tracing: Tracing | null,
): Promise<ThreadedRun | null> {
  if (!WebAssembly.Module.imports(module).some(({ module: from, kind }) => from === 'wasi' || kind === 'memory'))
    return null;
  const { ThreadedRun, wantsThreads } = await import('./threads.ts');
  return wantsThreads(module, plan) ? new ThreadedRun({ name: program, module, bytes, plan }, tracing?.tracer) : null;
}

/**
 * Says which files are lost with the default root, which begins with /tmp alone, if the program could have written them
 * elsewhere: one that was given nothing is known to have its files in memory.
 */
async function tellLeft(job: Job): Promise<void> {
  if (!job.mounts.some(isGranted)) return;
  const root = job.mounts.find(({ isDefault }) => isDefault)?.backend as Backend | undefined;
  if (root !== undefined && root.entries(root.root()) > 1) (await import('./left.ts')).tellLeft(job, root);
}

/** The listening sockets of the program; null if it is to have none. @throws UsageError for one with threads. */
async function socketsOf({ program, plan }: Job, hasThreads: boolean): Promise<GuestSockets | null> {
  if (plan === null || plan.listen.length === 0) return null;
  if (hasThreads) {
    const [address] = plan.listen;
    throw new UsageError(
      `-S tcplisten=${address}: ${program} has threads, which a call on a socket would hold up: leave it out.`,
    );
  }
  return (await import('./sockets.ts')).openSockets(plan);
}

/** The exit status that a process can have for that of a guest, which has 32 bits. */
function statusOf({ program, refusesStatus }: Job, status: number): number {
  if (status <= 0xff || refusesStatus !== true) return status & 0xff;
  tell(text`wasi9p: ${program} exited with status ${status}, which is outside of 0 to 255.\n`);
  return 1;
}

function wasiOptions({ argv, env, mounts, separate, plan }: Job, missed: Miss[]): BackendsOptions {
  const options: BackendsOptions = { args: argv, env, mounts, ...(separate !== undefined && { separate }) };
  // Under the grammar of another runtime only what it says is said.
  if (separate === true && plan?.verbose !== true) return options;
  return {
    ...options,
    missed(path, creates) {
      if (missed.length < MISSED_MAX) missed.push({ path, creates });
    },
  };
}

/** A read or write that waits in the kernel would not see a SIGINT that came just before it. */
async function unblockedStreams(): Promise<number[]> {
  const { unblocked } = await import('./unblocked.ts');
  return [0, 1, 2].map(unblocked);
}

/** True if argv and environ are what Node has of them. */
function isLossless({ argv, env }: Job): boolean {
  return !argv.some(isRaw) && !Object.entries(env).some((pair) => pair.some((text) => isRaw(text) || isLossy(text)));
}

async function rawOf({ argv, env }: Job): Promise<NonNullable<BackendsOptions['raw']>> {
  const { rawOf, recovered } = await import('../../lib/bytes.ts');
  return rawOf(argv, recovered(env));
}

async function tracingOf(options: Job['options']): Promise<Tracing | null> {
  if (!TRACE_OPTIONS.some(({ name }) => options.has(name))) return null;
  const { Tracing } = await import('../trace/tracing.ts');
  return new Tracing(options);
}
