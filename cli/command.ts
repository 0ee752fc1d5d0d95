// The command line: dispatches to a command and turns errors into messages and an exit status.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bugOf } from './lib/bug.ts';
import { cc, ccHelp, cxx } from './commands/cc.ts';
import { cat } from './commands/cat.ts';
import { commit, commitHelp } from './commands/commit.ts';
import { cp } from './commands/cp.ts';
import { ls } from './commands/ls.ts';
import { UsageError } from './lib/options.ts';
import { OutputError, endOf, print, tell } from './lib/output.ts';
import { reasonOf } from './lib/reason.ts';
import { run, runHelp } from './commands/run.ts';
import { own, sentence, text, type Text } from './lib/text.ts';
import { helpOf, runTool, type Tool } from './commands/tool.ts';
import { tree } from './commands/tree.ts';

const help = own(`Usage: wasi9p COMMAND …

  run PROGRAM.wasm   Runs a WASI program. It sees a file system in memory and the directories granted to it.
  cc, c++            Compiles C or C++ for WASI, with a clang that itself runs on wasi9p.
  ls, cat, tree      Show the content of directories, archives and mounts, without running a program.
  cp                 Copies files between directories, archives and mounts.
  commit             Completes or undoes an interrupted commit of run --overlay.
  help [COMMAND]     Prints this help, or that of a command.
  --version          Prints the version.
`);

const TOOLS: readonly Tool[] = [ls, cat, cp, tree];

const HELP: ReadonlyMap<string, Text> = new Map([
  ['run', runHelp],
  ['commit', commitHelp],
  ['cc', ccHelp],
  ['c++', ccHelp],
  ...TOOLS.map((tool) => [tool.name, helpOf(tool)] as const),
]);

/** Runs a command line, prints its errors, and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return statusOf(error);
  }
}

async function dispatch([command, ...argv]: readonly string[]): Promise<number> {
  const tool = TOOLS.find(({ name }) => name === command);
  if (tool !== undefined) return runTool(tool, argv);
  switch (command) {
    case 'run':
      return run(argv);
    case 'commit':
      return commit(argv);
    case 'cc':
      return cc([...argv]);
    case 'c++':
      return cxx([...argv]);
    case 'help':
    case '--help':
    case '-h':
      print(helpOn(argv[0]));
      return 0;
    case '--version':
      print(text`wasi9p ${version()}\n`);
      return 0;
    case undefined:
      throw new UsageError('Missing command.');
    default:
      throw new UsageError(`Unknown command ${command}.`);
  }
}

/** Returns the help of a command, or the list of commands. @throws UsageError if the command is unknown. */
function helpOn(command: string | undefined): Text {
  const found = command === undefined ? help : HELP.get(command);
  if (found === undefined) throw new UsageError(`Unknown command ${command}.`);
  return found;
}

function version(): string {
  // Resolved by the package's name, because this code may be in dist/ or in dist/chunks/.
  const text = readFileSync(createRequire(import.meta.url).resolve('wasi9p/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Prints the error that ended a command, and returns the exit status. */
export function statusOf(error: unknown): number {
  if (error instanceof OutputError) return endOf(error, text`wasi9p`);
  const usage = error instanceof UsageError;
  tell(text`wasi9p: ${sentence(sentenceOf(error))}\n${usage ? own('Try: wasi9p help\n') : own('')}`);
  return usage ? 2 : 1;
}

/** Returns the sentence for an error; for an error of a system call, the path and the reason. */
function sentenceOf(error: unknown): string {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return `${path ?? syscall}: ${reasonOf(error)}.`;
  const bug = error instanceof UsageError ? undefined : bugOf(error);
  return bug === undefined ? (error as Error).message : `${bug}.`;
}
