// Text shared by the reports: the machine, numbers with units, tables.
import { arch, availableParallelism, platform } from 'node:os';
import type { Goal } from './goals/calls.ts';
import type { Figure, Results } from './calls/results.ts';
import type { Row } from './calls/rows.ts';

/** Describes the machine of the measurement. */
export function machine(): string {
  const host = `${platform()} ${arch()}, ${availableParallelism()} processors, Node ${process.versions.node}`;
  return `The machine: ${host}, with other work going on. Trust the ratios, not the times.`;
}

/** Three significant digits. */
export function digits(value: number): string {
  if (value === 0) return '0';
  if (value >= 100) return String(Math.round(value));
  return value.toPrecision(value >= 10 ? 3 : 2).replace(/^0\./, '.');
}

/** Nanoseconds with the unit that fits. */
export function time(ns: number): string {
  if (ns < 1000) return `${digits(ns)} ns`;
  if (ns < 1e6) return `${digits(ns / 1e3)} µs`;
  return ns < 1e9 ? `${digits(ns / 1e6)} ms` : `${digits(ns / 1e9)} s`;
}

/** Formats the ratio of two times; with `≥` if it is a lower bound. */
export function ratio(figure: Figure | null, base: Figure | null): string {
  if (figure === null || base === null) return '—';
  return `${figure.atLeast ? '≥' : ''}${digits(figure.median / base.median)}`;
}

/** The table for the console: time an operation of each host, then what ram's is of the others'. */
export function consoleTable(results: Results): string {
  const head = ['CPU time an operation', ...results.columns.map(({ key }) => key), '/native', '/node', '/peer'];
  return align([head, ...results.rows.map((row) => consoleRow(results, row))]);
}

function consoleRow(results: Results, row: Row): string[] {
  const cells = results.columns.map((column) => {
    const figure = results.figure(row, column);
    return figure === null ? '—' : (figure.atLeast ? '≥' : '') + time(figure.median);
  });
  const ours = results.figure(row, results.column('ram'));
  const others = [
    results.figure(row, results.column('native')),
    results.figure(row, results.column('node-wasi')),
    results.fastestPeer(row)?.figure ?? null,
  ];
  return [row.label, ...cells, ...others.map((other) => ratio(ours, other))];
}

/** Columns side by side: the first to the left, the others to the right. */
export function align(lines: readonly string[][]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!));
  return lines.map((line) => line.map(pad).join('  ')).join('\n');
}

/** The cells without a figure, and why. */
export function remarks(results: Results, label: (row: Row) => string): string[] {
  return results.columns.flatMap((column) => {
    const errors = new Map<string, string[]>();
    for (const row of results.rows) {
      if (results.figure(row, column) !== null) continue;
      const why = results.error(row, column);
      errors.set(why, [...(errors.get(why) ?? []), label(row)]);
    }
    return [...errors].map(([why, labels]) => {
      const which = labels.length === results.rows.length ? 'any row' : labels.join(', ');
      return `${column.label}, no figure for ${which}: ${why}`;
    });
  });
}

/** A goal in a line, and the rows lost. */
export function goalText({ text, met, wins, of, lost }: Goal, label: (row: Row) => string): string {
  if (met === null) return `${text}: not measured in this run.`;
  const list = lost.map(({ row, ratio, against }) => `${label(row)} ${digits(ratio)} × ${against.split(',')[0]}`);
  const rest = list.length === 0 ? '' : ` Not faster: ${list.join('; ')}.`;
  return `${text}: ${met ? 'met' : 'NOT met'}, ${wins} of ${of} rows.${rest}`;
}
