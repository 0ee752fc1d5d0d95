// The command line of `npm run bench`.
import { columnOf, defaultKeys, keysOn, quickKeys, runtimeNames, type Column } from './columns.ts';
import type { Limits } from './cell.ts';
import { ROWS, type Row } from './rows.ts';

/** The options of a run. */
export interface Options {
  rows: readonly Row[];
  columns: readonly Column[];
  /** Sentences on the columns that are left out. */
  leftOut: readonly string[];
  rounds: number;
  /** The number of columns on other runtimes. */
  elsewhere: number;
  limits: Limits;
  /** Seconds of real time after which a cell is not run again in later rounds. */
  once: number;
  /** True if docs/ is to be written. */
  write: boolean;
}

export const HELP = `npm run bench -- [OPTIONS]     the table: CPU time of a call, here and elsewhere
npm run bench -- work          real programs (see its --help)
npm run bench -- growth        cost per byte and per directory entry, small to large (see its --help)
npm run bench -- memory        memory that ram retains and that a call allocates; --write as below
npm run bench -- clone         a clone of ram with 100,000 files and 1 GiB, and its memory; --write as below
npm run bench -- host          a host directory in each way, beside node:wasi and native (see its --help)
npm run bench -- profile       the time of a call by layer; WORKLOADS may follow
npm run bench -- archive       the time until a large tar archive is ready, mounted and unpacked
npm run bench -- cold          a program's first 1,000 calls, in a fresh process each; --rounds, --only, --write
npm run bench -- start         from the start of a process to its end, and imports, in a fresh process each; --rounds, --write as below
npm run bench -- wire          wasi9p serve beside diod over TCP (see its --help)
npm run bench -- tests         wasi9p test, on fixtures of 100 MB, too

  --quick             under two minutes: short measurements, one round, hosts ${quickKeys.join(' ')}
  --only A,B          these workloads: ${ROWS.map(({ workload }) => workload).join(' ')}
  --hosts A,B         these hosts: ${defaultKeys.join(' ')}, each also as HOST@RUNTIME
  --runtimes A,B|all  wasi9p and node:wasi also on these, from wasm-tests/runtimes: ${runtimeNames.join(' ')}
  --rounds N          measurements of each cell (default 5)
  --elsewhere N       measurements on the other runtimes, if fewer: the goals are about this one
  --seconds S         CPU time of a measurement (default 0.5)
  --write             writes its part of docs/benchmarks.md, and docs/benchmarks.svg; the default without options
`;

/** An invalid command line; the message gives the reason. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const given = readArguments(argv, FLAGS, VALUES, HELP);
  const quick = given.has('quick');
  const names = [...(listOf(given, 'hosts') ?? (quick ? quickKeys : defaultKeys)), ...runtimes(given).flatMap(keysOn)];
  const found = [...new Set(names)].map(columnOf);
  const rounds = numberOf(given, 'rounds') ?? (quick ? 1 : 5);
  const target = numberOf(given, 'seconds') ?? (quick ? 0.08 : 0.5);
  return {
    rows: rows(listOf(given, 'only')),
    columns: found.filter((column) => typeof column !== 'string'),
    leftOut: found.filter((column) => typeof column === 'string'),
    rounds,
    elsewhere: numberOf(given, 'elsewhere') ?? rounds,
    limits: { warmUp: quick ? 0.2 : 0.5, target, cap: quick ? 0.3 : 10, wall: quick ? 4 : 60 },
    once: quick ? 1 : 20,
    write: given.has('write') || argv.length === 0,
  };
}

const FLAGS = ['quick', 'write'];
const VALUES = ['only', 'hosts', 'runtimes', 'rounds', 'elsewhere', 'seconds'];

/**
 * The options of a command line: flags have the value ''.
 * @throws UsageError with `help` for an unknown argument or an option without its value.
 */
export function readArguments(
  argv: readonly string[],
  flags: readonly string[],
  values: readonly string[],
  help: string,
): Map<string, string> {
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i]!.replace(/^--/, '');
    if (flags.includes(name)) given.set(name, '');
    else if (values.includes(name) && i + 1 < argv.length) given.set(name, argv[++i]!);
    else throw new UsageError(`Unknown argument ${argv[i]}.\n\n${help}`);
  }
  return given;
}

/** The words of an option that takes several, between commas. */
export function listOf(given: Map<string, string>, name: string): string[] | undefined {
  return given.get(name)?.split(',');
}

/** @throws UsageError if the value is not a number above 0. */
export function numberOf(given: Map<string, string>, name: string): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  if (!(Number(text) > 0)) throw new UsageError(`--${name} ${text}: invalid value, expected a number above 0.`);
  return Number(text);
}

function rows(words: readonly string[] | undefined): readonly Row[] {
  if (words === undefined) return ROWS;
  return words.map((word) => {
    const row = ROWS.find(({ workload }) => workload === word);
    if (row === undefined) throw new UsageError(`Unknown workload ${word}.\n\n${HELP}`);
    return row;
  });
}

function runtimes(given: Map<string, string>): string[] {
  const names = listOf(given, 'runtimes') ?? [];
  return names[0] === 'all' ? runtimeNames : names;
}
