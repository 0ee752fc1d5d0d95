// The entries of a listing as objects: their order.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sortByName } from './entries.ts';

const encoder = new TextEncoder();

/** strcmp(3) of two names. */
function strcmp(a: string, b: string): number {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  const at = x.findIndex((byte, i) => byte !== y[i]);
  return at < 0 ? x.length - y.length : x[at]! - (y[at] ?? -1);
}

test('names are sorted by their bytes, on both sides of the surrogates', () => {
  const characters = ['a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
  const names = ['', 'aa', ...characters, ...characters.flatMap((one) => characters.map((other) => `x${one}${other}`))];
  for (const a of names)
    for (const b of names) {
      const sorted = sortByName([a, b].map((name) => ({ name, ino: 0, kind: 0 })));
      const expected = strcmp(a, b) <= 0 ? [a, b] : [b, a];
      assert.equal(
        sorted.map(({ name }) => name),
        expected,
      );
    }
});

test.run();
