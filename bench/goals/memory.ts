// Goals (e) and (f): memory kept and allocated.

/** The limit of a figure in bytes, inclusive (≤) or exclusive (<). */
export interface ByteLimit {
  sign: '≤' | '<';
  bytes: number;
}

/** Goal (e). Code that is compiled meanwhile takes memory, too: so `none` is not 0, nor what a cut leaves 4 KiB. */
export const LIMITS = {
  emptyFile: { sign: '≤', bytes: 300 },
  byteStored: { sign: '≤', bytes: 1.1 },
  cutOrHole: { sign: '<', bytes: 64 * 1024 },
  none: { sign: '<', bytes: 1 },
} as const satisfies Record<string, ByteLimit>;

/** An operation that allocates fewer bytes than this allocates nothing: the rest is of what goes on beside it. */
export const NOTHING = 1;

/** A figure of goal (e). */
export interface Kept {
  label: string;
  bytes: number;
  /** The figure, formatted as in the table. */
  text: string;
  limit: ByteLimit;
}

/** A figure of goal (f). */
export interface Allocated {
  workload: string;
  /** Bytes per operation; NaN without a sample. */
  bytes: number;
}

export interface MemoryGoal {
  text: string;
  /** The name of the counted figures, and the heading of those that miss the goal. */
  counted: string;
  missing: string;
  /** null when nothing was measured. */
  met: boolean | null;
  of: number;
  /** Each that misses, with its figure. */
  missed: string[];
}

/** Goal (e): each figure within its limit. */
export function keptGoal(figures: readonly Kept[]): MemoryGoal {
  const missed = figures.filter(({ bytes, limit }) => !within(bytes, limit));
  return {
    text:
      `(e) an empty file ${limitText(LIMITS.emptyFile)}, a byte stored ${limitText(LIMITS.byteStored)}, ` +
      'none kept after renames over one name or a shrinking truncate, holes free',
    counted: 'figures within their limits',
    missing: 'Beyond',
    met: figures.length === 0 ? null : missed.length === 0,
    of: figures.length,
    missed: missed.map(({ label, text, limit }) => `${label} ${text}, limit ${limitText(limit)}`),
  };
}

/** Goal (f): no call allocates. */
export function allocatedGoal(figures: readonly Allocated[]): MemoryGoal {
  // Those without a figure, which is below nothing, come last.
  const order = ({ bytes }: Allocated) => (Number.isNaN(bytes) ? -1 : bytes);
  const missed = figures.filter(({ bytes }) => !(bytes < NOTHING)).sort((a, b) => order(b) - order(a));
  return {
    text: '(f) no call allocates in steady state',
    counted: 'rows allocate nothing',
    missing: 'Allocating',
    met: figures.length === 0 ? null : missed.length === 0,
    of: figures.length,
    missed: missed.map(({ workload, bytes }) => `${workload} ${bytesText(bytes)}`),
  };
}

/** A goal in a line, and what misses it. */
export function memoryText({ text, counted, missing, met, of, missed }: MemoryGoal): string {
  if (met === null) return `${text}: not measured in this run.`;
  const rest = missed.length === 0 ? '' : ` ${missing}: ${missed.join('; ')}.`;
  return `${text}: ${met ? 'met' : 'NOT met'}, ${of - missed.length} of ${of} ${counted}.${rest}`;
}

// NaN is not within a limit.
function within(figure: number, { sign, bytes }: ByteLimit): boolean {
  return sign === '≤' ? figure <= bytes : figure < bytes;
}

/** Formats a limit as in the table. */
export function limitText({ sign, bytes }: ByteLimit): string {
  return bytes % 1024 === 0 ? `${sign} ${bytes / 1024} KiB` : `${sign} ${bytes} B`;
}

/** Formats allocated bytes as in the table. */
export function bytesText(bytes: number): string {
  return Number.isNaN(bytes) ? 'no figure' : `${bytes.toFixed(2)} B`;
}
