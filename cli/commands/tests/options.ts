// The options of `wasi9p test`, and their values.
import { readFileSync } from 'node:fs';
import {
  ExpectationError,
  REPORTERS,
  parseExpectations,
  type Expectation,
  type Expectations,
  type ReporterName,
  type RunTestsOptions,
} from '../../../runner/index.ts';
import { UsageError, helpLines, type Option, type Parsed } from '../../lib/options.ts';
import { reasonOf } from '../../lib/reason.ts';
import { didYouMean, nearest } from '../../lib/suggest.ts';
import { own } from '../../lib/text.ts';
import { numberOf, parseDuration, wrongValue } from '../../runners/values.ts';

const NAMES = Object.keys(REPORTERS);

export const TEST_OPTIONS: readonly Option[] = [
  {
    name: 'filter',
    many: true,
    value: 'TEXT',
    also: ['grep', 'name', 'match', 'only'],
    help: 'Runs the tests whose name contains TEXT. May be repeated: then any of the texts.',
  },
  { name: 'shard', value: 'INDEX/COUNT', help: 'Runs one of COUNT parts of the tests, such as 1/4.' },
  { name: 'retries', value: 'COUNT', also: ['retry'], help: 'Runs a failed test again, up to COUNT times.' },
  {
    name: 'timeout',
    value: 'TIME',
    help: 'Ends a program after a time such as 10s or 500ms. Default: 60s. A specification may have its own.',
  },
  {
    name: 'jobs',
    value: 'COUNT',
    also: ['workers', 'parallel', 'concurrency'],
    help: 'Runs COUNT programs at the same time. Default: one for each processor.',
  },
  { name: 'stack', value: 'MIB', help: 'The stack of a program. Default: 4.' },
  {
    name: 'expect',
    many: true,
    value: 'FILE',
    also: ['expectations', 'exclude-filter', 'skip'],
    help: 'Reads tests to skip and tests that are expected to fail from a TOML file, in the format of\nwasi-testsuite. May be repeated.',
  },
  {
    name: 'reporter',
    many: true,
    value: 'NAME[=FILE]',
    also: ['format', 'output'],
    help: `Prints the results as ${NAMES.join(', ')}; with =FILE writes them there. May be repeated.\nDefault: spec.`,
  },
  {
    name: 'update',
    also: ['update-snapshots', 'accept', 'bless'],
    help: 'Writes the outputs and changed files of each test beside it, as NAME.stdout, NAME.stderr and\nNAME.tree. Later runs compare them.',
  },
  { name: 'watch', help: 'Runs the tests again when a file below the paths changes, until interrupted.' },
  {
    name: 'no-leaks',
    also: ['leaks'],
    help: 'Allows files left in /tmp and unlinked files left open, also where a specification forbids them\nby "leaks": false.',
  },
  { name: 'help', help: 'Prints this help.' },
];

/** Exit status if no test was found: EX_UNAVAILABLE of sysexits.h. */
export const NONE_FOUND = 69;

export const testHelp = own(`Usage: wasi9p test [OPTIONS] [PATH…]

Runs WASI programs as tests: every .wasm file below the paths (default: the current directory), and every .c, .cc and .cpp
file beside a specification, which is compiled. NAME.json beside NAME.wasm is its specification: arguments, environment,
directories, expected exit status and outputs, in either format of wasi-testsuite (docs/testing-programs.md). Each test
has a copy-on-write view of its directories, and fails if a result is not as expected; the files that it changed are
listed then.

${helpLines(TEST_OPTIONS)}

The exit status is 0 if all tests passed, 1 if one failed, 2 for wrong usage, ${NONE_FOUND} if no test was found.
`);

/** A report that was asked for, and where it goes; null is stdout. */
export interface Report {
  readonly name: ReporterName;
  readonly file: string | null;
}

/** The reports of the command line. @throws UsageError if a name is unknown, or two reports go to one place. */
export function reportsOf(options: Parsed['options']): Report[] {
  const reports = (options.get('reporter') ?? ['spec']).map((value): Report => {
    const at = value.indexOf('=');
    const [name, file] = at < 0 ? [value, null] : [value.slice(0, at), value.slice(at + 1)];
    if (!(name in REPORTERS)) {
      const meant = nearest(name, NAMES);
      throw new UsageError(
        `--reporter ${name}: unknown reporter${meant === undefined ? `, expected ${NAMES.join(', ')}.` : didYouMean(meant)}`,
      );
    }
    if (file === '') throw new UsageError(`--reporter ${value}: the file is missing: write --reporter ${name}=FILE.`);
    return { name: name as ReporterName, file };
  });
  const files = reports.map(({ file }) => file);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) {
    throw new UsageError(`Two reports go to ${twice ?? 'stdout'}: write --reporter NAME=FILE for all but one.`);
  }
  return reports;
}

/** The options of runTests. @throws UsageError for a wrong value or an unreadable expectation file. */
export function runOptionsOf(options: Parsed['options'], paths: readonly string[]): RunTestsOptions {
  const last = (name: string): string | undefined => options.get(name)?.at(-1);
  const count = (name: string, low: number, high: number): number | undefined => {
    const value = last(name);
    if (value === undefined) return undefined;
    const number = numberOf(value, `--${name} ${value}`);
    if (number < low || number > high) throw wrongValue(`--${name} ${value}`, `a number from ${low} to ${high}`);
    return number;
  };
  const timeout = last('timeout');
  const shard = last('shard');
  const given = {
    retries: count('retries', 0, 1000),
    jobs: count('jobs', 1, 1024),
    stack: count('stack', 1, 1024),
    timeout: timeout === undefined ? undefined : parseDuration(timeout, `--timeout ${timeout}`),
    shard: shard === undefined ? undefined : shardOf(shard),
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...known,
    ...(paths.length > 0 && { paths }),
    filter: options.get('filter') ?? [],
    expectations: expectationsOf(options.get('expect') ?? []),
    update: options.has('update'),
    leaks: !options.has('no-leaks'),
  };
}

function shardOf(value: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count)) {
    throw wrongValue(`--shard ${value}`, 'INDEX/COUNT such as 1/4, with an INDEX from 1 to COUNT');
  }
  return shard;
}

/** The expectations of several files: those of a later file come first. */
function expectationsOf(files: readonly string[]): Expectations {
  const all = new Map<string, Map<string, Expectation>>();
  for (const file of files) {
    for (const [suite, tests] of read(file)) all.set(suite, new Map([...(all.get(suite) ?? []), ...tests]));
  }
  return all;
}

function read(file: string): Expectations {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--expect ${file}: it cannot be read (${reasonOf(error)}).`, { cause: error });
  }
  try {
    return parseExpectations(text, file);
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
