// Runs the cells of a table, interleaved, so that what disturbs the machine disturbs all columns.
import { compileProgram } from '../program.ts';
import { runCell } from './cell.ts';
import type { Options } from './options.ts';
import { Results } from './results.ts';

/** Runs all cells: every round runs every cell once, and begins with another host. */
export async function measure({ rows, columns, rounds, elsewhere, limits, once }: Measured): Promise<Results> {
  const program = await compileProgram(columns.some(({ script }) => script === null));
  const results = new Results(rows, columns);
  for (let round = 0; round < rounds; round++) {
    for (const [i, row] of rows.entries()) {
      progress(`round ${round + 1} of ${rounds}: ${row.label}`);
      for (let k = 0; k < columns.length; k++) {
        const column = columns[(round + i + k) % columns.length]!;
        if (round >= elsewhere && column.elsewhere) continue;
        const last = results.of(row, column).at(-1);
        if (last !== undefined && (last.error !== undefined || last.seconds > once)) continue;
        results.add(row, column, runCell(column, row, program, limits));
      }
    }
  }
  progress('');
  return results;
}

/** The options of a run that matter here. */
export type Measured = Pick<Options, 'rows' | 'columns' | 'rounds' | 'elsewhere' | 'limits' | 'once'>;

/** Replaces the progress line, on a terminal only. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K`);
}
