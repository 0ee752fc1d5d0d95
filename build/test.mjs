// The test runner: bundles every x.test.ts, runs each in its own process, and sums the counts that uvu prints.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Failure, bundleToRun } from './bundle.mjs';
import { ROOT, sources } from './project.mjs';

/** Maximum run time of a test file, milliseconds. */
const TIME_LIMIT = 600_000;

/** @typedef {{ passed: number, failed: number, skipped: number, why: string }} Result */

/**
 * Runs the test files whose path contains `filter`, and ends with `N passed, N failed`.
 * @param {string} [filter]
 */
export async function test(filter = '') {
  const sum = { passed: 0, failed: 0, skipped: 0, why: '' };
  if (!filter) untestedPrograms(sum);
  await runMatching(/\.test\.ts$/, filter, sum);
}

/**
 * Runs the acceptance tests with real programs, of which `WORD` picks those whose path contains it; `--quick` for
 * their short variants.
 * @param {string[]} args
 */
export async function programs(args) {
  const words = args.filter((arg) => arg !== '--quick');
  process.env.WASI9P_PROGRAMS = words.length < args.length ? 'quick' : 'long';
  await runMatching(/\.accept\.ts$/, words[0] ?? '', { passed: 0, failed: 0, skipped: 0, why: '' });
}

/** Runs the files that match and tells the sum. @param {RegExp} pattern @param {string} filter @param {Result} sum */
async function runMatching(pattern, filter, sum) {
  const files = sources(pattern).filter((file) => file.includes(filter));
  if (files.length) await runAll(files, filter, sum);
  else miss(`no test file matches '${filter}'`, sum);
  const skipped = sum.skipped ? `, ${sum.skipped} skipped` : '';
  console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
  if (sum.failed) throw new Failure('');
}

/** Bundles the files and runs two at a time. @param {string[]} files @param {string} filter @param {Result} sum */
async function runAll(files, filter, sum) {
  try {
    const bundles = await bundleToRun(files, 'tests');
    const queue = files.map((file, i) => ({ file, bundle: /** @type {string} */ (bundles[i]) })).sort(slowFirst);
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => worker(queue, filter, sum)));
  } catch (error) {
    // esbuild has printed what it could not resolve or parse.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    miss('the tests could not be bundled', sum);
  }
}

/** Counts a failure of the run outside the tests. @param {string} why @param {Result} sum */
function miss(why, sum) {
  console.log(`FAIL ${why}`);
  sum.failed++;
}

/** Fails the run for every program that has no test. @param {Result} sum */
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

/** Takes files from the queue until it is empty. @param {{ file: string, bundle: string }[]} queue @param {string} filter @param {Result} sum */
async function worker(queue, filter, sum) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const start = performance.now();
    const { output, ending } = await runFile(next.bundle);
    const result = judge(output, ending);
    if (!filter && focused(next.file)) {
      result.failed++;
      result.why = 'a test.only() is left in it';
    }
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.skipped += result.skipped;
    report(next.file, result, output, performance.now() - start);
  }
}

/** True if a file uses `.only`. @param {string} file */
function focused(file) {
  return /^\s*\w+\.only\(/m.test(readFileSync(join(ROOT, file), 'utf8'));
}

/**
 * Judges the output and the end of a run. A file that crashed, hung or ended early counts as one more failure, and
 * so does one that ran no test. uvu counts no failure for a hook that threw: tests that did not pass have failed.
 * @param {string} output
 * @param {string} ending '' for exit status 0, else what happened
 * @returns {Result}
 */
export function judge(output, ending) {
  const total = count(output, 'Total');
  const passed = count(output, 'Passed');
  const skipped = count(output, 'Skipped');
  const failed = total - passed;
  if (!/^ {2}Total: /m.test(output))
    return { passed: 0, failed: 1, skipped: 0, why: ending || 'it ended without running its tests' };
  if (total + skipped === 0) return { passed, failed: 1, skipped, why: 'it ran no test' };
  if (failed) return { passed, failed, skipped, why: `${failed} of ${total} failed` };
  if (ending) return { passed, failed: 1, skipped, why: ending };
  return { passed, failed, skipped, why: '' };
}

/** @param {string} output @param {string} word */
function count(output, word) {
  const found = [...output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)$`, 'gm'))];
  return Number(found.at(-1)?.[1] ?? 0);
}

/** @param {string} file @param {Result} result @param {string} output @param {number} ms */
function report(file, result, output, ms) {
  const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
  if (result.failed === 0) console.log(`ok   ${file}: ${result.passed}${skipped} (${(ms / 1000).toFixed(1)} s)`);
  else console.log(`FAIL ${file}: ${result.why}\n${output.trimEnd()}\n`);
}

/**
 * Runs a bundle and captures its output.
 * @param {string} bundle
 * @returns {Promise<{ output: string, ending: string }>}
 */
function runFile(bundle) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--enable-source-maps', bundle], {
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
