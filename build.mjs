#!/usr/bin/env node
// The project's one build tool: `node build.mjs COMMAND`. Each command is a function of build/.
import { Failure, bundleToRun, run, runNode } from './build/bundle.mjs';
import { build } from './build/dist.mjs';
import { gen } from './build/gen.mjs';
import { layers } from './build/layers.mjs';
import { size, sizeParts } from './build/size.mjs';
import { sources } from './build/project.mjs';
import { isStale } from './build/stale.mjs';
import { programs, test } from './build/test/run.mjs';

/** @type {Record<string, [help: string, run: (args: string[]) => Promise<void>]>} */
const COMMANDS = {
  build: [
    'dist/: the published modules and their types; --stale only if a source is younger',
    async (args) => (args.includes('--stale') && !isStale() ? undefined : build()),
  ],
  gen: ['the generated files; --check only lists the stale ones', (args) => gen(args.includes('--check'))],
  types: ['type check of every file', () => run('tsc', ['-p', '.'])],
  lint: ['oxlint', () => run('oxlint', [])],
  format: ['oxfmt over every file; --check only lists the files that it would change', (args) => run('oxfmt', args)],
  layers: ['who may import whom', layers],
  size: [
    'the gzipped size of the core; --parts lists its files',
    (args) => (args.includes('--parts') ? sizeParts() : size()),
  ],
  test: [
    'every *.test.ts; `test WORD` those whose path contains WORD, `WORD:TEXT` or `--name TEXT` by title, `--watch` after changes, `--plain-gate` without compiled trampolines',
    test,
  ],
  programs: ['real programs, run to the end; `programs --quick` their short variants, `programs WORD` some', programs],
  bench: ['CPU time of the calls, here and on other hosts; `bench --help` for more', bench],
  compare: [
    'file-system checks on Linux, here and on other WASI hosts; --write their tables',
    (args) => bench(['compare', ...args]),
  ],
  linux: ['random calls here and on the kernel, compared: --calls N --seed S --backend NAME', linux],
  kernel: [
    'boots the kernel of Debian, which mounts `wasi9p serve`; `kernel --quick`, `kernel WORD` some',
    (args) => kernel('run', args),
  ],
  v86: ['the same in v86, by its handle9p and proxy_url', (args) => kernel('v86', args)],
  start: ['compiles the seed program and runs it with a trace', start],
  ok: ['all checks a change must pass, stopping at the first that fails', ok],
};

/** The checks of `ok`, the quick ones first: command, arguments, what to do when it fails. */
const CHECKS = /** @type {const} */ ([
  ['types', [], 'fix what tsc lists'],
  ['lint', [], 'fix what oxlint lists, or explain an exception in a comment beside it'],
  ['format', ['--check'], 'run `node build.mjs format`'],
  ['layers', [], 'move the code or the import; build/layers.mjs holds the rules'],
  ['gen', ['--check'], 'run `npm run gen` and commit what it writes'],
  ['size', [], 'see what grew with `node build.mjs size --parts`'],
  ['test', [], 'run one file again with `npm test -- WORD`'],
]);

/** Runs the main job: wasm-tests/start.ts. @param {string[]} args */
async function start(args) {
  const [bundle] = await bundleToRun(['wasm-tests/start.ts'], 'start');
  process.exitCode = await runNode(['--enable-source-maps', /** @type {string} */ (bundle), ...args]);
}

/** The benchmarks: the table, or `work`, `growth`, `memory`, `clone`, `host`, `cold`, `profile`, `archive`, `wire`, `tests` or `compare`. @param {string[]} args */
async function bench(args) {
  const kinds = 'work growth memory clone host cold profile archive start wire tests compare'.split(' ');
  const other = kinds.find((name) => name === args[0]);
  const files = [`bench/${other ?? 'run'}.ts`, ...sources(/\.ts$/, ['bench/hosts']), 'bench/work/child.ts'];
  const [bundle] = await bundleToRun(files, 'bench');
  // The collector is exposed to measure memory; a large semi-space keeps garbage countable.
  const flags =
    other === 'memory' || other === 'clone'
      ? ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']
      : [];
  process.exitCode = await runNode([...flags, /** @type {string} */ (bundle), ...args.slice(other ? 1 : 0)]);
}

/**
 * Random calls against the kernel on tmpfs: through node:fs with `--calls`, or by a C program with `--seeds A..B`.
 * @param {string[]} args
 */
async function linux(args) {
  const exerciser = args.some((arg) => arg.startsWith('--seeds'));
  const [bundle] = await bundleToRun([`wasm-tests/linux/${exerciser ? 'exerciser/' : ''}run.ts`], 'linux');
  process.exitCode = await runNode(['--enable-source-maps', /** @type {string} */ (bundle), ...args]);
}

/** Machines that mount the built package. @param {string} name @param {string[]} args */
async function kernel(name, args) {
  if (isStale()) await build();
  process.exitCode = await runNode([`wasm-tests/kernel/${name}.mjs`, ...args]);
}

async function ok() {
  for (const [name, args, advice] of CHECKS) {
    console.log(`--- ${name}`);
    try {
      await command(name)(args);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(`${error.message}\nnot ok: ${name}. Next: ${advice}`.trim());
    }
  }
  console.log('--- ok');
}

/** @param {string} name @returns {(args: readonly string[]) => Promise<void>} */
function command(name) {
  const found = COMMANDS[name];
  if (!found) throw new Failure(usage());
  return (args) => found[1]([...args]);
}

function usage() {
  const lines = Object.entries(COMMANDS).map(([name, [help]]) => `  ${name.padEnd(8)} ${help}`);
  return ['usage: node build.mjs COMMAND', ...lines].join('\n');
}

/** True if an error needs no stack: esbuild has printed its own with the source line. @param {unknown} error */
function isExplicit(error) {
  return error instanceof Failure || (error instanceof Error && 'errors' in error);
}

try {
  const [name = '', ...args] = process.argv.slice(2);
  await command(name)(args);
} catch (error) {
  if (!isExplicit(error)) throw error;
  if (error instanceof Failure && error.message) console.error(error.message);
  process.exitCode = 1;
}
