// `runTests`: finds tests, runs them in a pool of workers, and hands their results to reporters.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { checkKind, checkOptions, invalid, mustBe, type RowsOf } from '../vfs/lib/options.ts';
import { expectationOf, type Expectation, type Expectations } from './expectations.ts';
import { findTests, shortName, type FoundTest } from './find.ts';
import type { TestJob, Outcome } from './job.ts';
import { Pool } from './pool.ts';
import { isFailure, summaryOf, type Status, type Summary, type TestResult } from './result.ts';
import { updateSnapshots } from './snapshot.ts';
import { MOST_MS } from './spec.ts';

/** Default time-out of a test, in milliseconds. */
export const TIMEOUT = 60_000;
/** Default stack of a program, in MiB. */
export const STACK = 4;

/** A listener to a run. Its methods are called in the order start, running and result for each test, end. */
export interface Reporter {
  start?(tests: readonly { readonly name: string; readonly suite: string }[]): void;
  running?(name: string): void;
  result?(result: TestResult): void;
  end?(summary: Summary): void;
}

/** The options of runTests. */
export interface RunTestsOptions {
  /** Files and directories. Default: the current directory. */
  paths?: readonly string[];
  /** Runs the tests whose name contains one of these texts. Default: all. */
  filter?: readonly string[];
  /** Runs the `index`-th (from 1) of `count` parts of the tests. Default: all. */
  shard?: { readonly index: number; readonly count: number };
  /** Runs a failed test again, up to this many times; it passes if it passes once. Default: 0. */
  retries?: number;
  /** Milliseconds that a program may run, unless its specification says otherwise. Default: 60,000. */
  timeout?: number;
  /** Programs that run at the same time. Default: the number of processors. */
  jobs?: number;
  /** The stack of a program, in MiB. Default: 4. */
  stack?: number;
  /** Tests to skip or expected to fail, as parseExpectations returns them. Default: none. */
  expectations?: Expectations;
  /** Writes the snapshots of tests that end by themselves. Default: false. */
  update?: boolean;
  /** False: a test may leave files in /tmp and unlinked files open, whatever its specification says. Default: true. */
  leaks?: boolean;
  /** Default: none. */
  reporters?: readonly Reporter[];
  /** The script of the workers. @internal */
  worker?: string;
  /** Called at the end if threads do not end, so that this process cannot exit. @internal */
  stuck?: (threads: number) => void;
}

export const RUN_TESTS_OPTIONS = {
  paths: 'Array',
  filter: 'Array',
  shard: 'Object',
  retries: 'number',
  timeout: 'number',
  jobs: 'number',
  stack: 'number',
  expectations: 'Expectations.get',
  update: 'boolean',
  leaks: 'boolean',
  reporters: 'Array',
  worker: 'string',
  stuck: 'function',
} satisfies RowsOf<RunTestsOptions>;

/**
 * Runs the tests below paths: each `*.wasm`, and each C or C++ source beside a specification. A test has its arguments,
 * its files and its expected results from `NAME.json` (docs/testing-programs.md); its files are copy-on-write, so that
 * tests that run at the same time do not meet. A test passes if its exit status, its outputs and its snapshots are as
 * expected.
 * @returns The results, in the order of the tests' files.
 * @throws TypeError if an option is invalid; FindError if a path does not exist or is not a test.
 */
export async function runTests(options: RunTestsOptions = {}): Promise<Summary> {
  const checked = withDefaults(checkOptions(options, RUN_TESTS_OPTIONS));
  const begin = performance.now();
  const tests = chosen(findTests(checked.paths), checked);
  const pool = new Pool({ script: checked.worker, size: checked.jobs, stack: checked.stack });
  try {
    for (const reporter of checked.reporters) reporter.start?.(tests);
    const updated: string[] = [];
    let next = 0;
    const results: TestResult[] = [];
    const work = async (): Promise<void> => {
      while (next < tests.length) {
        const id = next++;
        const result = await runTest(tests[id]!, id, pool, checked, updated);
        results[id] = result;
        for (const reporter of checked.reporters) reporter.result?.(result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(checked.jobs, tests.length) }, work));
    const summary = summaryOf(results, performance.now() - begin, updated);
    for (const reporter of checked.reporters) reporter.end?.(summary);
    return summary;
  } finally {
    const threads = await pool.close();
    if (threads > 0) checked.stuck(threads);
  }
}

type Checked = Required<Omit<RunTestsOptions, 'shard'>> & { readonly shard: RunTestsOptions['shard'] | undefined };

function withDefaults(options: RunTestsOptions): Checked {
  const { shard, retries = 0, timeout = TIMEOUT, jobs = availableParallelism(), stack = STACK } = options;
  const least = (value: number, name: string, low: number, high: number): void => {
    if (!(Number.isInteger(value) && value >= low && value <= high)) {
      throw mustBe(`an integer from ${low} to ${high}`, `options.${name}`, value);
    }
  };
  least(retries, 'retries', 0, 1000);
  least(timeout, 'timeout', 1, MOST_MS);
  least(jobs, 'jobs', 1, 1024);
  least(stack, 'stack', 1, 1024);
  if (shard !== undefined) {
    least(shard.count, 'shard.count', 1, 1_000_000);
    least(shard.index, 'shard.index', 1, shard.count);
  }
  const { paths = ['.'], expectations = new Map(), reporters = [], filter = [] } = options;
  if (paths.length === 0) throw invalid('"options.paths" must have at least one path');
  for (const path of paths) checkKind(path, 'string', 'options.paths');
  for (const text of filter) checkKind(text, 'string', 'options.filter');
  for (const reporter of reporters) checkKind(reporter, 'Object', 'options.reporters');
  const { update = false, leaks = true, worker = workerScript(), stuck = () => {} } = options;
  return { shard, retries, timeout, jobs, stack, paths, expectations, reporters, filter, update, leaks, worker, stuck };
}

/**
 * The command, which has all that a worker needs, and is a worker where it is started as one. Found by the package's name,
 * because this code may be in dist/ or in dist/chunks/.
 */
function workerScript(): string {
  return join(createRequire(import.meta.url).resolve('wasi9p/package.json'), '../dist/cli.js');
}

function chosen(tests: readonly FoundTest[], { filter, shard }: Checked): FoundTest[] {
  const some =
    filter.length === 0 ? [...tests] : tests.filter(({ name }) => filter.some((text) => name.includes(text)));
  return shard === undefined ? some : some.filter((_, at) => at % shard.count === shard.index - 1);
}

/** Runs one test, again after a failure as often as the options say. */
async function runTest(
  test: FoundTest,
  id: number,
  pool: Pool,
  options: Checked,
  updated: string[],
): Promise<TestResult> {
  const expectation = expectationOf(options.expectations, test.suite, shortName(test));
  const reason = expectation.skip ? 'the expectation file skips it' : (test.spec.unsupported ?? '');
  if (reason !== '') return resultOf(test, 'skip', null, 0, reason);
  if (test.invalid !== null) return { ...resultOf(test, 'fail', null, 0, ''), failures: [test.invalid] };
  for (const reporter of options.reporters) reporter.running?.(test.name);
  for (let tries = 1; ; tries++) {
    const ran = await pool.run(jobOf(test, id, options), test.spec.timeout ?? options.timeout);
    const outcome = options.update ? withUpdate(test, ran, updated) : ran;
    const status = statusOf(outcome.failures, expectation);
    if (!isFailure(status) || tries > options.retries) return resultOf(test, status, outcome, tries, '');
  }
}

/** Writes the snapshots of a test that ended by itself. It fails if they cannot be written. */
function withUpdate(test: FoundTest, outcome: Outcome, updated: string[]): Outcome {
  const { kind } = outcome.end;
  if ((kind !== 'exit' && kind !== 'trap') || outcome.tree === null) return outcome;
  try {
    updated.push(...updateSnapshots(test, outcome));
    return outcome;
  } catch (error) {
    const failure = `Its snapshots cannot be written: ${(error as Error).message}.`;
    return { ...outcome, failures: [...outcome.failures, failure] };
  }
}

function jobOf(test: FoundTest, id: number, { update, leaks }: Checked): TestJob {
  const { file } = test;
  // Snapshots that are to be written are not compared.
  const spec = update ? test.given : test.spec;
  const program = basename(file).replace(/\.(c|cc|cpp)$/, '.wasm');
  return { id, file, program, spec: leaks ? spec : { ...spec, noLeaks: false }, whole: update };
}

function statusOf(failures: readonly string[], { fail }: Expectation): Status {
  if (failures.length === 0) return fail ? 'xpass' : 'pass';
  return fail ? 'xfail' : 'fail';
}

const decoder = new TextDecoder();

function resultOf(
  { name, suite, file }: FoundTest,
  status: Status,
  outcome: Outcome | null,
  tries: number,
  reason: string,
): TestResult {
  const failed = outcome !== null && (status === 'fail' || status === 'xfail');
  return {
    ...{ name, suite, file, status, tries, reason },
    ms: outcome?.ms ?? 0,
    failures:
      status === 'xpass' ? ['It passed, and an expectation file says that it fails.'] : (outcome?.failures ?? []),
    stdout: failed ? decoder.decode(outcome.stdout) : '',
    stderr: failed ? decoder.decode(outcome.stderr) : '',
    changes: failed ? outcome.changes : [],
  };
}
