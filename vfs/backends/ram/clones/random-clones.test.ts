// Random calls on stores that are cloned at random moments, compared with models that are copied the slow way.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StorePair, chance, pick, random } from './pair-testing.ts';

const CALLS = 100_000;

test(`${CALLS} random calls on stores that are cloned, closed and dropped at random`, () => {
  const pairs = [StorePair.empty()];
  let clones = 0;
  for (let i = 0; i < CALLS; i++) {
    const pair = pick(pairs)!;
    pair.step();
    if (chance(60)) {
      pairs.push(pair.clone());
      clones++;
    }
    if (pairs.length > 4) {
      const [gone] = pairs.splice(random(pairs.length), 1) as [StorePair];
      gone.compare();
      gone.end();
      // One that is dropped counts as open: the others go on preserving for it.
      if (chance(2)) gone.store.close();
    }
    if (chance(300)) for (const each of pairs) each.compare();
    // Alone for a while.
    if (chance(3000))
      for (const other of pairs.splice(1)) {
        other.compare();
        other.end();
        other.store.close();
      }
  }
  assert.ok(clones > 1000, `${clones} clones`);
  for (const pair of pairs) {
    pair.compare();
    pair.end();
    pair.store.close();
  }
});

test.run();
