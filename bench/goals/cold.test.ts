// Tries the sentences on cold calls.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { slowerRows } from './cold.ts';

const row = (label: string, base: number, ...ns: number[]) => ({
  ...{ label, base },
  ours: ns.map((each, i) => ({ label: ['ram', 'hostdir'][i]!, ns: each })),
});

test('each host has its own sentence, with the rows that are slower', () => {
  assert.equal(slowerRows([row('stat', 10, 10, 11), row('open', 10, 5, 25), row('none', 10, 1, NaN)]), [
    'ram, no row slower than node:wasi: met, 3 of 3 rows.',
    'hostdir, no row slower than node:wasi: NOT met, 0 of 3 rows. Slower: stat 1.1; open 2.5; none NaN.',
  ]);
  assert.equal(slowerRows([]), []);
});

test.run();
