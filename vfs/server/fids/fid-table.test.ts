// The fid table: lookup, and numbers chosen by a client to collide.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FidTable } from './fid-table.ts';
import type { Fid } from './fid.ts';
import { makeFid } from './fid-life.ts';
import { scenario } from '../../../testing/uvu.ts';

// Nothing here looks at a fid's session.
const NONE = null as never;

/** x with factor * x = 1 modulo 2^32. */
function inverse(factor: number): number {
  let x = factor;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(factor, x));
  return x;
}

/** y with y ^ (y >>> shift) = x. */
function unshift(x: number, shift: number): number {
  let y = x;
  for (let i = shift; i < 32; i += shift) y = x ^ (y >>> shift);
  return y;
}

/** The number that V8 hashes to `hash` in a Map (ComputeUnseededHash of src/utils/utils.h, backwards). */
function unhash(hash: number): number {
  let x = Math.imul(unshift(hash, 16), inverse(2057));
  x = Math.imul(unshift(x, 4), inverse(5));
  x = unshift(x, 12);
  return Math.imul(x + 1, inverse(0x7fff)) >>> 0;
}

/** Milliseconds to make and to look up fids of these numbers. */
function time(nums: readonly number[]): number {
  const table = new FidTable();
  const start = performance.now();
  for (const num of nums) table.make(NONE, num);
  for (const num of nums) assert.is(table.get(num)?.num, num);
  return performance.now() - start;
}

const MANY = 30_000;

test('numbers chosen to collide cost what others do', () => {
  const chosen = Array.from({ length: MANY }, (_, i) => unhash((5 + i * 0x8000) & 0x3fffffff)).filter(
    (n) => n > 65_535,
  );
  const others = chosen.map((_, i) => 70_000 + i);
  assert.ok(chosen.length > MANY - 10);
  const best = (nums: readonly number[]) => Math.min(...[1, 2, 3].map(() => time(nums)));
  const [hard, easy] = [best(chosen), best(others)];
  assert.ok(hard < 15 * easy, `${hard} ms, others ${easy}`);
});

test('a number is found again, and no other in its place', () => {
  const table = new FidTable();
  const nums = [0, 1, 65_535, 65_536, 65_537, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2];
  const fids = new Map<number, Fid>(nums.map((num) => [num, table.make(NONE, num)]));
  for (const num of nums) assert.is(table.get(num), fids.get(num), `${num}`);
  for (const num of [2, 65_538, 2 ** 30, 2 ** 32 - 3]) assert.is(table.get(num), undefined, `${num}`);
  table.delete(2 ** 31);
  assert.is(table.get(2 ** 31), undefined);
  assert.equal(new Set(table.all()), new Set(nums.filter((num) => num !== 2 ** 31).map((num) => fids.get(num))));
});

scenario('a session of 200,000 fids is counted and ended', (c, store) => {
  const root = store.server.backend.root();
  for (let i = 0; i < 200_000; i++) makeFid(c.session, 1_000_000 + i, root, null, '');
  assert.is(store.server.inspect().fids, 200_001);
  c.session.close();
  assert.is(store.server.inspect().fids, 0);
});

test.run();
