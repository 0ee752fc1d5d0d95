// `npm run bench -- memory`: what ram keeps, and what a call allocates, through the whole stack. The benchmark program
// asks for the time before and after each batch; here that is when memory is looked at, and the time is made up, so
// that the program makes as many batches of as many operations as wanted.
import { readFileSync } from 'node:fs';
import { WASI } from '../shim/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import {
  LIMITS,
  NOTHING,
  allocatedGoal,
  bytesText,
  keptGoal,
  limitText,
  memoryText,
  type Allocated,
  type ByteLimit,
  type Kept,
} from './goals/memory.ts';
import { grid, writePart } from './part.ts';
import { compileProgram } from './program.ts';
import { align, digits, machine } from './text.ts';

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined)
  throw new Error('Memory is looked at with `node --expose-gc`: run `npm run bench -- memory`.');

const module = await WebAssembly.compile(readFileSync((await compileProgram(false)).wasm));

/** Bytes of memory in use: JavaScript's objects and the bytes of its buffers. */
function inUse(): number {
  collect!();
  collect!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

interface Observed {
  /** Growth of memory during the set-up of the workload, bytes. */
  setUp: number;
  /** Growth of memory during the batches after that, bytes. */
  batches: number;
  /** Operations of all batches. */
  operations: number;
  /** Bytes of JavaScript's heap that an operation allocates, garbage included. */
  allocated: number;
}

/**
 * Runs a workload.
 * @param doublings A batch has 2 to the power of that operations.
 * @param batches How many such batches are run.
 */
function observe(workload: string, size: number | null, doublings: number, batches: number): Observed {
  const grown: number[] = [];
  let calls = 0;
  let clock = 0;
  let afterSetUp = 0;
  let heap = 0;
  let left = 0;
  let failure = '';
  const bench = {
    cpu() {
      if (calls === 0) afterSetUp = inUse();
      const now = process.memoryUsage().heapUsed;
      const ends = calls++ % 2 === 1;
      // The first batches take no time, so that the program doubles them; the next takes too much for one more.
      if (ends && calls > 2 * doublings) clock += calls === 2 * (doublings + 1) ? batches : 1;
      if (ends && calls > 2 * (doublings + 1)) grown.push(now - heap);
      heap = process.memoryUsage().heapUsed;
      return clock;
    },
    report: () => (left = inUse() - afterSetUp),
    fail: () => (failure = workload),
  };
  const args = ['bench', workload, '/', '1', String(batches), '1e9', ...(size === null ? [] : [String(size)])];
  const wasi = new WASI({ args, preopens: { '/': ram() } });
  const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench });
  const before = inUse();
  wasi.start(instance);
  if (failure !== '') throw new Error(`The workload ${failure} failed.`);
  // A batch with a garbage collection cannot be measured.
  const whole = grown.filter((bytes) => bytes >= 0).sort((a, b) => a - b);
  return {
    setUp: afterSetUp - before,
    batches: left,
    operations: 2 ** doublings * (batches + 2) - 1,
    allocated: (whole[whole.length >> 1] ?? NaN) / 2 ** doublings,
  };
}

const MIB = 2 ** 20;

/** Bytes kept per operation: a long run minus a short one, since compiled code takes memory, too. */
function keptByMore(workload: string, size: number | null): { operations: number; bytes: number } {
  const short = observe(workload, size, 11, 10);
  const long = observe(workload, size, 11, 60);
  const operations = long.operations - short.operations;
  return { operations, bytes: Math.max(0, long.batches - short.batches) / operations };
}

/** The memory of a hole: the workload grows the file to 1 MiB and truncates it again, by turns. */
function standingHole(): number {
  // An odd number of operations ends with the hole, one more without it.
  const grown = observe('ftruncate', MIB, 0, 10);
  const cut = observe('ftruncate', MIB, 0, 11);
  return Math.max(0, grown.batches - cut.batches);
}

function kept(): Kept[] {
  const files = 100_000;
  const stored = 256 * MIB;
  const empty = observe('createamong', files, 0, 1).setUp / files;
  const full = observe('pread1', stored, 0, 1).setUp / stored;
  const shrunk = observe('ftruncate', 64 * MIB, 0, 1).setUp;
  const renames = keptByMore('renameover', null);
  const cuts = keptByMore('ftruncate', MIB);
  const hole = standingHole();
  const each = (bytes: number) => `${digits(bytes)} B each`;
  const row = (label: string, bytes: number, text: string, limit: ByteLimit): Kept => ({ label, bytes, text, limit });
  return [
    row('an empty file, its name included, of 100,000 in a directory', empty, `${digits(empty)} B`, LIMITS.emptyFile),
    row('a byte stored, in a file of 256 MiB', full, `${full.toFixed(4)} B`, LIMITS.byteStored),
    row('64 MiB cut to 4 KiB: kept', shrunk, `${Math.round(shrunk)} B`, LIMITS.cutOrHole),
    row('4 KiB grown to 1 MiB by a hole: kept', hole, `${Math.round(hole)} B`, LIMITS.cutOrHole),
    row(`${renames.operations} more renames over one name: kept`, renames.bytes, each(renames.bytes), LIMITS.none),
    row(`${cuts.operations} times more grown by a hole and cut: kept`, cuts.bytes, each(cuts.bytes), LIMITS.none),
  ];
}

/** Workloads with 10 million operations; the others, which are slower, have one million. */
const STEADY = ['fdstat', 'lseek', 'tell', 'fstat', 'pread1', 'pwrite1'];
const OTHERS = [
  'pread4k',
  'pwrite4k',
  'readv16',
  'writev16',
  'stat1',
  'stat8',
  'statabsent',
  'openclose',
  'rename',
  'link',
  'symlink',
  'mkdirrmdir',
  'createunlink',
];

interface Steady extends Allocated {
  operations: number;
  /** Bytes by which memory had grown after all of them. */
  left: number;
}

function allocations(): Steady[] {
  const lines = [...STEADY.map((name) => [name, 640] as const), ...OTHERS.map((name) => [name, 64] as const)];
  return lines.map(([workload, batches]) => {
    const { allocated, batches: left, operations } = observe(workload, null, 14, batches);
    return { workload, bytes: Math.max(0, allocated), operations, left };
  });
}

function keptTable(figures: readonly Kept[]): string[][] {
  return [
    ['memory', 'figure', 'goal (e)'],
    ...figures.map(({ label, text, limit }) => [label, text, limitText(limit)]),
  ];
}

function steadyTable(figures: readonly Steady[]): string[][] {
  const rows = figures.map(({ workload, bytes, operations, left }) => [
    workload,
    String(operations),
    bytesText(bytes),
    `${Math.round(left)} B`,
  ]);
  return [['steady state', 'operations', 'allocated by one', 'kept after all'], ...rows];
}

const keptFigures = kept();
const keptLines = keptTable(keptFigures);
console.log(`${align(keptLines)}\n`);
const steadyFigures = allocations();
const steadyLines = steadyTable(steadyFigures);
console.log(align(steadyLines));
const goals = [keptGoal(keptFigures), allocatedGoal(steadyFigures)].map(memoryText);
for (const goal of goals) console.log(`\n${goal}`);
if (process.argv.includes('--write')) {
  writePart(
    'memory',
    `# Retained and allocated memory

Through the whole stack on ram, JavaScript's objects and the bytes of its buffers, after collections: goals (e) and (f).
An operation that allocates less than ${NOTHING} B allocates nothing: so little is of what goes on beside it.
${machine()}

${goals.map((goal) => `- ${goal}`).join('\n')}

${[keptLines, steadyLines].map(([head, ...rows]) => grid(head!, rows)).join('\n\n')}`,
  );
}
