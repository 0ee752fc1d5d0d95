// `npm run bench -- growth`: what a byte of larger files and an entry of larger directories costs on ram. Flat is good.
import { runCell, type Limits } from './cell.ts';
import { columnOf } from './columns.ts';
import { compileProgram } from './program.ts';
import { align, digits } from './text.ts';

const LIMITS: Limits = { warmUp: 0.4, target: 0.4, cap: 30, wall: 120 };
const ROUNDS = 3;

const MIB = 2 ** 20;
const SIZES = [MIB, 16 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB];
const ENTRIES = [10, 100, 1000, 10_000, 100_000, 1_000_000];

/** Workload, its label, and by how much the time of an operation is divided. */
const BY_SIZE: readonly [string, string, number][] = [
  ['seqwrite4k', 'write 4 KiB, a KiB', 4],
  ['seqread4k', 'read 4 KiB, a KiB', 4],
  ['pread4k', 'pread 4 KiB at random, a KiB', 4],
  ['pwrite4k', 'pwrite 4 KiB at random, a KiB', 4],
  ['write1m', 'write 1 MiB, a KiB', 1024],
  ['read1m', 'read 1 MiB, a KiB', 1024],
];
const BY_ENTRIES: readonly [string, string, number][] = [
  ['readdir1k', 'readdir, an entry', 1],
  ['statamong', 'stat of one of them, at random', 1],
  ['createamong', 'create + close + unlink beside them', 1],
];

const program = await compileProgram(false);
const column = columnOf(process.argv[2] ?? 'ram');
if (typeof column === 'string') throw new Error(column);

/** The least of the rounds, nanoseconds: what disturbs only adds. */
function cost(workload: string, size: number, divisor: number): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const sample = runCell(column as Exclude<typeof column, string>, { workload, label: '', size }, program, LIMITS);
    if (sample.error !== undefined) throw new Error(`${workload} of ${size}: ${sample.error}`);
    least = Math.min(least, sample.ns / divisor);
  }
  return least;
}

function table(head: readonly string[], sizes: readonly number[], list: readonly [string, string, number][]): void {
  const lines = list.map(([workload, label, divisor]) => {
    const costs = sizes.map((size) => cost(workload, size, divisor));
    return [label, ...costs.map((ns) => `${digits(ns)} ns`), digits(costs.at(-1)! / costs[0]!)];
  });
  console.log(`${align([[...head, 'last / first'], ...lines])}\n`);
}

table(['file of', ...SIZES.map((size) => `${size / MIB} MiB`)], SIZES, BY_SIZE);
table(['directory of', ...ENTRIES.map(String)], ENTRIES, BY_ENTRIES);
