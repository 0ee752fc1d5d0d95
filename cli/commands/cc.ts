// `wasi9p cc` and `c++`: the compiler on the files of this machine.
import { drive, isFrontEnd, type Driver } from '../../toolchain/driver.ts';
import type { ToolHost } from '../../toolchain/run.ts';
import { loadToolchain } from '../../toolchain/toolchain.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { findOutside } from './outside.ts';
import { tell } from '../lib/output.ts';
import { own, sentence, text } from '../lib/text.ts';

/**
 * The paths of the compiler's own files. A WASI program cannot tell `usr/x` from `/usr/x` if its current
 * directory is the root, so these names must not occur in a project.
 */
const SYSROOT = '/.wasi9p/usr';
const TEMPORARY = '/.wasi9p/tmp';

export const ccHelp = own(`Usage: wasi9p cc [CLANG ARGUMENTS]
       wasi9p c++ [CLANG ARGUMENTS]

Compiles C or C++ for WASI (wasm32-wasip1) with the clang of the package @yowasp/clang, which runs as a
WASI program on wasi9p. c++ is cc --driver-mode=g++: it links the C++ library.

Of this machine, the compiler sees only the current directory with its subdirectories, and the directories of other
files that are named on its command line. Paths may be relative or absolute. Its own headers and libraries are at
${SYSROOT}.
`);

/** Environment variables that are passed to clang. */
const VARIABLES = ['SOURCE_DATE_EPOCH', 'CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH'];

/** The compiler's standard streams. */
type CompilerStdio = Pick<ToolHost, 'stdin' | 'stdout' | 'stderr'>;

const STDIO: CompilerStdio = { stdin: 0, stdout: 1, stderr: 2 };

/** `wasi9p cc`: compiles files of the current directory; resolves to clang's exit status, or 1 without a compiler. */
export function cc(argv: string[], io: CompilerStdio = STDIO): Promise<number> {
  return compile('clang', argv, io);
}

/** `wasi9p c++`. */
export function cxx(argv: string[], io: CompilerStdio = STDIO): Promise<number> {
  return compile('clang++', argv, io);
}

async function compile(driver: Driver, argv: string[], io: CompilerStdio): Promise<number> {
  const cwd = process.cwd();
  const outside = findOutside(argv, cwd);
  // The same directory twice: for relative paths and for absolute ones.
  const preopens = { '/': cwd, [cwd]: cwd, ...granted(outside.directories) };
  return compileIn(driver, outside.argv, preopens, environment(cwd), io);
}

/**
 * Compiles files of `preopens`, with the compiler's own added. Resolves to clang's status, or 1 without a compiler.
 * @param guarded Calls the compiler.
 */
export async function compileIn(
  driver: Driver,
  argv: readonly string[],
  preopens: ToolHost['preopens'],
  env: Readonly<Record<string, string>>,
  io: CompilerStdio = STDIO,
  guarded: <Result>(act: () => Result) => Result = (act) => act(),
): Promise<number> {
  let tools;
  try {
    tools = await loadToolchain();
  } catch (error) {
    tell(text`wasi9p: ${sentence((error as Error).message)}\n`, io.stderr);
    return 1;
  }
  const host: ToolHost = {
    preopens: { ...preopens, [SYSROOT]: tools.sysroot, [TEMPORARY]: ram() },
    env: { ...env },
    ...io,
  };
  return guarded(() => drive(tools, driver, [...locations(argv), ...argv], host));
}

function granted(directories: readonly string[]): Record<string, string> {
  return Object.fromEntries(directories.map((dir) => [dir, dir]));
}

function locations(argv: readonly string[]): string[] {
  // A front-end command line printed by the driver already has these.
  return isFrontEnd(argv) ? [] : [`-resource-dir=${SYSROOT}`, `--sysroot=${SYSROOT}`];
}

function environment(cwd: string): Record<string, string> {
  const env: Record<string, string> = { PWD: cwd, TMPDIR: TEMPORARY };
  for (const name of VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
