// `wasi9p run`: runs a program on the mounts, and reports traps and programs that cannot be started.
import { WASIOnBackends } from '../../shim/on-backends.ts';
import type { Driver } from '../../toolchain/driver.ts';
import { CHANGE_OPTIONS, overlaysOf, settleChanges, tellDropped } from './changes.ts';
import { Memory } from '../mounts/memory.ts';
import {
  MOUNT_OPTIONS,
  closeStore,
  limitsOf,
  loadStores,
  mountsOf,
  withRoot,
  type GuestMount,
} from '../mounts/mounts.ts';
import { EXIT_SIGINT, Interrupted, interruptible } from '../lib/interrupt.ts';
import { UsageError, helpLines, parseOptions, type Option, type Parsed } from '../lib/options.ts';
import { print, tell } from '../lib/output.ts';
import { load } from './program/load.ts';
import { TRAPPED, start } from './program/start.ts';
import { own, sentence, text } from '../lib/text.ts';
import type { TraceFile } from './trace-file.ts';

export const RUN_OPTIONS: readonly Option[] = [
  ...MOUNT_OPTIONS,
  ...CHANGE_OPTIONS,
  {
    name: 'env',
    many: true,
    value: 'NAME[=VALUE]',
    help: "Sets a variable of the program's environment; without a value, to that of this process, if it is\nset. May be repeated.",
  },
  {
    name: 'trace',
    value: 'FILE',
    optional: true,
    help: 'Prints each call with its 9P messages to stderr, or to FILE.',
  },
  { name: 'help', help: 'Prints this help.' },
];

/** The words that stand for the compiler in place of a program. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map([
  ['cc', 'clang'],
  ['c++', 'clang++'],
]);

export const runHelp = own(`Usage: wasi9p run [OPTIONS] PROGRAM.wasm|cc|c++ [--] [ARGUMENTS]

Runs a WASI preview1 program, or the compiler (see wasi9p help cc). Its root directory is in memory, with an empty /tmp,
unless an option mounts another. Of this machine it sees only the granted directories. On Linux it cannot leave them; on
other systems another process that swaps a directory for a symlink at the right moment can redirect it, and a warning at
the start says so.

${helpLines(RUN_OPTIONS)}

The exit status is the program's; ${TRAPPED} if it trapped; 1 if it could not be started, or if the trace or the changes
could not be written; 2 for wrong usage; ${EXIT_SIGINT} after SIGINT (Ctrl-C), which drops the changes in each --overlay.

A program may begin with a line such as #!/usr/bin/env wasi9p, and is a command of its own then.
`);

/** Returns a variable of the program; none if it is to be inherited and is not set. */
function variable(word: string): [string, string][] {
  const at = word.indexOf('=');
  if (at === 0) throw new UsageError(`--env ${word}: the name is missing: write --env NAME=VALUE.`);
  const [name, value] = at < 0 ? [word, process.env[word]] : [word.slice(0, at), word.slice(at + 1)];
  return value === undefined ? [] : [[name, value]];
}

/**
 * Loads the program. @throws UsageError if it is probably the value of the option before it, which takes one only after
 * an `=`: `--trace FILE PROGRAM`.
 */
async function loadOperand(program: string, before: string | undefined, more: boolean): Promise<WebAssembly.Module> {
  try {
    return await load(program);
  } catch (error) {
    const option = RUN_OPTIONS.find(({ name, optional }) => optional === true && before === `--${name}`);
    if (option === undefined || !more) throw error;
    const flag = `--${option.name}`;
    throw new UsageError(
      `${program} was taken for the program, because a value of ${flag} is joined by =: write ${flag}=${program}.`,
      { cause: error },
    );
  }
}

/** Returns a hint if the last option has taken the program for its value. */
function missingProgram(argv: readonly string[]): UsageError {
  const [flag = '', value = ''] = argv.slice(-2);
  const option = RUN_OPTIONS.find(({ name }) => flag === `--${name}`);
  const isTaken = option?.value !== undefined && option.optional !== true && value.endsWith('.wasm');
  const why = isTaken ? `, because ${value} is the value of ${flag}` : '';
  return new UsageError(`Missing program${why}: wasi9p run ${isTaken ? `${flag} ${option.value} ` : ''}PROGRAM.wasm.`);
}

/** Runs `wasi9p run` and returns its exit status. @throws UsageError */
export async function run(argv: readonly string[]): Promise<number> {
  const { options, rest } = parseOptions(RUN_OPTIONS, argv);
  if (options.has('help')) {
    print(runHelp);
    return 0;
  }
  const [program, ...words] = rest;
  if (program === undefined) throw missingProgram(argv);
  if (program === '') throw new UsageError(`The program '' is empty: wasi9p run PROGRAM.wasm.`);
  // The first -- separates our arguments from the program's.
  const args = words[0] === '--' ? words.slice(1) : words;
  await loadStores(options);
  const memory = new Memory();
  const mounts = withRoot(mountsOf(options, memory), memory);
  try {
    return await runOn(mounts, options, { program, args, before: argv.at(-rest.length - 1) });
  } finally {
    for (const { backend } of mounts) closeStore(backend);
  }
}

/** The operands of the command line. */
interface Operands {
  readonly program: string;
  readonly args: readonly string[];
  /** The word before the program; undefined if there is none. */
  readonly before: string | undefined;
}

/** Runs a program, or the compiler, on the mounts; returns the exit status of the command. */
async function runOn(
  mounts: readonly GuestMount[],
  options: Parsed['options'],
  { program, args, before }: Operands,
): Promise<number> {
  const overlays = overlaysOf(options, mounts);
  if (overlays.length > 0) (await import('./commit.ts')).refuseUnsettled(overlays);
  const env = Object.fromEntries((options.get('env') ?? []).flatMap(variable));
  const preopens = Object.fromEntries(mounts.map(({ guest, backend }) => [guest, backend]));
  const driver = DRIVERS.get(program);
  const module = driver === undefined ? await loadOperand(program, before, args.length > 0) : null;
  for (const limit of limitsOf(mounts)) tell(text`wasi9p: ${sentence(limit)}\n`);
  const guarded = overlays.length > 0 ? interruptible : <Result>(act: () => Result): Result => act();
  let isWhole = true;
  let status: number;
  try {
    if (driver !== undefined) {
      if (options.has('trace')) throw new UsageError('--trace cannot be used with cc or c++: leave it out.');
      const { compileIn } = await import('./cc.ts');
      status = await compileIn(driver, args, preopens, env, undefined, guarded);
    } else {
      const file = options.get('trace')?.at(-1);
      const trace = file === undefined ? null : await traceTo(file);
      try {
        const wasi = new WASIOnBackends({
          args: [program, ...args],
          env,
          preopens,
          ...(trace && { trace: trace.tracer }),
        });
        status = guarded(() => start(wasi, module!, program));
      } finally {
        isWhole = trace?.close() !== false;
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    tellDropped(overlays);
    return EXIT_SIGINT;
  }
  const settled = await settleChanges(options, overlays, status);
  return settled === 0 && !isWhole ? 1 : settled;
}

async function traceTo(file: string): Promise<TraceFile> {
  const { TraceFile } = await import('./trace-file.ts');
  return new TraceFile(file);
}
