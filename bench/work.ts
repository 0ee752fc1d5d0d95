// `npm run bench -- work`: runs real programs on every host and measures their CPU time.
import { columnOf, type Column } from './calls/columns.ts';
import { UsageError, listOf, numberOf, readArguments } from './calls/options.ts';
import { writePart } from './part.ts';
import { Results } from './calls/results.ts';
import { remarks } from './text.ts';
import { runJob, type Outcome } from './work/cell.ts';
import { JOBS } from './work/jobs.ts';
import type { Job } from './work/job.ts';
import { disagreements, rowOf, workPart, workTable, type WorkRun } from './work/report.ts';

const HOSTS = ['node-wasi', 'ram', 'memfs', 'hostdir', 'browser-wasi-shim'];
const QUICK = ['node-wasi', 'ram'];

const HELP = `npm run bench -- work [OPTIONS]     real programs: CPU time here and on other hosts

  --quick           less work a program, one round, hosts ${QUICK.join(' ')}
  --only A,B        these programs: ${JOBS.map(({ key }) => key).join(' ')}
  --hosts A,B       these hosts: ${HOSTS.join(' ')}, each also as HOST@RUNTIME
  --rounds N        how often each cell is run (default 3)
  --write           writes its part of docs/benchmarks.md
`;

interface WorkOptions {
  jobs: readonly Job[];
  columns: readonly Column[];
  leftOut: readonly string[];
  rounds: number;
  quick: boolean;
  write: boolean;
}

/** @throws UsageError */
function parse(argv: readonly string[]): WorkOptions {
  const given = readArguments(argv, ['quick', 'write'], ['only', 'hosts', 'rounds'], HELP);
  const quick = given.has('quick');
  const names = listOf(given, 'hosts') ?? (quick ? QUICK : HOSTS);
  for (const name of names) {
    if (!HOSTS.includes(name.split('@')[0]!)) throw new UsageError(`The host ${name} cannot run programs.\n\n${HELP}`);
  }
  const found = names.map(columnOf);
  return {
    jobs: (listOf(given, 'only') ?? JOBS.map(({ key }) => key)).map(jobOf),
    columns: found.filter((column) => typeof column !== 'string'),
    leftOut: found.filter((column) => typeof column === 'string'),
    rounds: numberOf(given, 'rounds') ?? (quick ? 1 : 3),
    quick,
    write: given.has('write'),
  };
}

function jobOf(key: string): Job {
  const job = JOBS.find((job) => job.key === key);
  if (job === undefined) throw new UsageError(`Unknown program ${key}.\n\n${HELP}`);
  return job;
}

/** Runs all cells, interleaved; a host that failed a job does not run it again. */
function measure({ jobs, columns, rounds, quick, leftOut }: WorkOptions): WorkRun {
  const results = new Results(jobs.map(rowOf), columns);
  const hashes = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [i, job] of jobs.entries()) {
      for (let k = 0; k < columns.length; k++) {
        const column = columns[(round + i + k) % columns.length]!;
        const samples = results.of(rowOf(job), column);
        if (samples.at(-1)?.error !== undefined) continue;
        progress(`round ${round + 1} of ${rounds}: ${job.label}, ${column.label}`);
        const outcome: Outcome = runJob(job, column, quick);
        results.add(rowOf(job), column, outcome.sample);
        if (outcome.hash !== undefined) hashes.set(`${job.key} ${column.key}`, outcome.hash);
      }
    }
  }
  progress('');
  return { jobs, results, hashes, rounds, quick, leftOut };
}

/** Replaces the progress line, on a terminal only. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K`);
}

function main(argv: readonly string[]): void {
  if (argv.includes('--help')) return console.log(HELP);
  const options = parse(argv);
  const run = measure(options);
  console.log(workTable(run));
  for (const line of [...options.leftOut, ...remarks(run.results, ({ workload }) => workload), ...disagreements(run)]) {
    console.log(`\n${line}`);
  }
  if (disagreements(run).length > 0) process.exitCode = 1;
  if (options.write) writePart('work', workPart(run));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
