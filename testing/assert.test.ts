// Tries that each assertion of the kit can fail.
import { test } from 'uvu';
import { throws as uvuThrows, instance } from 'uvu/assert';
import * as assert from './assert.ts';

/** Passes if the assertion fails with this message. */
function fails(run: () => void, message: string): void {
  try {
    run();
  } catch (error) {
    instance(error, assert.AssertionError);
    if ((error as Error).message !== message) throw error;
    return;
  }
  throw new Error(`no failure: ${message}`);
}

test('is and isNot compare by Object.is', () => {
  assert.is(NaN, NaN);
  assert.isNot(0, -0);
  fails(() => assert.is('a', 'b', 'why'), 'why: expected "b", got "a"');
  fails(() => assert.is(1n, 2n), 'expected "2n", got "1n"');
  fails(() => assert.isNot('a', 'a'), 'expected another value than "a", got "a"');
});

test('ok', () => {
  assert.ok('x');
  fails(() => assert.ok(0, 'why'), 'why: expected true, got 0');
});

test('equal compares contents', () => {
  const make = (last: unknown): unknown => [1, 'x', { a: [new Map([[1, { b: last }]]), new Set([1])], d: new Date(5) }];
  assert.equal(make(new Uint8Array([1, 2])), make(new Uint8Array([1, 2])));
  const unequal: [unknown, unknown][] = [
    [make(1), make(2)],
    [make(new Uint8Array([1, 2])), make(new Uint8Array([1, 3]))],
    [make(new Uint8Array([1])), make([1])],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [[1], [1, 2]],
    [new Date(1), new Date(2)],
    [new Set([1]), new Set([2])],
    [null, {}],
    [0, -0],
  ];
  for (const [a, b] of unequal) {
    uvuThrows(() => assert.equal(a, b));
    uvuThrows(() => assert.equal(b, a));
  }
});

test('throws wants an error with the message', () => {
  const thrower = (): never => {
    throw new Error('refused the attach');
  };
  assert.throws(thrower, /^refused/);
  fails(() => assert.throws(thrower, /^x/), 'the message: expected "/^x/", got "refused the attach"');
  fails(() => assert.throws(() => 1, /^x/), 'nothing was thrown: expected "/^x/", got undefined');
});

test.run();
