// `npm run bench -- host`: the calls table on a host directory in each way, beside node:wasi and native code on the same
// file system, and beside the bare calls of the kernel, which bound what any of them can reach.
import { columnOf, hostKeys, type Column } from './calls/columns.ts';
import { measure } from './calls/measure.ts';
import { UsageError, listOf, numberOf, readArguments } from './calls/options.ts';
import type { Results } from './calls/results.ts';
import { ROWS, type Row } from './calls/rows.ts';
import { costsOf, hostGoals } from './goals/host.ts';
import { grid, writePart } from './part.ts';
import { align, machine, ratio, remarks, time } from './text.ts';

const HELP = `npm run bench -- host [OPTIONS]

  --only A,B    these workloads
  --ways A,B    these columns beside node:wasi (default ${hostKeys.filter((key) => key !== 'node-wasi').join(',')})
  --rounds N    measurements of each cell (default 5)
  --seconds S   CPU time of a measurement (default 0.3)
  --write       writes its part of docs/benchmarks.md
`;

/** The column that the others are multiples of. */
const BASE = 'node-wasi';

function rowsOf(words: readonly string[] | undefined): readonly Row[] {
  const unknown = words?.find((word) => !ROWS.some(({ workload }) => workload === word));
  if (unknown !== undefined) throw new UsageError(`Unknown workload ${unknown}.\n\n${HELP}`);
  return ROWS.filter(({ workload }) => words?.includes(workload) !== false);
}

function lines(results: Results): { head: string[]; cells: string[][] } {
  const columns = results.columns.filter(({ key }) => key !== BASE);
  const base = results.column(BASE)!;
  const cells = results.rows.map((row) => {
    const figure = results.figure(row, base);
    const ratios = columns.map((column) => ratio(results.figure(row, column), figure));
    return [row.label, figure === null ? '—' : time(figure.median), ...ratios];
  });
  return { head: ['call', base.label, ...columns.map(({ label }) => label)], cells };
}

/** The cells without a figure, but not those of bare calls, which are a few only. */
function missing(results: Results): string[] {
  return remarks(results, ({ label }) => label).filter((text) => !text.endsWith('not a call of its own'));
}

function docs(results: Results, goals: readonly string[], leftOut: readonly string[], rounds: number): string {
  const { head, cells } = lines(results);
  const notes = [...missing(results), ...leftOut].map((note) => `- ${note}`);
  return `# Cost of a host directory

The rows of the first table, of a guest on a directory of tmpfs: in each way in which a host directory is reached, and as
multiples of node:wasi's time, which is in the second column. The last two columns have no guest. \`libc, bare\` makes the
fewest calls of the kernel that do the work and keep to the directory, through koffi, without a server or a cache: what a
row of ours costs beyond it is our own, and where it is above 1 no way through koffi can reach node:wasi. \`node:fs, plain
paths\` confines nothing. Medians of ${rounds} interleaved rounds, CPU time, each cell a process.
${machine()}

${goals.map((goal) => `- ${goal}`).join('\n')}

${grid(head, cells)}${notes.length === 0 ? '' : `\n\n${notes.join('\n')}`}`;
}

async function host(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) return console.log(HELP);
  const given = readArguments(argv, ['write'], ['only', 'ways', 'rounds', 'seconds'], HELP);
  const ways = listOf(given, 'ways');
  const found = hostKeys.filter((key) => key === BASE || ways?.includes(key) !== false).map(columnOf);
  const columns = found.filter((column): column is Column => typeof column !== 'string');
  const leftOut = found.filter((column) => typeof column === 'string');
  const rounds = numberOf(given, 'rounds') ?? 5;
  const target = numberOf(given, 'seconds') ?? 0.3;
  const limits = { warmUp: 0.5, target, cap: 10, wall: 120 };
  const results = await measure({
    rows: rowsOf(listOf(given, 'only')),
    columns,
    rounds,
    elsewhere: rounds,
    limits,
    once: 30,
  });
  const { head, cells } = lines(results);
  console.log(align([head, ...cells]));
  for (const line of [...leftOut, ...missing(results)]) console.log(`\n${line}`);
  const way = ['openat2', 'openat', 'proc'].find((key) => results.column(key) !== undefined);
  const goals = way === undefined ? [] : hostGoals(costsOf(results, way, ({ label }) => label));
  for (const goal of goals) console.log(`\n${goal}`);
  if (given.has('write')) writePart('host', docs(results, goals, leftOut, rounds));
}

try {
  await host(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
