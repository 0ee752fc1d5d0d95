import { readFileSync } from 'node:fs';
import { cc, ccHelp, cxx } from './cc.ts';
import { cat } from './cat.ts';
import { cp } from './cp.ts';
import { ls } from './ls.ts';
import { UsageError } from './options.ts';
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
      process.stdout.write(HELP[argv[0] ?? ''] ?? help);
      return 0;
    case '--version':
      process.stdout.write(`wasi9p ${version()}\n`);
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

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`wasi9p: ${(error as Error).message}\n${usage ? 'Try: wasi9p help\n' : ''}`);
  process.exitCode = usage ? 2 : 1;
}
