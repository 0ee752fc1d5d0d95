// Runs random sequences until one differs, and shrinks it.
import fc from 'fast-check';
import { anySequence } from './commands.ts';
import { Comparison } from './compare.ts';
import type { Call } from './model.ts';
import type { MakeStore } from './ours.ts';
import { TimeDifference } from './sequence.ts';

/** Sequences that one seed of fast-check draws. */
const BATCH = 100;

/** The result of a run of the exerciser. */
export interface Outcome {
  calls: number;
  /** The count of each call's results, `ok` or an errno's name. */
  results: Comparison['results'];
  /** Differences of times that running the sequence again did not show: the kernel's clock was late. */
  late: number;
  /** '' when nothing differs; else the shortest sequence that does, call by call, and its seed. */
  difference: string;
}

/**
 * Draws sequences until so many calls were made on both sides, or until one differs.
 * @param seed The first batch's; each further batch has the next number.
 */
export function exercise(
  makeStore: MakeStore,
  calls: number,
  seed: number,
  progress: (calls: number) => void = () => {},
): Outcome {
  // Every second call throws on the kernel's side: taking its stack is most of what that costs.
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const comparison = new Comparison(makeStore);
  const { results } = comparison;
  let late = 0;
  try {
    for (let batch = seed; comparison.calls < calls; batch++) {
      const details = fc.check(
        fc.property(anySequence, ([start, sequence]) => comparison.run(start, sequence)),
        { seed: batch, numRuns: BATCH },
      );
      if (details.failed) {
        const [[start, sequence]] = details.counterexample!;
        const story = tell(makeStore, start, sequence);
        const first = details.errorInstance;
        if (story === '' && first instanceof TimeDifference) late++;
        else return { calls: comparison.calls, results, late, difference: `seed ${batch}:\n${story || String(first)}` };
      }
      progress(comparison.calls);
    }
    return { calls: comparison.calls, results, late, difference: '' };
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Runs a sequence that has differed again, and writes down what it does; '' when it does not differ any more. */
function tell(makeStore: MakeStore, start: readonly Call[], sequence: readonly Call[]): string {
  const lines: string[] = [];
  try {
    new Comparison(makeStore).run(start, sequence, (line) => lines.push(`  ${line}`));
    return '';
  } catch (thrown) {
    lines.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
  return lines.join('\n');
}
