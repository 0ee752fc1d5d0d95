// The report on the real programs: a table for the console, a part of docs/benchmarks.md, and the state of the goals.
import type { Column } from '../calls/columns.ts';
import { grid } from '../part.ts';
import type { Figure, Results } from '../calls/results.ts';
import type { Row } from '../calls/rows.ts';
import { align, digits, machine, ratio, remarks, time } from '../text.ts';
import type { Job } from './job.ts';

/** The column the goals are about, and what it is compared with. */
const OURS = 'ram';
const BASE = 'node-wasi';

export interface WorkRun {
  jobs: readonly Job[];
  results: Results;
  /** Hashes of the results, by job and column. */
  hashes: ReadonlyMap<string, string>;
  rounds: number;
  quick: boolean;
  leftOut: readonly string[];
}

export function rowOf({ key, label }: Job): Row {
  return { workload: key, label };
}

/** The times with their spread, and what they are of node:wasi's. */
export function workTable({ jobs, results }: WorkRun): string {
  const head = ['CPU time', ...results.columns.map(({ key }) => key), 'goal (c)'];
  return align([head, ...jobs.map((job) => [...cells(results, job, (text) => text), verdict(results, job)])]);
}

/** node:wasi on the same runtime, or where there is none (Deno, Bun) on the running Node. */
function baseOf(results: Results, job: Job, column: Column): Figure | null {
  const runtime = column.key.split('@')[1];
  return (runtime && figureOf(results, job, `${BASE}@${runtime}`)) || figureOf(results, job, BASE);
}

function figureOf(results: Results, job: Job, key: string): Figure | null {
  return results.figure(rowOf(job), results.column(key));
}

function spread({ median, min, max }: Figure): string {
  return min === max ? time(median) : `${time(median)} (${time(min)}–${time(max)})`;
}

/** Goal (c) for one program. */
function verdict(results: Results, job: Job): string {
  const [ours, base] = [figureOf(results, job, OURS), figureOf(results, job, BASE)];
  if (ours === null || base === null) return `≤ ${job.goal}: not measured`;
  return `≤ ${job.goal}: ${ours.median / base.median <= job.goal ? 'met' : 'NOT met'}`;
}

/** Sentences on programs that did not do the same everywhere. */
export function disagreements({ jobs, results, hashes }: WorkRun): string[] {
  return jobs.flatMap(({ key, label }) => {
    const seen = results.columns.map((column): [Column, string | undefined] => [
      column,
      hashes.get(`${key} ${column.key}`),
    ]);
    const first = seen.find(([, hash]) => hash !== undefined);
    const other = seen.find(([, hash]) => hash !== undefined && hash !== first![1]);
    return other === undefined ? [] : [`${label} did something else on ${other[0].label} than on ${first![0].label}.`];
  });
}

/** The part of docs/benchmarks.md. */
export function workPart(run: WorkRun): string {
  const { jobs, results, rounds } = run;
  const notes = [
    ...remarks(results, ({ label }) => label),
    ...run.leftOut,
    ...disagreements(run),
    ...jobs.flatMap(({ label, node }) =>
      node ? [`${label}: node:wasi is run with ${node.args.join(' ')}; ${node.why}.`] : [],
    ),
  ];
  return `# Cost of real work

Programs as their authors publish them, with work that goes through many files (bench/work). Every cell is a process of
its own; loading and compiling the program and making the files it finds are not counted, everything from its start to
its end is: CPU time of the whole process, user and system and all its threads. What comes out is compared: every
figure is of a run that gave the same as all others. ${rounds} round${rounds === 1 ? '' : 's'}, interleaved${run.quick ? ', with less work (--quick)' : ''}. ${machine()}

Goal (c), SQLite in at most 0.85 of node:wasi's time, all else in at most as much:

${jobs.map((job) => `- ${job.label} ${verdict(results, job)}${ratioText(results, job)}`).join('\n')}

The median, in brackets the least and the most; what it is of node:wasi's time on the same runtime, or on Node 20 where
a runtime has no node:wasi. The files are made by a client of the same server, where it is ours.

${grid(
  ['program', ...results.columns.map(({ label }) => label)],
  jobs.map((job) => cells(results, job, (text) => `**${text}**`)),
)}
${notes.length === 0 ? '' : `\n${notes.map((note) => `- ${note}`).join('\n')}\n`}`;
}

function ratioText(results: Results, job: Job): string {
  const [ours, base] = [figureOf(results, job, OURS), figureOf(results, job, BASE)];
  return ours === null || base === null ? '' : ` (${digits(ours.median / base.median)})`;
}

/** A line of the table: the label, then a cell for each column, its ratio made to stand out by `mark`. */
function cells(results: Results, job: Job, mark: (ratio: string) => string): string[] {
  const texts = results.columns.map((column) => {
    const figure = results.figure(rowOf(job), column);
    const base = baseOf(results, job, column);
    if (figure === null) return '—';
    return column.kind === 'node' || base === null ? spread(figure) : `${spread(figure)} ${mark(ratio(figure, base))}`;
  });
  return [job.label, ...texts];
}
