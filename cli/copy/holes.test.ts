// Tries the search for blocks of zeros.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataIn } from './holes.ts';

const BLOCK = 4096;

function ranges(count: number, ...written: number[]): (readonly [number, number])[] {
  const bytes = Buffer.alloc(count + BLOCK);
  for (const at of written) bytes[at] = 1;
  return [...dataIn(bytes, count)];
}

test('blocks with a byte in them, those next to each other together', () => {
  assert.equal(ranges(0), []);
  assert.equal(ranges(4 * BLOCK), []);
  assert.equal(ranges(4 * BLOCK, 0), [[0, BLOCK]]);
  assert.equal(ranges(4 * BLOCK, BLOCK, 3 * BLOCK - 1), [[BLOCK, 3 * BLOCK]]);
  assert.equal(ranges(4 * BLOCK, BLOCK - 1, 3 * BLOCK), [
    [0, BLOCK],
    [3 * BLOCK, 4 * BLOCK],
  ]);
});

test('the last block may be incomplete; bytes beyond the count are ignored', () => {
  assert.equal(ranges(10), []);
  assert.equal(ranges(10, 10), []);
  assert.equal(ranges(BLOCK + 10, BLOCK + 9), [[BLOCK, BLOCK + 10]]);
});

test.run();
