// Counts of calls and messages by name, and their table, as that of strace -c.

/** The count of one call or message. */
export interface CallCount {
  /** Number of calls. */
  calls: number;
  /** Number of calls with an errno; for messages, those answered by Rlerror. */
  errors: number;
  /** Time of all calls, in milliseconds. That of a call includes its messages. */
  ms: number;
}

/** Adds one call of this name. */
export function addCall(counts: Map<string, CallCount>, name: string, failed: boolean, ms: number): void {
  let stat = counts.get(name);
  if (stat === undefined) counts.set(name, (stat = { calls: 0, errors: 0, ms: 0 }));
  stat.calls++;
  if (failed) stat.errors++;
  stat.ms += ms;
}

const COLUMNS = ['% time', 'seconds', 'usecs/call', 'calls', 'errors'];
const WIDTHS = [6, 11, 11, 9, 9];

/** Returns the lines of a table, the row with the most time first. `kind` is the heading of the names. */
export function table(kind: string, counts: ReadonlyMap<string, CallCount>): string[] {
  const rows = [...counts].sort(([, a], [, b]) => b.ms - a.ms);
  const total: CallCount = { calls: 0, errors: 0, ms: 0 };
  for (const [, stat] of rows) {
    total.calls += stat.calls;
    total.errors += stat.errors;
    total.ms += stat.ms;
  }
  const line = (cells: readonly string[], name: string): string =>
    `${cells.map((cell, i) => cell.padStart(WIDTHS[i]!)).join(' ')} ${name}`;
  const row = ([name, { calls, errors, ms }]: readonly [string, CallCount]): string => {
    const share = ((100 * ms) / (total.ms || 1)).toFixed(2);
    return line(
      [
        share,
        (ms / 1000).toFixed(6),
        ((1000 * ms) / (calls || 1)).toFixed(1),
        String(calls),
        errors > 0 ? String(errors) : '',
      ],
      name,
    );
  };
  const rule = line(
    WIDTHS.map((width) => '-'.repeat(width)),
    '-'.repeat(16),
  );
  return [line(COLUMNS, kind), rule, ...rows.map(row), rule, row(['total', total])];
}
