// `npm run bench -- growth`: the cost of a byte in larger files and of an entry in larger directories. It should be
// flat; the kernel's own cost, which is not always flat (page faults, small caches), is shown beside ours.
import { runCell, type Limits } from './calls/cell.ts';
import { columnOf, type Column } from './calls/columns.ts';
import { FLAT, growthGoal, growthOf, growthText, type Growth } from './goals/growth.ts';
import { UsageError, listOf, numberOf, readArguments } from './calls/options.ts';
import { grid, writePart } from './part.ts';
import { compileProgram, type Program } from './program.ts';
import { align, digits, machine } from './text.ts';

const LIMITS: Limits = { warmUp: 0.4, target: 0.4, cap: 30, wall: 120 };
const HOSTS = ['native', 'ram'];

const HELP = `npm run bench -- growth [OPTIONS]

  --only A,B    these workloads
  --hosts A,B   these hosts (default ${HOSTS.join(',')})
  --rounds N    of how many measurements the least is taken (default 3)
  --write       writes its part of docs/benchmarks.md
`;

const MIB = 2 ** 20;
const SIZES = [MIB, 16 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB];
const ENTRIES = [10, 100, 1000, 10_000, 100_000, 1_000_000];

interface Line {
  workload: string;
  label: string;
  /** The divisor of the time of an operation. */
  divisor: number;
}

const BY_SIZE: readonly Line[] = [
  { workload: 'seqwrite4k', label: 'write 4 KiB, a KiB', divisor: 4 },
  { workload: 'seqread4k', label: 'read 4 KiB, a KiB', divisor: 4 },
  { workload: 'pread4k', label: 'pread 4 KiB at random, a KiB', divisor: 4 },
  { workload: 'pwrite4k', label: 'pwrite 4 KiB at random, a KiB', divisor: 4 },
  { workload: 'write1m', label: 'write 1 MiB, a KiB', divisor: 1024 },
  { workload: 'read1m', label: 'read 1 MiB, a KiB', divisor: 1024 },
];
const BY_ENTRIES: readonly Line[] = [
  { workload: 'readdir1k', label: 'readdir, an entry', divisor: 1 },
  { workload: 'statamong', label: 'stat of one of them, at random', divisor: 1 },
  { workload: 'createamong', label: 'create + close + unlink beside them', divisor: 1 },
];

interface Run {
  program: Program;
  columns: readonly Column[];
  only: readonly string[] | undefined;
  rounds: number;
}

/** The minimum of the rounds for each column, nanoseconds: disturbances only add time. */
function costs(run: Run, { workload, divisor }: Line, size: number): number[] {
  const least = run.columns.map(() => Infinity);
  for (let round = 0; round < run.rounds; round++) {
    for (const [i, column] of run.columns.entries()) {
      const sample = runCell(column, { workload, label: '', size }, run.program, LIMITS);
      if (sample.error !== undefined) throw new Error(`${workload} of ${size} on ${column.label}: ${sample.error}`);
      least[i] = Math.min(least[i]!, sample.ns / divisor);
    }
  }
  return least;
}

/** Measures those lines that are wanted at each size. */
function measure(run: Run, sizes: readonly number[], lines: readonly Line[]): Growth[] {
  const wanted = lines.filter(({ workload }) => run.only === undefined || run.only.includes(workload));
  return wanted.map((line) => {
    const bySize = sizes.map((size) => costs(run, line, size));
    return {
      label: line.label,
      costs: new Map(run.columns.map(({ key }, i) => [key, bySize.map((each) => each[i]!)])),
    };
  });
}

/** A line of text for each workload and column. */
function table(columns: readonly Column[], head: readonly string[], rows: readonly Growth[]): string[][] {
  const lines = rows.flatMap(({ label, costs }) =>
    columns.map((column) => {
      const list = costs.get(column.key)!;
      const ratios = [list.at(-1)! / list[0]!, growthOf(list)];
      return [`${label}: ${column.label}`, ...list.map((ns) => `${digits(ns)} ns`), ...ratios.map(digits)];
    }),
  );
  return [[...head, 'last / first', 'dearest / first'], ...lines];
}

function growthPart(tables: readonly string[][][], goal: string, rounds: number): string {
  return `# Cost of growth

CPU time of a KiB of files from 1 MiB to 1 GiB, and of an entry of directories from 10 to 1,000,000, by the program of
the first table; the least of ${rounds} rounds. Goal (d) is that it be flat on ram: no size costs more than ${FLAT}
times the smallest; a cost that falls is flat. What native's rows grow by stands beside ours and excuses nothing. A file that
is written for the first time takes fresh pages from the kernel, natively on tmpfs, too, while a small one gets those
again that the last one gave back.
${machine()}

- ${goal}

${tables.map(([head, ...rows]) => grid(head!, rows)).join('\n\n')}`;
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) return console.log(HELP);
  const given = readArguments(argv, ['write'], ['only', 'hosts', 'rounds'], HELP);
  const found = (listOf(given, 'hosts') ?? HOSTS).map(columnOf);
  for (const column of found) if (typeof column === 'string') console.log(`${column}\n`);
  const columns = found.filter((column) => typeof column !== 'string');
  const program = await compileProgram(columns.some(({ script }) => script === null));
  const run: Run = { program, columns, only: listOf(given, 'only'), rounds: numberOf(given, 'rounds') ?? 3 };
  const files = measure(run, SIZES, BY_SIZE);
  const directories = measure(run, ENTRIES, BY_ENTRIES);
  const tables: string[][][] = [];
  if (files.length > 0) tables.push(table(columns, ['file of', ...SIZES.map((size) => `${size / MIB} MiB`)], files));
  if (directories.length > 0) {
    tables.push(table(columns, ['directory of', ...ENTRIES.map((count) => count.toLocaleString('en'))], directories));
  }
  for (const lines of tables) console.log(`${align(lines)}\n`);
  const goal = growthText(growthGoal([...files, ...directories], BY_SIZE.length + BY_ENTRIES.length));
  console.log(goal);
  if (given.has('write')) writePart('growth', growthPart(tables, goal, run.rounds));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
