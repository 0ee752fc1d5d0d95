// `npm run bench`: runs the same program on every host and prints the table of the cost of each call.
import { runCell } from './calls/cell.ts';
import { goals } from './goals/calls.ts';
import { HELP, UsageError, parseOptions, type Options } from './calls/options.ts';
import { compileProgram } from './program.ts';
import { Results } from './calls/results.ts';
import type { Row } from './calls/rows.ts';
import { consoleTable, goalText, remarks } from './text.ts';
import { writeDocs } from './calls/docs.ts';

/** Runs all cells, interleaved: every round runs every cell once, and begins with another host. */
async function measure({ rows, columns, rounds, elsewhere, limits, once }: Options): Promise<Results> {
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

/** Replaces the progress line, on a terminal only. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K`);
}

const short = (row: Row) => row.workload;

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) return console.log(HELP);
  const options = parseOptions(argv);
  const start = performance.now();
  const results = await measure(options);
  console.log(consoleTable(results));
  for (const line of [...options.leftOut, ...remarks(results, short)]) console.log(`\n${line}`);
  for (const goal of goals(results)) console.log(`\n${goalText(goal, short)}`);
  console.log(`\n${options.rounds} rounds in ${Math.round((performance.now() - start) / 1000)} s`);
  if (options.write) writeDocs(results, options);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
