// Goal (d): growth of the costs with the size.
import { OURS } from './calls.ts';

/** A row is flat when no size costs more than this many times the smallest. A cost that falls is flat, too. */
export const FLAT = 1.5;

const TEXT = '(d) the cost of a byte flat from 1 MiB to 1 GiB, of an entry from 10 to 1,000,000';

/** A workload's cost at each size, the smallest first, by the column's key. */
export interface Growth {
  label: string;
  costs: ReadonlyMap<string, readonly number[]>;
}

/** A row of ours that is not flat. */
export interface Steep {
  label: string;
  growth: number;
  /** null when native was not run. It excuses nothing. */
  native: number | null;
}

export interface GrowthGoal {
  /** null when too few rows were run to tell. */
  met: boolean | null;
  /** The number of our rows that were run, and of those in the goal. */
  measured: number;
  of: number;
  /** The steepest first. */
  steep: Steep[];
}

/** Returns the highest cost divided by that of the smallest size. */
export function growthOf(costs: readonly number[]): number {
  return Math.max(...costs) / costs[0]!;
}

/** @param of Number of rows of a complete run: fewer cannot meet the goal, but a single one can miss it. */
export function growthGoal(rows: readonly Growth[], of: number): GrowthGoal {
  const ours = rows.filter(({ costs }) => costs.has(OURS));
  const steep = ours
    .map(({ label, costs }) => ({ label, growth: grown(costs, OURS)!, native: grown(costs, 'native') }))
    // Not `> FLAT`: NaN is not flat.
    .filter(({ growth }) => !(growth <= FLAT))
    .sort((a, b) => b.growth - a.growth);
  const met = steep.length > 0 ? false : ours.length < of ? null : true;
  return { met, measured: ours.length, of, steep };
}

function grown(costs: Growth['costs'], key: string): number | null {
  const list = costs.get(key);
  return list === undefined ? null : growthOf(list);
}

/** The goal in a line, and the rows that are not flat. */
export function growthText({ met, measured, of, steep }: GrowthGoal): string {
  if (measured === 0) return `${TEXT}: not measured in this run.`;
  if (met === null) return `${TEXT}: not decided, only ${measured} of ${of} rows measured in this run, all flat.`;
  const flat = `${measured - steep.length} of ${measured} rows flat`;
  if (met) return `${TEXT}: met, ${flat}.`;
  return `${TEXT}: NOT met, ${flat}. Not flat: ${steep.map(steepText).join('; ')}.`;
}

function steepText({ label, growth, native }: Steep): string {
  return `${label} ${growth.toFixed(2)}${native === null ? '' : ` (native ${native.toFixed(2)})`}`;
}
