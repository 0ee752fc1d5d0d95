import { readFileSync } from 'node:fs';
import { cc, ccHelp, cxx } from './cc.ts';
import { cat } from './cat.ts';
import { cp } from './cp.ts';
import { ls } from './ls.ts';
import { UsageError } from './options.ts';
import { OutputError, endOf, print, tell } from './output.ts';
import { reasonOf } from './reason.ts';
import { run, runHelp } from './run.ts';
import { helpOf, runTool, type Tool } from './tool.ts';
import { tree } from './tree.ts';

const help = `Usage: wasi9p COMMAND …

  run PROGRAM.wasm   Runs a WASI program on a file system in memory, or on directories that are granted to it.
  cc, c++            Compiles C or C++ for WASI, with a clang that itself runs on wasi9p.
  ls, cat, tree      Look into directories, archives and what is mounted, without a program.
  cp                 Copies between them.
  help [COMMAND]     Shows this, or how a command is used.
  --version          Shows the version.
`;

const TOOLS: readonly Tool[] = [ls, cat, cp, tree];

const HELP: Readonly<Record<string, string>> = {
  run: runHelp,
  cc: ccHelp,
  'c++': ccHelp,
  ...Object.fromEntries(TOOLS.map((tool) => [tool.name, helpOf(tool)])),
};

/** Runs a command line: the exit status. */
async function main([command, ...argv]: readonly string[]): Promise<number> {
  const tool = TOOLS.find(({ name }) => name === command);
  if (tool !== undefined) return runTool(tool, argv);
  switch (command) {
    case 'run':
      return run(argv);
    case 'cc':
      return cc([...argv]);
    case 'c++':
      return cxx([...argv]);
    case 'help':
    case '--help':
    case '-h':
      print(HELP[argv[0] ?? ''] ?? help);
      return 0;
    case '--version':
      print(`wasi9p ${version()}\n`);
      return 0;
    case undefined:
      throw new UsageError('No command was given.');
    default:
      throw new UsageError(`There is no command ${command}.`);
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Tells why a command ended early: its exit status. */
function statusOf(error: unknown): number {
  if (error instanceof OutputError) return endOf(error, 'wasi9p');
  const usage = error instanceof UsageError;
  tell(`wasi9p: ${sentenceOf(error as NodeJS.ErrnoException)}\n${usage ? 'Try: wasi9p help\n' : ''}`);
  return usage ? 2 : 1;
}

/** Of a call of the system that nobody has explained: what it was about, and why not. */
function sentenceOf(error: NodeJS.ErrnoException): string {
  if (error.syscall === undefined) return error.message;
  return `${error.path ?? error.syscall}: ${reasonOf(error)}.`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = statusOf(error);
}
