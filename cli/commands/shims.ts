// `wasi9p shims`: writes scripts that toolchains call in place of a runtime, and prints the lines that name them.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDirectory } from '../../toolchain/make-directory.ts';
import { UsageError, helpLines, parseOptions, type Option } from '../lib/options.ts';
import { print } from '../lib/output.ts';
import { reasonOf } from '../lib/reason.ts';
import { own, text, type Text } from '../lib/text.ts';
import { thread } from '../lib/thread.ts';

const OPTIONS: readonly Option[] = [{ name: 'help', help: 'Prints this help.' }];

/** The second line of each script: only a file that has it is replaced. */
const MARK = '# Written by wasi9p shims.';

/** The lines of each script. `RUN` stands for the command. */
const SCRIPTS: Readonly<Record<string, string>> = {
  wasmtime: 'exec RUN wasmtime "$@"',
  wasmkit: 'exec RUN wasmkit "$@"',
  wazero: 'exec RUN wazero "$@"',
  go_wasip1_wasm_exec: `# Go finds this script on PATH. GOWASIRUNTIMEARGS is split at blanks, without a look for files.
set -f
exec RUN wasmtime run --dir=/ --env "PWD=$PWD" --env PATH -W max-wasm-stack=8388608 \${GOWASIRUNTIMEARGS:-} -- "$@"`,
  'wasi9p-binfmt': `# The kernel calls this script with the program and its arguments.
program=$1
shift
exec RUN run --host -- "$program" -- "$@"`,
};

export const shimsHelp = own(`Usage: wasi9p shims DIR

Writes scripts for /bin/sh to a directory, which it creates: ${Object.keys(SCRIPTS).join(', ')}.
They hold absolute paths, and need neither PATH nor another variable: after an update of Node or wasi9p, write them again.
A file that is not such a script is never replaced.

Then prints the lines by which cargo, Go, CMake, Meson, Swift, the kernel (binfmt_misc) and GitHub Actions find them.

${helpLines(OPTIONS)}
`);

/** Runs `wasi9p shims` and returns its exit status. @throws UsageError; Error if a script cannot be written. */
export function shims(argv: readonly string[]): number {
  const { options, rest } = parseOptions(OPTIONS, argv, { mixed: true });
  if (options.has('help')) {
    print(shimsHelp);
    return 0;
  }
  const [dir, more] = rest;
  if (dir === undefined || dir === '') throw new UsageError('Missing directory: wasi9p shims DIR.');
  if (more !== undefined) throw new UsageError(`${more} is one word too many: wasi9p shims ${dir}.`);
  const home = resolve(dir);
  writeAll(home);
  print(linesFor(home));
  return 0;
}

function writeAll(home: string): void {
  const foreign = Object.keys(SCRIPTS).find((name) => isForeign(`${home}/${name}`));
  if (foreign !== undefined) {
    throw new UsageError(`${home}/${foreign} is not a script of wasi9p: give another directory.`);
  }
  try {
    makeDirectory(home);
    for (const [name, script] of Object.entries(SCRIPTS)) {
      const body = script.replace('exec RUN', () => ['exec', ...commandWords().map(quotedForShell)].join(' '));
      writeFileSync(`${home}/${name}`, `#!/bin/sh\n${MARK}\n${body}\n`, { mode: 0o755 });
    }
  } catch (error) {
    throw new Error(`The scripts cannot be written to ${home}: ${reasonOf(error)}.`, { cause: error });
  }
}

/** True for an existing file without the mark. */
function isForeign(file: string): boolean {
  try {
    return readFileSync(file, 'latin1').split('\n', 2)[1] !== MARK;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ENOTDIR';
  }
}

/** The words that start this command. */
function commandWords(): string[] {
  const isDeno = process.versions['deno'] !== undefined;
  return [process.execPath, ...(isDeno ? ['run', '--allow-all'] : []), fileURLToPath(thread.entry)];
}

function quotedForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\\''")}'`;
}

/** The lines for each toolchain. */
function linesFor(home: string): Text {
  const wasmtime = `${home}/wasmtime`;
  // cargo separates words by blanks.
  const cargo = /\s/.test(home)
    ? text`# cargo, in .cargo/config.toml:
[target.wasm32-wasip1]
runner = ["${wasmtime}", "--dir", "."]`
    : text`# cargo:
export CARGO_TARGET_WASM32_WASIP1_RUNNER="${wasmtime} --dir ."`;
  return text`${cargo}

# Go, with GOOS=wasip1 GOARCH=wasm, and TinyGo, Zig, wasi-sdk and others that look for wasmtime:
export PATH="${home}:$PATH"

# CMake:
cmake -DCMAKE_CROSSCOMPILING_EMULATOR="${wasmtime};--dir=." …

# Meson, in a cross file:
[binaries]
exe_wrapper = ['${wasmtime}', '--dir=.']
[properties]
needs_exe_wrapper = true

# Swift, in toolset.json:
{ "schemaVersion": "1.0", "testRunner": { "path": "${home}/wasmkit", "extraCLIOptions": ["run", "--dir", "."] } }

# Linux, so that modules are commands:
echo ':wasm:M::\\x00asm::${home}/wasi9p-binfmt:' | sudo tee /proc/sys/fs/binfmt_misc/register

# GitHub Actions, in a step:
echo "${home}" >> "$GITHUB_PATH"
echo "CARGO_TARGET_WASM32_WASIP1_RUNNER=${wasmtime} --dir ." >> "$GITHUB_ENV"
`;
}
