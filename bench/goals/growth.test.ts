// Tries the growth goal: the cost of the most expensive size relative to the smallest.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLAT, growthGoal, growthOf, growthText, type Growth } from './growth.ts';

function row(label: string, costs: Record<string, number[]>): Growth {
  return { label, costs: new Map(Object.entries(costs)) };
}

test('growth is what the dearest size costs, wherever it is, of the smallest', () => {
  assert.is(growthOf([100, 300, 200]), 3);
  assert.is(growthOf([100, 50, 20]), 1);
});

test('it is met when all rows are flat, be it only just, or fall', () => {
  const goal = growthGoal([row('read', { ram: [100, 100 * FLAT] }), row('list', { ram: [100, 40, 60] })], 2);
  assert.is(goal.met, true);
  assert.match(growthText(goal), /: met, 2 of 2 rows flat\.$/);
});

test('it is not met when one row is not flat; the steepest is named first, native beside it', () => {
  const goal = growthGoal(
    [
      row('write', { ram: [100, 200, 120], native: [100, 400] }),
      row('read', { ram: [100, 100] }),
      row('stat', { ram: [100, 312], native: [100, 90] }),
    ],
    3,
  );
  assert.is(goal.met, false);
  const text = growthText(goal);
  assert.match(
    text,
    /: NOT met, 1 of 3 rows flat\. Not flat: stat 3\.12 \(native 1\.00\); write 2\.00 \(native 4\.00\)\.$/,
  );
});

test('without native the figure stands alone', () => {
  const text = growthText(growthGoal([row('write', { ram: [100, 200] })], 1));
  assert.match(text, /Not flat: write 2\.00\.$/);
});

test('only the column of ram is judged', () => {
  const text = growthText(growthGoal([row('write', { ram: [1, 1], memfs: [1, 9], native: [1, 9] })], 1));
  assert.match(text, /: met, 1 of 1 rows flat\.$/);
  assert.match(growthText(growthGoal([row('write', { native: [1, 1] })], 1)), /: not measured in this run\.$/);
  assert.match(growthText(growthGoal([], 9)), /: not measured in this run\.$/);
});

test('some of the rows cannot meet it, but they can miss it', () => {
  const flat = row('read', { ram: [1, 1] });
  const few = growthGoal([flat], 9);
  assert.is(few.met, null);
  assert.match(growthText(few), /: not decided, only 1 of 9 rows measured in this run, all flat\.$/);
  assert.match(growthText(growthGoal([flat, row('write', { ram: [1, 2] })], 9)), /: NOT met, 1 of 2 rows flat/);
});

test('NaN is not flat', () => {
  assert.is(growthGoal([row('read', { ram: [0, 0] })], 1).met, false);
});

test.run();
