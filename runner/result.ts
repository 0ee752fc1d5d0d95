// The results of a run of tests, as reporters and callers of runTests get them.

/**
 * The status of a test. `xfail`: it failed as an expectation file says. `xpass`: it passed although an expectation file
 * says that it fails, which counts as a failure.
 */
export type Status = 'pass' | 'fail' | 'skip' | 'xfail' | 'xpass';

/** The result of one test. */
export interface TestResult {
  /** The path without its ending, relative to the path that was given. */
  readonly name: string;
  readonly suite: string;
  /** The absolute path of the program or source. */
  readonly file: string;
  readonly status: Status;
  /** Milliseconds of the last try. */
  readonly ms: number;
  /** The differences from the specification, a sentence or a block of lines each. */
  readonly failures: readonly string[];
  /** The reason of a skip; empty otherwise. */
  readonly reason: string;
  /** The number of runs: more than 1 after retries. */
  readonly tries: number;
  /** The output, decoded as UTF-8; empty for a test that passed. */
  readonly stdout: string;
  readonly stderr: string;
  /** The files that a failed test changed: `A /path`, `M /path`, `D /path`. */
  readonly changes: readonly string[];
}

/** The result of a run. */
export interface Summary {
  readonly results: readonly TestResult[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that failed as expected; they count as passed. */
  readonly xfailed: number;
  /** Tests that were expected to fail and passed; they count as failed. */
  readonly xpassed: number;
  /** Milliseconds. */
  readonly ms: number;
  /** The snapshots that were written or removed. */
  readonly updated: readonly string[];
}

/** True if a status makes the run fail. */
export function isFailure(status: Status): boolean {
  return status === 'fail' || status === 'xpass';
}

/** Counts results. */
export function summaryOf(results: readonly TestResult[], ms: number, updated: readonly string[]): Summary {
  const count = (...statuses: Status[]): number => results.filter(({ status }) => statuses.includes(status)).length;
  return {
    results,
    passed: count('pass', 'xfail'),
    failed: count('fail', 'xpass'),
    skipped: count('skip'),
    xfailed: count('xfail'),
    xpassed: count('xpass'),
    ms,
    updated,
  };
}
