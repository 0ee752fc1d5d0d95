// The figures of the table: median, minimum and maximum of the rounds.
import type { Sample } from './cell.ts';
import type { Column } from './columns.ts';
import type { Row } from './rows.ts';

/** A cell of the table, from all its rounds. CPU time of an operation in nanoseconds. */
export interface Figure {
  median: number;
  min: number;
  max: number;
  /** The cost was still growing when the measurement was broken off: it is at least this. */
  atLeast: boolean;
}

/** All samples of a run. */
export class Results {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  private readonly samples = new Map<string, Sample[]>();

  constructor(rows: readonly Row[], columns: readonly Column[]) {
    this.rows = rows;
    this.columns = columns;
  }

  add(row: Row, column: Column, sample: Sample): void {
    this.of(row, column).push(sample);
  }

  of(row: Row, column: Column): Sample[] {
    const key = `${row.workload} ${row.size ?? ''} ${column.key}`;
    let list = this.samples.get(key);
    if (list === undefined) this.samples.set(key, (list = []));
    return list;
  }

  /** The figure of a cell; null if no round gave one. */
  figure(row: Row, column: Column | undefined): Figure | null {
    if (column === undefined) return null;
    const good = this.of(row, column).filter((sample) => sample.error === undefined);
    if (good.length === 0) return null;
    const all = good.map(({ ns }) => ns).sort((a, b) => a - b);
    const atLeast = good.some(({ complete }) => !complete);
    return { median: median(all), min: all[0]!, max: all.at(-1)!, atLeast };
  }

  /** Returns the reason why a cell has no figure. */
  error(row: Row, column: Column): string {
    return this.of(row, column).find((sample) => sample.error !== undefined)?.error ?? 'not run';
  }

  column(key: string): Column | undefined {
    return this.columns.find((column) => column.key === key);
  }

  /** The fastest peer of a row, with its figure. */
  fastestPeer(row: Row): { column: Column; figure: Figure } | null {
    let best: { column: Column; figure: Figure } | null = null;
    for (const column of this.columns) {
      const figure = column.kind === 'peer' ? this.figure(row, column) : null;
      if (figure !== null && (best === null || figure.median < best.figure.median)) best = { column, figure };
    }
    return best;
  }
}

function median(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
