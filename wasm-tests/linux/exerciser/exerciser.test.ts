// Compares random calls of a C program on each store with the kernel's tmpfs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Exerciser, KINDS, difference, whyNot } from './exercise.ts';
import { skip } from '../../../build/test/skip.ts';

const SEEDS = [1, 2, 3, 4];
const CALLS = 3000;

test('the first difference is found, and missing lines are shown', () => {
  assert.is(difference('a\nb\n', 'a\nb\n'), '');
  assert.is(difference('a\nb\nc', 'a\nx\nc'), '  a\n- ours:  b\n- ours:  c\n+ linux: x\n+ linux: c');
  assert.is(difference('a', 'a\nb'), '  a\n+ linux: b');
});

const reason = whyNot();
for (const [name, kind] of Object.entries(KINDS)) {
  const title = `${SEEDS.length} × ${CALLS} random calls of a C program are on ${name} as on tmpfs`;
  if (reason !== undefined) {
    skip(title, reason);
    continue;
  }
  test(title, async () => {
    const exerciser = await Exerciser.build();
    try {
      for (const seed of SEEDS) assert.is(exerciser.compare(kind, seed, CALLS), '', `seed ${seed}`);
    } finally {
      exerciser.dispose();
    }
  });
}

test.run();
