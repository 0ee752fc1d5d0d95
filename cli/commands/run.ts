// `wasi9p run`: runs a program on the mounts, and reports traps and programs that cannot be started.
import { CHANGE_OPTIONS } from './changes.ts';
import { MountMemory } from '../mounts/mount-memory.ts';
import {
  DESCRIPTORS,
  MAPDIR_OPTION,
  MOUNT_OPTIONS,
  closeStore,
  hostOptions,
  loadStores,
  mountsOf,
  withRoot,
} from '../mounts/mounts.ts';
import { EXIT_SIGINT } from '../lib/interrupt.ts';
import { UsageError, helpLines, parseOptions, type Option, type Parsed } from '../lib/options.ts';
import { print, tell } from '../lib/output.ts';
import { own, text, type Text } from '../lib/text.ts';
import { thread } from '../lib/thread.ts';
import { ENV, HOST, LIMIT_OPTIONS, SHARED_OPTIONS } from '../runners/options.ts';
import type { RunPlan } from '../runners/run-plan.ts';
import { variableOf } from '../runners/variable.ts';
import { runJob } from './program/job.ts';
import { load, type Prepare } from './program/load.ts';
import { TRAPPED } from './program/start.ts';
import { TRACE_OPTIONS } from './trace/options.ts';

/** The options that need a plan: see cli/runners/apply.ts. */
const PLANNED: readonly Option[] = [...LIMIT_OPTIONS, ...SHARED_OPTIONS];

/** The options that mount something. --mapdir follows --dir, which the order of the preopens shows. */
const GRANTING = MOUNT_OPTIONS.flatMap((option) => (option.name === 'dir' ? [option, MAPDIR_OPTION] : [option]));

/** Exit status of a program whose time is over, as of timeout(1). */
const TIMED_OUT = 124;

export const RUN_OPTIONS: readonly Option[] = [
  ...MOUNT_OPTIONS,
  HOST,
  DESCRIPTORS,
  ...CHANGE_OPTIONS,
  ENV,
  ...TRACE_OPTIONS,
  ...PLANNED,
  { name: 'help', help: 'Prints this help.' },
];

/** The help, which only a few runs need. */
export const runHelp = (): Text =>
  own(`Usage: wasi9p run [OPTIONS] PROGRAM.wasm|cc|c++ [--] [ARGUMENTS]

Runs a WASI preview1 program, or the compiler (see wasi9p help cc). Its root directory is in memory, with an empty /tmp,
unless an option mounts another. Of this machine it sees only the granted directories. On Linux it cannot leave them; on
other systems another process that swaps a directory for a symlink at the right moment can redirect it, and a warning at
the start says so.

${helpLines(RUN_OPTIONS)}

The exit status is the program's, of which a system keeps the lower 8 bits; ${TRAPPED} if it trapped; 1 if it could not be started, or if a trace or the changes
could not be written; 2 for wrong usage; ${TIMED_OUT} if --timeout ended it; ${EXIT_SIGINT} after SIGINT (Ctrl-C), which drops the changes in each --overlay.

A program may begin with a line such as #!/usr/bin/env wasi9p, and is a command of its own then.
`);

/**
 * Loads the program. @throws UsageError if it is probably the value of the option before it, which takes one only after
 * an `=`: `--trace FILE PROGRAM`.
 */
async function loadOperand(
  program: string,
  before: string | undefined,
  more: boolean,
  prepare?: Prepare,
): Promise<WebAssembly.Module> {
  try {
    return await load(program, prepare);
  } catch (error) {
    const option = RUN_OPTIONS.find(({ name, optional }) => optional === true && before === `--${name}`);
    if (option === undefined || !more) throw error;
    const flag = `--${option.name}`;
    throw new UsageError(
      `${program} was taken for the program, for a value of ${flag} is joined by =: write ${flag}=${program} PROGRAM.wasm.`,
      { cause: error },
    );
  }
}

/** Returns a hint if the last option has taken the program for its value. */
function missingProgram(argv: readonly string[]): UsageError {
  const [flag = '', value = ''] = argv.slice(-2);
  const option = RUN_OPTIONS.find(({ name, letter }) => flag === `--${name}` || flag === `-${letter}`);
  const isTaken = option?.value !== undefined && option.optional !== true && value.endsWith('.wasm');
  const why = isTaken ? `, because ${value} is the value of ${flag}` : '';
  return new UsageError(`Missing program${why}: wasi9p run ${isTaken ? `${flag} ${option.value} ` : ''}PROGRAM.wasm.`);
}

/** Runs `wasi9p run` and returns its exit status. @throws UsageError */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseOptions(RUN_OPTIONS, argv);
  const { options, rest } = parsed;
  if (options.has('help')) {
    print(runHelp());
    return 0;
  }
  const [program, ...words] = rest;
  if (program === undefined) throw missingProgram(argv);
  if (program === '') throw new UsageError(`The program '' is empty: wasi9p run PROGRAM.wasm.`);
  // The first -- separates our arguments from the program's.
  const args = words[0] === '--' ? words.slice(1) : words;
  const plan = await planOf(parsed);
  if (plan?.needsThread === true && !thread.isGuest) {
    return (await import('./program/thread.ts')).runInThread(plan, ['run', ...argv], TIMED_OUT);
  }
  await loadStores(options, GRANTING);
  const memory = new MountMemory();
  const granted = mountsOf(options, memory, GRANTING);
  const host = options.has('host')
    ? await (await import('../mounts/host-root.ts')).hostRoot(granted, memory, hostOptions(options))
    : null;
  const mounts = host?.mounts ?? withRoot(granted, memory);
  try {
    const status = await runJob({
      program,
      argv: [plan?.argv0 ?? program, ...args],
      env: { ...host?.env, ...(plan === null ? environment(options) : (await loadApply()).environmentOf(plan)) },
      mounts,
      options,
      plan,
      timedOut: TIMED_OUT,
      load: (prepare) => loadOperand(program, argv.at(-rest.length - 1), args.length > 0, prepare),
    });
    if (status !== 0) tellLateOption(program, words[0]);
    return status;
  } finally {
    for (const backend of new Set(mounts.map((mount) => mount.backend))) closeStore(backend);
  }
}

/** Gives a hint after a program that failed, if its first argument is an option of this command. */
function tellLateOption(program: string, word = ''): void {
  const [flag = ''] = word.split('=');
  // Many programs have --help.
  if (!RUN_OPTIONS.some(({ name }) => flag === `--${name}` && name !== 'help')) return;
  tell(text`wasi9p: ${flag} was passed to ${program}: options of wasi9p come before the program.\n`);
}

function environment(options: Parsed['options']): Record<string, string> {
  const variables = (options.get('env') ?? []).map(variableOf);
  return Object.fromEntries(variables.filter((variable) => variable !== undefined));
}

const loadApply = () => import('../runners/apply.ts');

/** Returns what the options besides those of the file system ask for; null if there are none. */
async function planOf(parsed: Parsed): Promise<RunPlan | null> {
  if (!PLANNED.some(({ name }) => parsed.options.has(name))) return null;
  const plan = (await loadApply()).planOf(parsed);
  if (plan.cwd === null) return plan;
  throw new UsageError(`-S cwd=${plan.cwd}: run begins at its root: use --host, or wasi9p wasmtime.`);
}
