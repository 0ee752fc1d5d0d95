// Tries the memory goals, at and beyond their limits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIMITS, allocatedGoal, keptGoal, limitText, memoryText, type ByteLimit, type Kept } from './memory.ts';

function kept(label: string, bytes: number, limit: ByteLimit): Kept {
  return { label, bytes, text: `${bytes} B`, limit };
}

test('(e) is met when each figure is within its limit, be it only just', () => {
  const goal = keptGoal([
    kept('an empty file', 300, LIMITS.emptyFile),
    kept('a byte stored', 1.1, LIMITS.byteStored),
    kept('cut', 65535, LIMITS.cutOrHole),
    kept('renames', 0.99, LIMITS.none),
  ]);
  assert.is(goal.met, true);
  assert.match(memoryText(goal), /^\(e\) .*: met, 4 of 4 figures within their limits\.$/);
});

test('(e) is not met when a figure exceeds its limit; both are listed', () => {
  const goal = keptGoal([
    kept('an empty file', 301, LIMITS.emptyFile),
    kept('a byte stored', 1, LIMITS.byteStored),
    kept('cut: kept', 65536, LIMITS.cutOrHole),
    kept('renames: kept', 1, LIMITS.none),
  ]);
  assert.is(goal.met, false);
  const list = 'an empty file 301 B, limit ≤ 300 B; cut: kept 65536 B, limit < 64 KiB; renames: kept 1 B, limit < 1 B';
  assert.ok(memoryText(goal).endsWith(`: NOT met, 1 of 4 figures within their limits. Beyond: ${list}.`));
});

test('NaN is not within a limit', () => {
  assert.is(keptGoal([kept('a byte stored', NaN, LIMITS.byteStored)]).met, false);
  assert.is(keptGoal([kept('renames', NaN, LIMITS.none)]).met, false);
});

test('limits are printed in a suitable unit', () => {
  assert.equal(Object.values(LIMITS).map(limitText), ['≤ 300 B', '≤ 1.1 B', '< 64 KiB', '< 1 B']);
});

test('(f) is met when no row allocates a byte an operation', () => {
  const goal = allocatedGoal([
    { workload: 'lseek', bytes: 0 },
    { workload: 'tell', bytes: 0.99 },
  ]);
  assert.is(goal.met, true);
  assert.match(memoryText(goal), /^\(f\) .*: met, 2 of 2 rows allocate nothing\.$/);
});

test('(f) is not met when a row allocates; such rows are listed, the most first, and last those without a figure', () => {
  const goal = allocatedGoal([
    { workload: 'lseek', bytes: 0.02 },
    { workload: 'link', bytes: NaN },
    { workload: 'tell', bytes: 1 },
    { workload: 'rename', bytes: 32.04 },
  ]);
  assert.is(goal.met, false);
  const list = 'rename 32.04 B; tell 1.00 B; link no figure';
  assert.ok(memoryText(goal).endsWith(`: NOT met, 1 of 4 rows allocate nothing. Allocating: ${list}.`));
});

test('without figures no goal is met', () => {
  assert.match(memoryText(keptGoal([])), /: not measured in this run\.$/);
  assert.match(memoryText(allocatedGoal([])), /: not measured in this run\.$/);
});

test.run();
