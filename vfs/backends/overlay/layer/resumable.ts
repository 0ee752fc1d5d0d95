// Resumable work: a generator that yields between steps.

/** Resumable work: it may be abandoned at each `yield`, and returns its result at the end. */
export type Resumable<T> = Generator<void, T, void>;

/** Runs all steps and returns the result. */
export function finish<T>(work: Resumable<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
