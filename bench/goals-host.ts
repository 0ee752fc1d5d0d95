// The goal for host directories: the cost of a call relative to plain node:fs, and the rows over budget.
import { digits } from './text.ts';

/** How many times a plain call of node:fs one on a host directory may cost. */
export const BUDGET = 2.5;

/** What a row costs, nanoseconds. */
export interface Cost {
  label: string;
  plain: number;
  guarded: number;
}

/** Whether the budget was kept, and which rows did not. */
export function overBudget(costs: readonly Cost[]): string {
  const over = costs.filter(({ plain, guarded }) => !(guarded / plain <= BUDGET));
  const list = over.map(({ label, plain, guarded }) => `${label} ${digits(guarded / plain)}`);
  const rest = list.length === 0 ? '' : ` Above: ${list.join('; ')}.`;
  const kept = costs.length - over.length;
  return `At most ${BUDGET} times plain calls: ${over.length === 0 ? 'met' : 'NOT met'}, ${kept} of ${costs.length} rows.${rest}`;
}
