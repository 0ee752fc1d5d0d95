// Goals (a) and (b): speed relative to node:wasi, the peers, and native code.
import type { Results } from '../calls/results.ts';
import type { Row } from '../calls/rows.ts';

/** The column the goals are about. */
export const OURS = 'ram';
/** The number of rows of goal (b), on which we are to be faster than native. */
const NATIVE_ROWS = 30;

/** A row that a goal is about: our time divided by the other's, and whose that is. */
export interface Comparison {
  row: Row;
  ratio: number;
  against: string;
}

export interface Goal {
  text: string;
  /** null when the columns it is about were not run. */
  met: boolean | null;
  wins: number;
  of: number;
  /** The rows that are not faster, slowest first. */
  lost: Comparison[];
}

/** Goal (a): each row faster than node:wasi and than the fastest peer; goal (b): 30 rows faster than native. */
export function goals(results: Results): Goal[] {
  const nodeWasi = against(results, (row) => of(results, row, 'node-wasi'));
  const peers = against(results, (row) => peer(results, row));
  const native = against(results, (row) => of(results, row, 'native'));
  return [
    goal('(a) every row faster than node:wasi on tmpfs', nodeWasi, nodeWasi.length),
    goal('(a) every row faster than the fastest in-memory JavaScript peer of that row', peers, peers.length),
    goal(`(b) at least ${NATIVE_ROWS} rows faster than native on tmpfs`, native, NATIVE_ROWS),
  ];
}

interface Other {
  label: string;
  median: number;
}

function of(results: Results, row: Row, key: string): Other | null {
  const column = results.column(key);
  const figure = results.figure(row, column);
  return figure && { label: column!.label, median: figure.median };
}

function peer(results: Results, row: Row): Other | null {
  const best = results.fastestPeer(row);
  return best && { label: best.column.label, median: best.figure.median };
}

/** The rows where both have a figure. */
function against(results: Results, other: (row: Row) => Other | null): Comparison[] {
  return results.rows.flatMap((row) => {
    const ours = of(results, row, OURS);
    const theirs = other(row);
    return ours && theirs ? [{ row, ratio: ours.median / theirs.median, against: theirs.label }] : [];
  });
}

function goal(text: string, compared: Comparison[], needed: number): Goal {
  const lost = compared.filter(({ ratio }) => ratio >= 1).sort((a, b) => b.ratio - a.ratio);
  const wins = compared.length - lost.length;
  return { text, met: compared.length === 0 ? null : wins >= needed, wins, of: compared.length, lost };
}
