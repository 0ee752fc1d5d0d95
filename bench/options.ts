import { columnOf, defaultKeys, keysOn, quickKeys, runtimeNames, type Column } from './columns.ts';
import type { Limits } from './cell.ts';
import { ROWS, type Row } from './rows.ts';

/** What a run does. */
export interface Options {
  rows: readonly Row[];
  columns: readonly Column[];
  /** Sentences on the columns that are left out. */
  leftOut: readonly string[];
  rounds: number;
  limits: Limits;
  /** Seconds of real time after which a cell is not run again in later rounds. */
  once: number;
  /** Whether docs/ is written. */
  write: boolean;
}

export const HELP = `npm run bench -- [OPTIONS]     the table: CPU time of a call, here and elsewhere
npm run bench -- growth        cost per byte and per directory entry on ram, small to large
npm run bench -- memory        what ram keeps, and what a call allocates

  --quick             under two minutes: short measurements, one round, hosts ${quickKeys.join(' ')}
  --only A,B          these workloads: ${ROWS.map(({ workload }) => workload).join(' ')}
  --hosts A,B         these hosts: ${defaultKeys.join(' ')}, each also as HOST@RUNTIME
  --runtimes A,B|all  wasi9p and node:wasi also on these, from wasm-tests/runtimes: ${runtimeNames.join(' ')}
  --rounds N          how often each cell is measured (default 5)
  --seconds S         CPU time of a measurement (default 0.5)
  --write             writes docs/benchmarks.md and docs/benchmarks.svg; the default of a run without options
`;

/** What was asked for cannot be done: the message says why. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const given = read(argv);
  const quick = given.has('quick');
  const names = [...(list(given, 'hosts') ?? (quick ? quickKeys : defaultKeys)), ...runtimes(given).flatMap(keysOn)];
  const found = [...new Set(names)].map(columnOf);
  const target = number(given, 'seconds') ?? (quick ? 0.08 : 0.5);
  return {
    rows: rows(list(given, 'only')),
    columns: found.filter((column) => typeof column !== 'string'),
    leftOut: found.filter((column) => typeof column === 'string'),
    rounds: number(given, 'rounds') ?? (quick ? 1 : 5),
    limits: { warmUp: quick ? 0.2 : 0.5, target, cap: quick ? 0.3 : 10, wall: quick ? 4 : 60 },
    once: quick ? 1 : 20,
    write: given.has('write') || argv.length === 0,
  };
}

const FLAGS = ['quick', 'write'];
const VALUES = ['only', 'hosts', 'runtimes', 'rounds', 'seconds'];

function read(argv: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i]!.replace(/^--/, '');
    if (FLAGS.includes(name)) given.set(name, '');
    else if (VALUES.includes(name) && i + 1 < argv.length) given.set(name, argv[++i]!);
    else throw new UsageError(`${argv[i]} is not understood.\n\n${HELP}`);
  }
  return given;
}

function list(given: Map<string, string>, name: string): string[] | undefined {
  return given.get(name)?.split(',');
}

function number(given: Map<string, string>, name: string): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  if (!(Number(text) > 0)) throw new UsageError(`--${name} ${text}: a number above 0 is wanted.`);
  return Number(text);
}

function rows(words: readonly string[] | undefined): readonly Row[] {
  if (words === undefined) return ROWS;
  return words.map((word) => {
    const row = ROWS.find(({ workload }) => workload === word);
    if (row === undefined) throw new UsageError(`${word} is no workload.\n\n${HELP}`);
    return row;
  });
}

function runtimes(given: Map<string, string>): string[] {
  const names = list(given, 'runtimes') ?? [];
  return names[0] === 'all' ? runtimeNames : names;
}
