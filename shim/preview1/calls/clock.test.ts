// Tests the clock_* calls.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLOCKID, OFLAGS, enumEntries } from '../abi/structs.ts';
import { OUT, WRITE, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const { REALTIME, MONOTONIC, PROCESS_CPUTIME_ID, THREAD_CPUTIME_ID } = CLOCKID;
const ALL = enumEntries(CLOCKID).map(([, id]) => id);
const MS = 1_000_000n;

function time(g: TestGuest, clock: number): bigint {
  g.ok('clock_time_get', clock, 0, OUT);
  return g.u64();
}

withGuest('four clocks, that never go back', {}, (g) => {
  for (const clock of ALL) {
    let last = time(g, clock);
    for (let i = 0; i < 1000; i++) {
      const now = time(g, clock);
      assert.ok(now >= last, `clock ${clock}`);
      last = now;
    }
    g.ok('clock_res_get', clock, OUT);
    assert.ok(g.u64() > 0n && g.u64() <= MS);
  }
});

withGuest('the wall clock is the host’s', {}, (g) => {
  const before = BigInt(Date.now()) * MS;
  const now = time(g, REALTIME);
  const after = BigInt(Date.now() + 1) * MS;
  assert.ok(now >= before - 2n * MS && now <= after + 2n * MS, `${before} ${now} ${after}`);
});

withGuest('it is finer than a millisecond', {}, (g) => {
  for (const clock of [REALTIME, MONOTONIC]) {
    const seen = new Set(Array.from({ length: 200 }, () => time(g, clock) % MS));
    assert.ok(seen.size > 10, `clock ${clock}: ${seen.size}`);
  }
});

withGuest('file times are of the same clock', { files: {} }, (g) => {
  const before = time(g, REALTIME);
  g.open('f', { oflags: OFLAGS.CREAT, rights: WRITE });
  const { mtim } = g.stat('f');
  assert.ok(mtim >= before && mtim <= time(g, REALTIME));
});

withGuest('time passes on the monotonic clock, and processor time while it is used', {}, (g) => {
  const wall = time(g, MONOTONIC);
  const cpu = time(g, PROCESS_CPUTIME_ID);
  const thread = time(g, THREAD_CPUTIME_ID);
  const until = performance.now() + 20;
  while (performance.now() < until);
  assert.ok(time(g, MONOTONIC) - wall >= 20n * MS);
  assert.ok(time(g, PROCESS_CPUTIME_ID) > cpu);
  assert.ok(time(g, THREAD_CPUTIME_ID) > thread);
});

withGuest('other clocks are EINVAL', {}, (g) => {
  for (const clock of [4, 100, -1]) {
    assert.is(g.call('clock_time_get', clock, 0, OUT), 'EINVAL');
    assert.is(g.call('clock_res_get', clock, OUT), 'EINVAL');
  }
});

test.run();
