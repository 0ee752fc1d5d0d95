/**
 * Runs WASI programs as tests: `wasi9p test` as a library. Needs Node, Deno or Bun.
 * @module
 */
export { runTests, type Reporter, type RunTestsOptions } from './run.ts';
export { FindError } from './find.ts';
export { ExpectationError, parseExpectations, type Expectation, type Expectations } from './expectations.ts';
export { REPORTERS, type ReporterName, type Write } from './reporters/index.ts';
export type { Status, Summary, TestResult } from './result.ts';
