// `npm run test:linux -- [--calls N] [--seed S] [--backend NAME]`: the exerciser on demand, NAME one of
// stores.ts. Exit status 1 for a difference, 2 for bad usage.
import process from 'node:process';
import { exercise } from './exercise.ts';
import { whyNoTmpfs } from './kernel.ts';
import { STORES } from './stores.ts';

interface Options {
  calls: number;
  seed: number;
  backend: string;
}

/** Parses the options; null if they are invalid. */
function parse(args: readonly string[]): Options | null {
  const options: Options = { calls: 1_000_000, seed: Date.now() % 2 ** 31, backend: 'memfs' };
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1] ?? '';
    if (args[i] === '--backend' && value in STORES) options.backend = value;
    else if (args[i] === '--calls' && /^\d+$/.test(value)) options.calls = Number(value);
    else if (args[i] === '--seed' && /^\d+$/.test(value)) options.seed = Number(value);
    else return null;
  }
  return options;
}

function main(args: readonly string[]): number {
  const options = parse(args);
  if (options === null) {
    console.error(`usage: npm run test:linux -- [--calls N] [--seed S] [--backend ${Object.keys(STORES).join('|')}]`);
    return 2;
  }
  const why = whyNoTmpfs();
  if (why !== '') {
    console.log(`skipped: ${why}`);
    return 0;
  }
  const { seed, backend } = options;
  console.log(`${backend}, ${options.calls} calls, seed ${seed}`);
  const start = Date.now();
  let reported = 0;
  const { calls, results, late, difference } = exercise(STORES[backend]!, options.calls, seed, (calls) => {
    if (calls - reported < 100_000) return;
    reported = calls;
    console.log(`${calls} calls, ${((Date.now() - start) / 1000).toFixed(0)} s`);
  });
  for (const [op, counts] of [...results].sort()) {
    console.log(`  ${op.padEnd(9)} ${[...counts].map(([result, count]) => `${result} ${count}`).join(', ')}`);
  }
  if (late > 0) console.log(`${late} time(s) that the kernel's clock was late with`);
  console.log(difference === '' ? `${calls} calls, no difference` : `after ${calls} calls, ${difference}`);
  return difference === '' ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
