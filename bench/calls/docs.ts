// docs/benchmarks.md and docs/benchmarks.svg, from the results of a run.
import { writeFileSync } from 'node:fs';
import { chart } from './chart.ts';
import { goals } from '../goals/calls.ts';
import type { Options } from './options.ts';
import { DOCS, grid, writePart } from '../part.ts';
import type { Results } from './results.ts';
import type { Row } from './rows.ts';
import { digits, goalText, machine, ratio, remarks, time } from '../text.ts';

/** Writes both files. */
export function writeDocs(results: Results, options: Options): void {
  writeFileSync(`${DOCS}benchmarks.svg`, chart(results));
  writePart('calls', text(results, options));
}

function text(results: Results, options: Options): string {
  const base = results.column('native') ?? results.column('node-wasi') ?? results.columns[0]!;
  const label = (row: Row) => row.label;
  const goalList = goals(results).map((goal) => `- ${goalText(goal, label)}`);
  const notes = [...remarks(results, label), ...options.leftOut];
  return `# Cost of a call

${method(options)}

![How many times faster wasi9p on ram is than the others](benchmarks.svg)

## Goals

${goalList.join('\n')}

## Times, as multiples of those of ${base.label}

Below 1 is faster. Each figure is a median over the rounds divided by the median of ${base.label}, whose times are in
the second column, for orientation only. \`≥\`: the cost was still growing when the measurement was broken off.
—: the host cannot do it.

${markdown(results, base.key)}

## Spread

The slowest round divided by the fastest: how much noise there is in a figure.

${spreadTable(results)}

${notes.length === 0 ? '' : `## Without a figure\n\n${notes.map((note) => `- ${note}`).join('\n')}\n`}`;
}

function method({ rounds, elsewhere, limits }: Options): string {
  return `One C program (bench/program) holds the workloads. clang, itself running on wasi9p, compiles it for WASI; gcc
compiles it natively; both with -O2. Every cell of the table is a process of its own that does one workload in an empty
directory. It warms up for ${limits.warmUp} s (the native one for less), so that compilers have compiled the
hot code, then measures for at least ${limits.target} s, up to the end of a file or a listing. What a call costs is CPU
time of the whole process, user and system and all its threads, by getrusage on all hosts: garbage collection and
compilation that go on beside the program count. The checks of results are part of the program: a call that does not do
what it should ends the run.

${rounds} round${rounds === 1 ? '' : 's'}${elsewhere < rounds ? ` (${elsewhere} on the other runtimes)` : ''}, interleaved: each runs every cell once, beginning with another host for every row.
${machine()}`;
}

function markdown(results: Results, base: string): string {
  const columns = results.columns.filter(({ key }) => key !== base);
  const baseColumn = results.column(base)!;
  const head = ['call', baseColumn.label, ...columns.map(({ label }) => label)];
  const lines = results.rows.map((row) => {
    const figure = results.figure(row, baseColumn);
    const cells = columns.map((column) => ratio(results.figure(row, column), figure));
    return [row.label, figure === null ? '—' : time(figure.median), ...cells];
  });
  return grid(head, lines);
}

function spreadTable(results: Results): string {
  const head = ['call', ...results.columns.map(({ label }) => label)];
  const lines = results.rows.map((row) => {
    const cells = results.columns.map((column) => {
      const figure = results.figure(row, column);
      return figure === null ? '—' : digits(figure.max / figure.min);
    });
    return [row.label, ...cells];
  });
  return grid(head, lines);
}
