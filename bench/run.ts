// `npm run bench`: runs the same program on every host and prints the table of the cost of each call.
import { goals } from './goals/calls.ts';
import { measure } from './calls/measure.ts';
import { HELP, UsageError, parseOptions } from './calls/options.ts';
import type { Row } from './calls/rows.ts';
import { consoleTable, goalText, remarks } from './text.ts';
import { writeDocs } from './calls/docs.ts';

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
