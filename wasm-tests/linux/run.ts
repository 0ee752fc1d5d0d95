import process from 'node:process';
import fc from 'fast-check';
import { Volume } from 'memfs';
import type { Backend } from '../../vfs/backend/backend.ts';
import { memfs } from '../../vfs/backend/memfs/index.ts';
import { anySequence } from './commands.ts';
import { Comparison } from './compare.ts';
import { whyNoTmpfs } from './kernel.ts';
import type { Call } from './model.ts';

const onMemfs = (): Backend => memfs(new Volume());

/** Sequences that one seed of fast-check draws. */
const BATCH = 100;

/** What a run of the exerciser came to. */
export interface Outcome {
  calls: number;
  results: ReadonlyMap<string, number>;
  /** '' when nothing differs; else the shortest sequence that does, call by call, and how to run it again. */
  difference: string;
}

/**
 * Draws sequences until so many calls were made on both sides, or until one differs.
 * @param seed The first batch's; each further batch has the next number.
 */
export function exercise(calls: number, seed: number, progress: (calls: number) => void = () => {}): Outcome {
  // Nearly every second call throws one: taking its stack is most of what that costs.
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const comparison = new Comparison(onMemfs);
  const { results } = comparison;
  try {
    for (let batch = seed; comparison.calls < calls; batch++) {
      const details = fc.check(
        fc.property(anySequence, (sequence) => comparison.run(sequence)),
        { seed: batch, numRuns: BATCH },
      );
      if (details.failed) {
        const [sequence] = details.counterexample!;
        return { calls: comparison.calls, results, difference: tell(sequence, batch) };
      }
      progress(comparison.calls);
    }
    return { calls: comparison.calls, results, difference: '' };
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Runs a sequence that differs once more, and writes down what it does. */
function tell(sequence: readonly Call[], seed: number): string {
  const lines = [`seed ${seed}, ${sequence.length} call(s):`];
  try {
    new Comparison(onMemfs).run(sequence, (line) => lines.push(`  ${line}`));
    lines.push('It does not differ when it is run again: it depends on the time.');
  } catch (thrown) {
    lines.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
  return lines.join('\n');
}

/** `run.ts [--calls N] [--seed S]`: exit status 1 for a difference, 2 for bad usage. */
export function main(args: readonly string[]): number {
  const options = new Map([
    ['--calls', 1_000_000],
    ['--seed', Date.now() >>> 0],
  ]);
  for (let i = 0; i < args.length; i += 2) {
    const value = Number(args[i + 1]);
    if (!options.has(args[i]!) || !Number.isSafeInteger(value)) {
      console.error('usage: npm run test:linux -- [--calls N] [--seed S]');
      return 2;
    }
    options.set(args[i]!, value);
  }
  const why = whyNoTmpfs();
  if (why !== '') {
    console.log(`skipped: ${why}`);
    return 0;
  }
  const seed = options.get('--seed')!;
  console.log(`seed ${seed}`);
  const start = Date.now();
  let told = 0;
  const { calls, results, difference } = exercise(options.get('--calls')!, seed, (calls) => {
    if (calls - told < 100_000) return;
    told = calls;
    console.log(`${calls} calls, ${((Date.now() - start) / 1000).toFixed(0)} s`);
  });
  for (const [key, count] of [...results].sort()) console.log(`  ${key}: ${count}`);
  console.log(difference || `${calls} calls, no difference`);
  return difference === '' ? 0 : 1;
}

if (process.argv[1]?.includes('linux/run')) process.exitCode = main(process.argv.slice(2));
