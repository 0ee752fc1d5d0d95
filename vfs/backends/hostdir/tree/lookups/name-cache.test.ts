// When a directory counts as settled, so that its names may be cached.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR } from '../../../../linux/constants.ts';
import { HostStat } from '../../calls/host-stat.ts';
import { HostInode } from '../inode.ts';
import { dropStale, isSettled, keep, unsettle } from './name-cache.ts';

/** Makes a directory with a ctime this long ago, truncated to whole seconds or not. */
function directory(agoMs: number, wholeSeconds: boolean): { dir: HostInode; now: number } {
  const now = Date.now();
  const st = new HostStat();
  st.mode = S_IFDIR;
  st.ctimeSec = Math.floor((now - agoMs) / 1000);
  st.ctimeNsec = wholeSeconds ? 0 : ((now - agoMs) % 1000) * 1e6 + 1;
  return { dir: new HostInode(1, 'key', st), now };
}

test('names are kept once the ctime is older than a tick', () => {
  for (const [agoMs, wholeSeconds, kept] of [
    [1, false, false],
    [100, false, true],
    [100, true, false],
    [4000, true, true],
  ] as const) {
    const { dir, now } = directory(agoMs, wholeSeconds);
    dropStale(dir, now);
    keep(dir, 'x', null, now);
    assert.is(dir.names?.has('x') ?? false, kept, `${agoMs} ms ago, in seconds: ${wholeSeconds}`);
  }
});

test('if ctimes are whole seconds, a change of our own unsettles a directory for seconds', () => {
  const { dir, now } = directory(4000, true);
  dropStale(dir, now);
  unsettle(dir);
  assert.not.ok(isSettled(dir, now + 1000));
  assert.ok(isSettled(dir, now + 4000));
});

test('a change of our own does not make a directory settle sooner than its ctime does', () => {
  const { dir, now } = directory(0, true);
  dropStale(dir, now);
  const { settled } = dir;
  unsettle(dir);
  assert.ok(dir.settled >= settled);
});

test.run();
