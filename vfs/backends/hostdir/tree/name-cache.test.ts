// When a directory counts as settled, so that its names may be cached.
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostInode } from './inode.ts';
import { isSettled, keep, refresh, unsettle } from './name-cache.ts';

const SECOND = 1_000_000_000n;

/** Makes a directory with a ctime this long ago, truncated to whole seconds or not. */
function directory(agoMs: number, wholeSeconds: boolean): { dir: HostInode; ctime: bigint; now: number } {
  const now = Date.now();
  const exact = BigInt(now - agoMs) * 1_000_000n + 1n;
  return {
    dir: new HostInode(1, 'key', lstatSync(tmpdir(), { bigint: true })),
    ctime: wholeSeconds ? exact - (exact % SECOND) : exact,
    now,
  };
}

test('names are kept once the ctime is older than a tick', () => {
  for (const [agoMs, wholeSeconds, kept] of [
    [1, false, false],
    [100, false, true],
    [100, true, false],
    [4000, true, true],
  ] as const) {
    const { dir, ctime, now } = directory(agoMs, wholeSeconds);
    refresh(dir, ctime, now);
    keep(dir, 'x', null, now);
    assert.is(dir.names?.has('x') ?? false, kept, `${agoMs} ms ago, in seconds: ${wholeSeconds}`);
  }
});

test('if ctimes are whole seconds, a change of our own unsettles a directory for seconds', () => {
  const { dir, ctime, now } = directory(4000, true);
  refresh(dir, ctime, now);
  unsettle(dir);
  assert.not.ok(isSettled(dir, now + 1000));
  assert.ok(isSettled(dir, now + 4000));
});

test('a change of our own does not make a directory settle sooner than its ctime does', () => {
  const { dir, ctime, now } = directory(0, true);
  refresh(dir, ctime, now);
  const { settled } = dir;
  unsettle(dir);
  assert.ok(dir.settled >= settled);
});

test.run();
