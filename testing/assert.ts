// The assertions of the kit: few, and of no test framework, so that a suite runs under any.

/** A failed assertion. Test frameworks show `actual` beside `expected`. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;
  readonly code = 'ERR_ASSERTION';
  readonly generatedMessage = false;

  constructor(message: string, actual: unknown, expected: unknown, operator: string) {
    super(message);
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
}

function fail(why: string | undefined, actual: unknown, expected: unknown, operator: string): never {
  const text = `expected ${operator === 'not' ? 'another value than ' : ''}${show(expected)}, got ${show(actual)}`;
  throw new AssertionError(why ? `${why}: ${text}` : text, actual, expected, operator);
}

function show(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'undefined') return String(value);
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)) ?? String(value);
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

/** The values are the same, by Object.is. */
export function is(actual: unknown, expected: unknown, why?: string): void {
  if (!Object.is(actual, expected)) fail(why, actual, expected, 'is');
}

/** The values differ, by Object.is. */
export function isNot(actual: unknown, expected: unknown, why?: string): void {
  if (Object.is(actual, expected)) fail(why, actual, expected, 'not');
}

/** The value is true in a condition. */
export function ok(actual: unknown, why?: string): asserts actual {
  if (!actual) fail(why, actual, true, 'ok');
}

/** The values have equal contents: primitives, arrays, typed arrays, Maps, Sets, Dates and objects of one prototype. */
export function equal(actual: unknown, expected: unknown, why?: string): void {
  if (!isEqual(actual, expected)) fail(why, actual, expected, 'equal');
}

/** `run` throws an Error whose message matches. */
export function throws(run: () => unknown, message: RegExp): void {
  try {
    run();
  } catch (error) {
    if (!message.test((error as Error).message))
      fail('the message', (error as Error).message, String(message), 'throws');
    return;
  }
  fail('nothing was thrown', undefined, String(message), 'throws');
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map || a instanceof Set) return isEqual([...a], [...(b as Iterable<unknown>)]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key as never], b[key as never]))
  );
}
