// `wasi9p run`: runs a program on the mounts, and reports traps and programs that cannot be started.
import { readFileSync } from 'node:fs';
import { WASI } from '../../shim/index.ts';
import type { Driver } from '../../toolchain/driver.ts';
import { compileIn } from './cc.ts';
import { CHANGE_OPTIONS, overlaysOf, settleChanges } from './changes.ts';
import { Memory } from '../mounts/memory.ts';
import { refuseUnsettled } from './commit.ts';
import { MOUNT_OPTIONS, closeStore, limitsOf, mountsOf, withRoot, type GuestMount } from '../mounts/mounts.ts';
import { UsageError, helpLines, parseOptions, type Option, type Parsed } from '../lib/options.ts';
import { print, tell } from '../lib/output.ts';
import { reasonOf } from '../lib/reason.ts';
import { joined, own, sentence, text, type Text } from '../lib/text.ts';
import { TraceFile } from './trace-file.ts';

/** Exit status of a program that trapped: 128 + SIGABRT, as a shell reports abort(3). */
const TRAPPED = 134;

export const RUN_OPTIONS: readonly Option[] = [
  ...MOUNT_OPTIONS,
  ...CHANGE_OPTIONS,
  {
    name: 'env',
    many: true,
    value: 'NAME=VALUE',
    help: "Sets a variable of the program's environment. May be repeated.",
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
could not be written; 2 for wrong usage.
`);

function variable(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--env ${text}: invalid value, expected NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Reads and compiles the module. @throws Error with a sentence if the file is not a valid program. */
async function load(file: string): Promise<WebAssembly.Module> {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read (${reasonOf(error)}): give the .wasm file of a program.`, { cause: error });
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const reason = (error as Error).message.replace('WebAssembly.compile(): ', '');
    throw new Error(
      `${file} is not a WebAssembly module (${reason}): give a .wasm file, such as wasi9p cc compiles from C.`,
      { cause: error },
    );
  }
}

/** Runs `wasi9p run` and returns its exit status. @throws UsageError */
export async function run(argv: readonly string[]): Promise<number> {
  const { options, rest } = parseOptions(RUN_OPTIONS, argv);
  if (options.has('help')) {
    print(runHelp);
    return 0;
  }
  const [program, ...words] = rest;
  if (program === undefined) throw new UsageError('Missing program: wasi9p run PROGRAM.wasm.');
  // The first -- separates our arguments from the program's.
  const args = words[0] === '--' ? words.slice(1) : words;
  const memory = new Memory();
  const mounts = withRoot(mountsOf(options, memory), memory);
  try {
    return await runOn(mounts, options, program, args);
  } finally {
    for (const { backend } of mounts) closeStore(backend);
  }
}

/** Runs a program, or the compiler, on the mounts; returns the exit status of the command. */
async function runOn(
  mounts: readonly GuestMount[],
  options: Parsed['options'],
  program: string,
  args: string[],
): Promise<number> {
  const overlays = overlaysOf(options, mounts);
  refuseUnsettled(overlays);
  const env = Object.fromEntries((options.get('env') ?? []).map(variable));
  const preopens = Object.fromEntries(mounts.map(({ guest, backend }) => [guest, backend]));
  const driver = DRIVERS.get(program);
  const module = driver === undefined ? await load(program) : null;
  for (const limit of limitsOf(mounts)) tell(text`wasi9p: ${sentence(limit)}\n`);
  if (driver !== undefined) {
    if (options.has('trace')) throw new UsageError('--trace cannot be used with cc or c++: leave it out.');
    return await settleChanges(options, overlays, await compileIn(driver, args, preopens, env));
  }
  const file = options.get('trace')?.at(-1);
  const trace = file === undefined ? null : new TraceFile(file);
  let isWhole = true;
  let status: number;
  try {
    const wasi = new WASI({ args: [program, ...args], env, preopens, ...(trace && { trace: trace.tracer }) });
    status = start(wasi, module!, program);
  } finally {
    isWhole = trace?.close() !== false;
  }
  const settled = await settleChanges(options, overlays, status);
  return settled === 0 && !isWhole ? 1 : settled;
}

function start(wasi: WASI, module: WebAssembly.Module, program: string): number {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!names.has('_start')) {
    wasi.close();
    throw new Error(
      `${program} cannot be started: it exports no _start function. A reactor runs from JavaScript, with initialize().`,
    );
  }
  let instance;
  try {
    instance = new WebAssembly.Instance(module, wasi.getImportObject());
    return wasi.start(instance);
  } catch (error) {
    wasi.close();
    // The program exited in its wasm start function, before _start.
    if (wasi.exitCode !== null) return wasi.exitCode;
    if (instance === undefined && isOutOfMemory(error)) {
      throw new Error(
        `${program} cannot be started: its memory cannot be allocated; raise the limit of this process (ulimit -v).`,
        { cause: error },
      );
    }
    const trapped = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    const message = error instanceof Error ? error.message : String(error);
    if (!trapped) {
      const stop = message.endsWith('.') ? '' : '.';
      throw new Error(`${program} cannot be started: ${message}${stop}`, { cause: error });
    }
    tell(text`wasi9p: ${program} trapped: ${sentence(message)}\n${frames(error)}`);
    return TRAPPED;
  }
}

/** Maximum number of printed frames of a trap. Node keeps ten by default. */
export const FRAMES_MAX = 50;
/** Maximum length of a frame, in characters: a function's name may have megabytes. */
export const FRAME_MAX = 300;

/** True if the module's memory could not be allocated. (A stack overflow in the start function is a trap.) */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /memory/i.test(error.message);
}

/** The wasm frames of a trap. Their names come from the program and are untrusted. */
function frames(error: Error): Text {
  const { message, stack = '' } = error;
  // The stack begins with the message.
  const lines = stack.slice(stack.startsWith(`${error.name}: ${message}`) ? error.name.length + message.length + 2 : 0);
  const theirs = lines.split(/\n(?= {4}at )/).filter((line) => line.includes('wasm'));
  return joined(theirs.slice(0, FRAMES_MAX).map(frameText));
}

function frameText(line: string): Text {
  // The function's name precedes the location, which must be kept.
  const where = /\(?wasm:\/\/[^\s()]*\)?$/.exec(line)?.[0] ?? '';
  const head = line.slice(0, line.length - where.length);
  const short = head.length > FRAME_MAX ? `${head.slice(0, FRAME_MAX)}… ` : head;
  return text`${sentence(short.trimEnd())} ${sentence(where.slice(0, FRAME_MAX))}\n`;
}
