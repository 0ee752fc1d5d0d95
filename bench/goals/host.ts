// The goal for host directories: the cost of each row relative to node:wasi on the same directory.
import type { Results } from '../calls/results.ts';
import type { Row } from '../calls/rows.ts';
import { digits } from '../text.ts';

/** The number of rows that may cost more than node:wasi's, and the largest multiple of any. */
export const MORE = 3;
export const MOST = 1.3;

/** The times of a row, as a multiple of node:wasi's; NaN without a figure. */
export interface Cost {
  label: string;
  ratio: number;
}

/** The rows of one column, as multiples of node:wasi's. */
export function costsOf(results: Results, key: string, label: (row: Row) => string): Cost[] {
  return results.rows.map((row) => {
    const ours = results.figure(row, results.column(key));
    const theirs = results.figure(row, results.column('node-wasi'));
    return { label: label(row), ratio: ours === null || theirs === null ? NaN : ours.median / theirs.median };
  });
}

/** The two goals as sentences: how many rows cost at most as much as node:wasi's, and which are above the limit. */
export function hostGoals(costs: readonly Cost[]): string[] {
  const dearer = beyond(costs, 1);
  const above = beyond(costs, MOST);
  return [
    `At least ${costs.length - MORE} of ${costs.length} rows at most node:wasi's time: ${said(dearer.length <= MORE)}, ${costs.length - dearer.length}.${list(dearer)}`,
    `No row above ${MOST} times: ${said(above.length === 0)}.${list(above)}`,
  ];
}

/** The rows above a limit as they are printed, most expensive first. */
function beyond(costs: readonly Cost[], limit: number): Cost[] {
  return costs.filter(({ ratio }) => !(Number(digits(ratio)) <= limit)).sort((a, b) => b.ratio - a.ratio);
}

function said(met: boolean): string {
  return met ? 'met' : 'NOT met';
}

function list(costs: readonly Cost[]): string {
  return costs.length === 0
    ? ''
    : ` Above: ${costs.map(({ label, ratio }) => `${label} ${digits(ratio)}`).join('; ')}.`;
}
