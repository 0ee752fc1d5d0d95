// The goal for host directories: the cost of a call relative to plain node:fs, and the rows over budget.
import { digits } from '../text.ts';

/** Maximum cost of a call on a host directory, as a multiple of the plain call of node:fs. */
export const BUDGET = 2.5;

/** The costs of a row, nanoseconds. */
export interface Cost {
  label: string;
  plain: number;
  guarded: number;
}

/** Returns a sentence with the number of rows within the budget, and the rows beyond it. */
export function overBudget(costs: readonly Cost[]): string {
  const beyond = costs.filter(({ plain, guarded }) => !(guarded / plain <= BUDGET));
  const list = beyond.map(({ label, plain, guarded }) => `${label} ${digits(guarded / plain)}`);
  const rest = list.length === 0 ? '' : ` Above: ${list.join('; ')}.`;
  const kept = costs.length - beyond.length;
  return `At most ${BUDGET} times plain calls: ${beyond.length === 0 ? 'met' : 'NOT met'}, ${kept} of ${costs.length} rows.${rest}`;
}
