// The command line: dispatches to a command and turns errors into messages and an exit status.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bugOf } from './lib/bug.ts';
import { UsageError } from './lib/options.ts';
import { OutputError, endOf, print, tell } from './lib/output.ts';
import { reasonOf } from './lib/reason.ts';
import { run, runHelp } from './commands/run.ts';
import { didYouMean, nearest, nearestPath } from './lib/suggest.ts';
import { own, sentence, text, type Text } from './lib/text.ts';
import type { ToolName } from './commands/tools.ts';

/** A command: the dispatch, the help and the suggestions derive from its row. */
export interface Command {
  readonly name: string;
  /** The operands, as the help shows them after the name. */
  readonly operands?: string;
  readonly about: string;
  /** Its names in other programs, for suggestions only. */
  readonly also?: readonly string[];
  help(): Text | Promise<Text>;
  run(argv: readonly string[]): number | Promise<number>;
}

// Commands other than `run` load their modules when they are called.
const loadTools = () => import('./commands/tools.ts');
const loadCompiler = () => import('./commands/cc.ts');
const loadTests = () => import('./commands/tests/index.ts');
const loadCommit = () => import('./commands/commit.ts');
const loadShims = () => import('./commands/shims.ts');
const loadServe = () => import('./commands/serve/index.ts');
const loadRunner = () => import('./commands/runner.ts');

/** The row of a tool. */
function toolRow(name: ToolName, about: string, also: readonly string[]): Command {
  return {
    ...{ name, about, also },
    help: async () => (await loadTools()).helpOfTool(name),
    run: async (argv) => (await loadTools()).runToolNamed(name, argv),
  };
}

/** The runtimes whose command lines are known: cli/commands/runner.ts has their grammars. */
const RUNTIMES = ['wasmtime', 'wazero', 'wasmer', 'wasmkit', 'wasmedge', 'iwasm'];

/** The row of a runtime. */
function runtimeRow(name: string): Command {
  return {
    name,
    operands: '…',
    about: `Runs a program by the command line of ${name}.`,
    help: async () => (await loadRunner()).helpOfRunner(name),
    run: async (argv) => (await loadRunner()).runAs(name, argv, versionText),
  };
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    operands: 'PROGRAM.wasm',
    about:
      'Runs a WASI program. It sees a file system in memory and the directories granted to it.\nThe word run may be left out.',
    also: ['exec', 'start'],
    help: runHelp,
    run,
  },
  {
    name: 'cc',
    about: 'Compiles C for WASI, with a clang that itself runs on wasi9p.',
    also: ['clang', 'gcc', 'compile', 'build'],
    help: async () => (await loadCompiler()).ccHelp,
    run: async (argv) => (await loadCompiler()).cc([...argv]),
  },
  {
    name: 'c++',
    about: 'Compiles C++ for WASI.',
    also: ['clang++', 'g++', 'cxx'],
    help: async () => (await loadCompiler()).ccHelp,
    run: async (argv) => (await loadCompiler()).cxx([...argv]),
  },
  {
    name: 'test',
    operands: '[PATH…]',
    about: 'Runs WASI programs as tests, each on its own copy-on-write files.',
    also: ['check', 'spec'],
    help: async () => (await loadTests()).testHelp,
    run: async (argv) => (await loadTests()).runTestCommand(argv),
  },
  toolRow('ls', 'Lists directories, archives and mounts, without running a program.', ['list', 'dir']),
  toolRow('cat', 'Prints files of directories, archives and mounts.', ['type']),
  toolRow('tree', 'Draws directories, archives and mounts as trees.', []),
  toolRow('cp', 'Copies files between directories, archives and mounts.', ['copy']),
  {
    name: 'commit',
    about: 'Completes or undoes an interrupted commit of run --overlay.',
    help: async () => (await loadCommit()).commitHelp,
    run: async (argv) => (await loadCommit()).commit(argv),
  },
  {
    name: 'serve',
    about: 'Serves directories, archives and memory by 9P2000.L: to Linux, QEMU, v86 and others.',
    also: ['server', '9p', 'export', 'listen'],
    help: async () => (await loadServe()).serveHelp(),
    run: async (argv) => (await loadServe()).serve(argv),
  },
  ...RUNTIMES.map(runtimeRow),
  {
    name: 'shims',
    operands: 'DIR',
    about: 'Writes scripts that toolchains call in place of wasmtime, wazero and others.',
    help: async () => (await loadShims()).shimsHelp,
    run: async (argv) => (await loadShims()).shims(argv),
  },
  {
    name: 'help',
    operands: '[COMMAND]',
    about: 'Prints this help, or that of a command.',
    also: ['usage', 'man'],
    help: () => help(),
    run: async (argv) => {
      print(await helpOn(argv));
      return 0;
    },
  },
  {
    name: '--version',
    about: 'Prints the version.',
    also: ['version', '-version', '-Version'],
    help: () => help(),
    run: () => {
      print(versionText());
      return 0;
    },
  },
];

/** Other spellings, which the help leaves out. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['--help', 'help'],
  ['-h', 'help'],
  ['-v', '--version'],
  ['-V', '--version'],
]);

function help(): Text {
  const heads = COMMANDS.map(({ name, operands }) => (operands === undefined ? name : `${name} ${operands}`));
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  const lines = COMMANDS.map(({ about }, i) => {
    return `  ${heads[i]!.padEnd(width)}${about.replaceAll('\n', `\n  ${' '.repeat(width)}`)}`;
  });
  return own(`Usage: wasi9p COMMAND …
       wasi9p PROGRAM.wasm …

${lines.join('\n')}
`);
}

/**
 * Runs a command line, prints its errors, and returns the exit status.
 * @param called The path by which this program was called: a name that is or ends in that of a runtime stands for the
 *   command.
 */
export async function main(argv: readonly string[], called = ''): Promise<number> {
  const [, base = ''] = /([^/\\]*?)(?:\.[cm]?js)?$/.exec(called) ?? [];
  const runtime = RUNTIMES.find((name) => base.endsWith(name));
  const found = commandOf(runtime === undefined ? argv : [runtime, ...argv]);
  try {
    if (found === undefined) throw unknownCommand(argv[0]);
    return await found.command.run(found.argv);
  } catch (error) {
    return statusOf(error, found?.command.name);
  }
}

/** Returns the command and its arguments; undefined if there is no such command. `run` may be left out. */
function commandOf(argv: readonly string[]): { command: Command; argv: readonly string[] } | undefined {
  const [word = ''] = argv;
  const name = SPELLINGS.get(word) ?? word;
  const command = COMMANDS.find((row) => row.name === name);
  if (command !== undefined) return { command, argv: argv.slice(1) };
  const isOption = /^-./.test(word) && commandMeant(word) === undefined;
  return isOption || isProgram(word) ? { command: COMMANDS[0]!, argv } : undefined;
}

/** True if the first word is a program to run and no mistyped command: it is written as a path, or is a file. */
function isProgram(word: string): boolean {
  if (word === '') return false;
  if (word === '-') return true;
  if (/[/\\]|\.(wasm|wat)$/i.test(word)) return true;
  try {
    return statSync(word).isFile();
  } catch {
    return false;
  }
}

/** Returns the command that was probably meant. */
function commandMeant(word: string): string | undefined {
  return (
    COMMANDS.find(({ also }) => also?.includes(word))?.name ??
    nearest(word, [...COMMANDS.map(({ name }) => name), '--help'])
  );
}

function unknownCommand(word: string | undefined): UsageError {
  if (word === undefined) return new UsageError('Missing command: wasi9p COMMAND or wasi9p PROGRAM.wasm.');
  if (word === '') return new UsageError(`The command '' is empty: wasi9p COMMAND or wasi9p PROGRAM.wasm.`);
  const meant = commandMeant(word) ?? nearestPath(word, ({ name }) => name.endsWith('.wasm'));
  if (meant === undefined && existsSync(word)) {
    return new UsageError(`${word} is neither a command nor a program: wasi9p ls ${word} lists it.`);
  }
  return new UsageError(`Unknown command ${word}${didYouMean(meant)}`);
}

/** Returns the help of a command, or the list of commands. @throws UsageError if the command is unknown. */
async function helpOn([word, more]: readonly string[]): Promise<Text> {
  if (more !== undefined) throw new UsageError(`help takes one command: wasi9p help ${word}.`);
  const name = word === undefined ? 'help' : (SPELLINGS.get(word) ?? word);
  const command = COMMANDS.find((row) => row.name === name);
  if (command !== undefined) return command.help();
  if (word === '') throw new UsageError(`The command '' is empty: wasi9p help COMMAND.`);
  throw new UsageError(`Unknown command ${word}${didYouMean(commandMeant(name))}`);
}

/** The version, as the second word: tools look for it there. */
function versionText(): Text {
  return text`wasi9p ${version()}\n`;
}

function version(): string {
  // Resolved by the package's name, because this code may be in dist/ or in dist/chunks/.
  const text = readFileSync(createRequire(import.meta.url).resolve('wasi9p/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Prints the error that ended a command, and returns the exit status. */
export function statusOf(error: unknown, command?: string): number {
  if (error instanceof OutputError) return endOf(error, text`wasi9p`);
  const usage = error instanceof UsageError;
  // The command is one of COMMANDS.
  const topic = command === undefined || command === 'help' || command.startsWith('-') ? '' : ` ${command}`;
  const hint = usage ? text`Try: wasi9p help${sentence(topic)}\n` : own('');
  tell(text`wasi9p: ${sentence(sentenceOf(error))}\n${hint}`);
  return usage ? 2 : 1;
}

/** Returns the sentence for an error; for an error of a system call, the path and the reason. */
function sentenceOf(error: unknown): string {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return `${path ?? syscall}: ${reasonOf(error)}.`;
  const bug = error instanceof UsageError ? undefined : bugOf(error);
  return bug === undefined ? (error as Error).message : `${bug}.`;
}
