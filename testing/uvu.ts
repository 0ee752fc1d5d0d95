// The kit as this project's own tests use it: with uvu, and the runner's list of skipped tests.
import { test } from 'uvu';
import { skip } from '../build/test/skip.ts';
import type { ConformanceOptions } from './conformance/run.ts';

/** Options of a conformance suite that uvu runs; the test file ends with `test.run()`. */
export function byUvu(skips: Readonly<Record<string, string>> = {}): ConformanceOptions {
  return { test, skip: (title, reason) => skip(title, reason), skips };
}
