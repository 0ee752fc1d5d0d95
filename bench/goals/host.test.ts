// Tries the goal for host directories, at and beyond the budget.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overBudget } from './host.ts';

const row = (label: string, plain: number, guarded: number) => ({ label, plain, guarded });

test('met, up to the budget itself', () => {
  const text = overBudget([row('stat', 1000, 2500), row('open', 10, 5)]);
  assert.is(text, 'At most 2.5 times plain calls: met, 2 of 2 rows.');
});

test('not met: the rows above the budget are listed, and a row without a figure', () => {
  const text = overBudget([row('stat', 1000, 2501), row('open', 10, 5), row('link', 0, NaN)]);
  assert.match(text, /^At most 2.5 times plain calls: NOT met, 1 of 3 rows\. Above: stat 2\.5; link NaN\.$/);
});

test.run();
