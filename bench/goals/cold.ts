// The goal for cold calls: no row is slower on our stack than on node:wasi.
import { digits } from '../text.ts';

/** The CPU time of a row by host, nanoseconds; the first is that of node:wasi. */
export interface ColdRow {
  label: string;
  base: number;
  ours: readonly { label: string; ns: number }[];
}

/** Returns a sentence for each of our hosts: the number of rows that are not slower, and the slower ones. */
export function slowerRows(rows: readonly ColdRow[]): string[] {
  const [first] = rows;
  return (first?.ours ?? []).map(({ label }, i) => {
    const slower = rows.filter(({ base, ours }) => !(ours[i]!.ns <= base));
    const list = slower.map((row) => `${row.label} ${digits(row.ours[i]!.ns / row.base)}`);
    const rest = list.length === 0 ? '' : ` Slower: ${list.join('; ')}.`;
    const verdict = slower.length === 0 ? 'met' : 'NOT met';
    return `${label}, no row slower than node:wasi: ${verdict}, ${rows.length - slower.length} of ${rows.length} rows.${rest}`;
  });
}
