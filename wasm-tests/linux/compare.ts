import { Kernel } from './kernel.ts';
import type { Call } from './model.ts';
import { Ours, type MakePlace } from './ours.ts';
import { Sequence } from './sequence.ts';

/** Runs sequences of calls on ours and on the kernel's tmpfs, side by side. */
export class Comparison {
  /** Calls made so far; one that found nothing open to act on does not count. */
  calls = 0;
  /** How often each call gave each result, `ok` or an errno's name. */
  readonly results = new Map<string, Map<string, number>>();
  private readonly makePlace: MakePlace;

  constructor(makePlace: MakePlace) {
    this.makePlace = makePlace;
  }

  /**
   * Runs one sequence on two empty file systems.
   * @param start Calls that come first and are not counted.
   * @param log Takes a line a call.
   * @throws Difference at the first one; Error when ours still holds something once all is closed.
   */
  run(start: readonly Call[], calls: readonly Call[], log: ((line: string) => void) | null = null): void {
    const ours = new Ours(this.makePlace);
    const kernel = new Kernel(ours.movesAtimes);
    try {
      const sequence = new Sequence(ours, kernel, log);
      try {
        for (const call of start) sequence.step(call);
        // What comes first is the lower layer of what comes then.
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
