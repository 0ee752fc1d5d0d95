// Runs sequences of calls on a store of ours and on the kernel's tmpfs, side by side.
import { Kernel } from './kernel.ts';
import type { Call } from './model.ts';
import { Ours, type MakeStore } from './ours.ts';
import { Sequence } from './sequence.ts';

/** Runs sequences of calls on ours and on the kernel's tmpfs, side by side. */
export class Comparison {
  /** Calls made so far, without those that found no open file. */
  calls = 0;
  /** The count of each call's results, `ok` or an errno's name. */
  readonly results = new Map<string, Map<string, number>>();
  private readonly makeStore: MakeStore;

  constructor(makeStore: MakeStore) {
    this.makeStore = makeStore;
  }

  /**
   * Runs one sequence on two empty file systems.
   * @param start Calls that come first and are not counted.
   * @param log Takes a line a call.
   * @throws Difference at the first one; Error when ours still holds something once all is closed.
   */
  run(start: readonly Call[], calls: readonly Call[], log: ((line: string) => void) | null = null): void {
    const ours = new Ours(this.makeStore);
    const kernel = new Kernel(ours.movesAtimes);
    try {
      const sequence = new Sequence(ours, kernel, log);
      try {
        for (const call of start) sequence.step(call);
        // The first part builds the lower layer of the second.
        const first = ours.layered ? calls.length >>> 1 : 0;
        for (const call of calls.slice(0, first)) this.count(call, sequence.step(call));
        if (ours.layered) sequence.goOver();
        for (const call of calls.slice(first)) this.count(call, sequence.step(call));
        sequence.end();
      } finally {
        sequence.closeAll();
      }
    } finally {
      kernel.dispose();
      ours.dispose();
    }
    ours.checkRest();
  }

  private count(call: Call, result: string): void {
    if (result === '') return;
    this.calls++;
    const counts = this.results.get(call.op) ?? new Map<string, number>();
    this.results.set(call.op, counts.set(result, (counts.get(result) ?? 0) + 1));
  }
}
