// The pool of numbers.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NumberPool } from './pool.ts';

test('numbers count up, and freed numbers are reused', () => {
  const pool = new NumberPool(1, 100);
  assert.equal([pool.take(), pool.take(), pool.take()], [1, 2, 3]);
  pool.give(2);
  assert.is(pool.used, 2);
  assert.is(pool.take(), 2);
  assert.is(pool.take(), 4);
  assert.is(pool.used, 4);
});

test('-1 when all are in use, until one is freed', () => {
  const pool = new NumberPool(5, 7);
  assert.equal([pool.take(), pool.take(), pool.take(), pool.take()], [5, 6, -1, -1]);
  assert.is(pool.used, 2);
  pool.give(5);
  assert.equal([pool.take(), pool.take()], [5, -1]);
});

test('no number is in use twice, and none is outside of the range', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(12), fc.array(fc.nat(20)), (first, room, steps) => {
      const pool = new NumberPool(first, first + room);
      const used: number[] = [];
      for (const step of steps) {
        if (step % 3 === 0 && used.length > 0) pool.give(used.splice(step % used.length, 1)[0]!);
        else {
          const num = pool.take();
          assert.is(num < 0, used.length === room, 'there is one exactly when not all are used');
          if (num < 0) continue;
          assert.ok(num >= first && num < first + room && !used.includes(num), `${num}`);
          used.push(num);
        }
        assert.is(pool.used, used.length);
      }
    }),
  );
});

test.run();
