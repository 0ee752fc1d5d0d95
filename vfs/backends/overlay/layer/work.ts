// Resumable work: a generator that yields between steps.

/** Work in pieces: it may be left at each `yield`, and gives its result at the end. */
export type Work<T> = Generator<void, T, void>;

/** Does all of it, now. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Work that is being done by whoever has something else to do besides. */
export interface Running {
  /** Does one step more: false when that was the last. */
  step(): boolean;
  /** Leaves it at this step. */
  stop(): void;
}
