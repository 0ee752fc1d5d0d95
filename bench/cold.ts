// `npm run bench -- cold [--rounds N] [--only A,B] [--write]`: what a program's first calls cost, before anything is
// compiled for speed. Each sample is a process of its own. Needs dist/ (`npm run build`).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { TMPFS } from './calls/columns.ts';
import { slowerRows } from './goals/cold.ts';
import { listOf, numberOf, readArguments } from './calls/options.ts';
import { grid, writePart } from './part.ts';
import { compileProgram } from './program.ts';
import { ROWS } from './calls/rows.ts';
import { align, digits, machine, time } from './text.ts';

/** Calls of a row; the few rows of large calls have fewer. */
const CALLS = 1000;
const FEWER: Readonly<Record<string, number>> = { write1m: 64, read1m: 64 };
/** Bytes of the files of these rows: what the calls pass over. */
const SIZES: Readonly<Record<string, number>> = {
  seqwrite4k: 4096 * CALLS,
  seqread4k: 4096 * CALLS,
  pread4k: 4096 * CALLS,
  pwrite4k: 4096 * CALLS,
};
/** The row of a program that makes no call: from the WASI object to the end. */
const START = 'nothing';
const LABELS = new Map([[START, 'new WASI, instance, start and end, without a call']]);

/** Host, label, flags of Node. The last one does not count for the goal: it shows the time of the optimizing compiler. */
const HOSTS = [
  ['node-wasi', 'node:wasi, tmpfs', []],
  ['ram', 'wasi9p, ram', []],
  ['hostdir', 'wasi9p, hostdir on tmpfs', []],
  ['ram', 'wasi9p, ram, without the optimizing compiler', ['--no-opt']],
] as const;

/** CPU times, nanoseconds: of all threads, and of the main one. */
interface Times {
  readonly all: number;
  readonly main: number;
}

const CHILD = join(dirname(process.argv[1]!), 'hosts', 'cold.mjs');

/** CPU time of the row in one process, nanoseconds; of one call, or of the whole. */
function sample(host: string, flags: readonly string[], workload: string, wasm: string): Times {
  const where = mkdtempSync(join(existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-bench-'));
  try {
    const size = SIZES[workload];
    // The program's arguments: no warm-up, and the number of calls.
    const last = ['-1', String(FEWER[workload] ?? CALLS), '0', ...(size === undefined ? [] : [String(size)])];
    const args = ['--no-warnings', ...flags, CHILD, host, wasm, where, workload, ...last];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${workload} on ${host}: ${stderr}`);
    const found = JSON.parse(stdout) as Record<'calls' | 'callsMain' | 'whole' | 'wholeMain', number | null>;
    const [all, main] = workload === START ? [found.whole, found.wholeMain] : [found.calls, found.callsMain];
    return { all: 1000 * (all ?? NaN), main: 1000 * (main ?? NaN) };
  } finally {
    rmSync(where, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const HELP = 'npm run bench -- cold [--rounds N] [--only A,B] [--write]';
const given = readArguments(process.argv.slice(2), ['write'], ['rounds', 'only'], HELP);
const rounds = numberOf(given, 'rounds') ?? 15;
const only = listOf(given, 'only');
const workloads = [START, ...ROWS.map(({ workload }) => workload)].filter((name) => only?.includes(name) ?? true);
const { wasm } = await compileProgram(false);
const samples = new Map(workloads.map((workload) => [workload, HOSTS.map((): Times[] => [])]));
for (let round = 0; round < rounds; round++) {
  for (const [i, workload] of workloads.entries()) {
    for (let k = 0; k < HOSTS.length; k++) {
      const at = (round + i + k) % HOSTS.length;
      samples.get(workload)![at]!.push(sample(HOSTS[at]![0], HOSTS[at]![2], workload, wasm));
    }
  }
}

const labelOf = (workload: string): string => {
  const label = LABELS.get(workload) ?? ROWS.find((row) => row.workload === workload)!.label;
  return label
    .replace('growing to 64 MiB', 'growing')
    .replace('64 MiB in sequence', 'in sequence')
    .replace(' in 64 MiB', '');
};
const medians = (list: readonly Times[]): Times => ({
  all: median(list.map(({ all }) => all)),
  main: median(list.map(({ main }) => main)),
});
const rows = workloads.map((workload) => ({ label: labelOf(workload), times: samples.get(workload)!.map(medians) }));
const costs = rows.map(({ label, times: [base, ...ours] }) => ({
  label,
  base: base!.all,
  ours: ours.slice(0, 2).map(({ all }, i) => ({ label: HOSTS[i + 1]![1], ns: all })),
}));
const head = ['the first 1,000 calls, a call', ...HOSTS.map(([, label]) => label)];
const lines = rows.map(({ label, times }) => [
  label,
  time(times[0]!.all),
  ...times.slice(1).map(({ all, main }) => {
    return `${time(all)} **${digits(all / times[0]!.all)}** (${digits(main / times[0]!.main)})`;
  }),
]);
const goals = slowerRows(costs);
console.log(`${align([head, ...lines])}\n\n${goals.join('\n')}`);
if (given.has('write')) {
  writePart(
    'cold',
    `# Cold calls

A program's first ${CALLS.toLocaleString('en')} calls in a fresh process (64 of those of 1 MiB), by the program of the first
table without a warm-up, on the modules of dist/. CPU time of a call, with all threads; in bold what it is of node:wasi's,
in brackets the same of the main thread alone, for which a program waits. The first row has the making of the WASI
object, its instance, and the gate, which is compiled then; imports are in the table of start-up.
Medians of ${rounds} interleaved rounds, each cell a process.
${machine()}

${goals.map((line) => `- ${line}`).join('\n')}

node:wasi is compiled ahead of time. Ours is JavaScript: V8 interprets a function at first, then compiles it twice, and the
second, optimizing compiler runs beside the program in threads of its own. The last column is without it: the difference
is what V8 invests in the calls after these, which the first table measures. What grows a file on ram takes fresh
memory, whose pages the kernel maps one by one as they are touched; a file that is written later gets them again.

${grid(head, lines)}`,
  );
}
