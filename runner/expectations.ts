// Expectation files, in the TOML format of wasi-testsuite: tests to skip, and tests that are expected to fail.
import { parse } from 'smol-toml';

/** An expectation of one test. */
export interface Expectation {
  readonly skip: boolean;
  readonly fail: boolean;
}

/** Expectations by suite, then by test. */
export type Expectations = ReadonlyMap<string, ReadonlyMap<string, Expectation>>;

/** An expectation file that cannot be read. The message is for the user. */
export class ExpectationError extends Error {}

const NONE: Expectation = { skip: false, fail: false };

/**
 * Parses an expectation file: tables `[[suite]]` with a `name`, and in each `[[suite.test]]` with a `name` and
 * `action = "skip"`, `expected = "fail"` or both.
 * @throws ExpectationError with the file and the reason.
 */
export function parseExpectations(text: string, file: string): Expectations {
  const wrong = (message: string): ExpectationError => new ExpectationError(`${file}: ${message}.`);
  let data: Record<string, unknown>;
  try {
    data = parse(text);
  } catch (error) {
    throw wrong((error as Error).message.split('\n')[0]!.replace(/[.:]$/, ''));
  }
  const { version = 1, suite = [] } = data;
  if (version !== 1) throw wrong(`version ${String(version)} is not supported, expected 1`);
  const suites = new Map<string, ReadonlyMap<string, Expectation>>();
  for (const each of tables(suite, 'suite', wrong)) {
    const tests = new Map<string, Expectation>();
    for (const test of tables(each['test'] ?? [], 'suite.test', wrong)) {
      tests.set(nameOf(test, 'suite.test', wrong), expectation(test, wrong));
    }
    suites.set(nameOf(each, 'suite', wrong), tests);
  }
  return suites;
}

/** The expectation of a test; one without skip and fail if the files have none. */
export function expectationOf(all: Expectations, suite: string, name: string): Expectation {
  return all.get(suite)?.get(name) ?? NONE;
}

type Wrong = (message: string) => ExpectationError;
type TomlTable = Readonly<Record<string, unknown>>;

function tables(value: unknown, key: string, wrong: Wrong): TomlTable[] {
  const isTable = (each: unknown): boolean => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (!Array.isArray(value) || !value.every(isTable)) throw wrong(`"${key}" must be an array of tables`);
  return value as TomlTable[];
}

function nameOf({ name }: TomlTable, key: string, wrong: Wrong): string {
  if (typeof name !== 'string') throw wrong(`"${key}.name" must be a string`);
  return name;
}

function expectation({ name, action, expected }: TomlTable, wrong: Wrong): Expectation {
  if (action === undefined && expected === undefined) {
    throw wrong(`the test "${String(name)}" needs action = "skip" or expected = "fail"`);
  }
  if (action !== undefined && action !== 'skip') throw wrong(`the action of "${String(name)}" must be "skip"`);
  if (expected !== undefined && expected !== 'pass' && expected !== 'fail') {
    throw wrong(`"expected" of "${String(name)}" must be "pass" or "fail"`);
  }
  return { skip: action === 'skip', fail: expected === 'fail' };
}
