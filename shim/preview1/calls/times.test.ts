// Tests timestamps: the set_times calls and the updates that other calls make.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FSTFLAGS } from '../abi/structs.ts';
import { ROOT, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const FILE = { files: { '/f': 'x', '/d/g': '' } };
const { ATIM, ATIM_NOW, MTIM, MTIM_NOW } = FSTFLAGS;
const BOTH = ATIM | MTIM;
const NS = 1_000_000_000n;

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** True if a time is now, with a tolerance for a busy machine. */
function isNow(time: bigint): boolean {
  const off = time - now();
  return off > -5n * NS && off < NS;
}

withGuest('times are exact to the nanosecond, from 0 to 2^64 - 1', FILE, (g) => {
  const fd = g.open('f');
  const times = [0n, 1n, NS - 1n, NS, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 1_700_000_000_123_456_789n];
  // Seconds at the limits of 31, 32 and 34 bits.
  times.push(2n ** 31n * NS - 1n, 2n ** 32n * NS + 7n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 34n * NS - 1n);
  times.push(2n ** 34n * NS, 2n ** 34n * NS + 999_999_999n, 2n ** 64n - 2n, 2n ** 64n - 1n);
  for (const time of times) {
    const other = times[(times.indexOf(time) + 5) % times.length]!;
    g.ok('fd_filestat_set_times', fd, time, other, BOTH);
    const byFd = g.fstat(fd);
    assert.is(byFd.atim, time);
    assert.is(byFd.mtim, other);
    g.ok('path_filestat_set_times', ROOT, 1, 'f', other, time, BOTH);
    const byPath = g.stat('f');
    assert.is(byPath.atim, other);
    assert.is(byPath.mtim, time);
    assert.ok(isNow(byPath.ctim));
  }
});

/** Runs a check twice: with times set by descriptor, and by path. */
function each(g: TestGuest, check: (set: (atim: bigint, mtim: bigint, flags: number) => string) => void): void {
  const fd = g.open('f');
  check((atim, mtim, flags) => g.call('fd_filestat_set_times', fd, atim, mtim, flags));
  check((atim, mtim, flags) => g.call('path_filestat_set_times', ROOT, 0, 'f', atim, mtim, flags));
}

withGuest('each time is set, set to now, or left', FILE, (g) => {
  each(g, (set) => {
    set(11n, 22n, BOTH);
    set(33n, 44n, ATIM);
    assert.equal([g.stat('f').atim, g.stat('f').mtim], [33n, 22n]);
    set(55n, 66n, MTIM);
    assert.equal([g.stat('f').atim, g.stat('f').mtim], [33n, 66n]);
    set(0n, 0n, ATIM_NOW);
    assert.ok(isNow(g.stat('f').atim));
    assert.is(g.stat('f').mtim, 66n);
    set(77n, 0n, ATIM | MTIM_NOW);
    assert.is(g.stat('f').atim, 77n);
    assert.ok(isNow(g.stat('f').mtim));
    set(0n, 88n, ATIM_NOW | MTIM);
    assert.is(g.stat('f').mtim, 88n);
    set(5n, 5n, ATIM_NOW | MTIM_NOW);
    const { atim, mtim } = g.stat('f');
    assert.is(atim, mtim, 'one present');
    assert.ok(isNow(atim));
  });
});

withGuest('contradicting and unknown flags are EINVAL', FILE, (g) => {
  each(g, (set) => {
    set(11n, 22n, BOTH);
    for (let flags = 0; flags < 32; flags++) {
      const bad = flags > 15 || (flags & 3) === 3 || (flags & 12) === 12;
      if (bad) assert.is(set(99n, 99n, flags), 'EINVAL', `${flags}`);
      else if (flags === 0) assert.is(set(99n, 99n, flags), 'ok');
    }
    assert.equal([g.stat('f').atim, g.stat('f').mtim], [11n, 22n]);
  });
});

withGuest('no flags do nothing: utimensat(2) with two UTIME_OMIT looks at no path', FILE, (g) => {
  const before = g.stat('f');
  each(g, (set) => set(99n, 99n, 0));
  assert.equal(g.stat('f'), before, 'not even ctime');
  g.ok('path_filestat_set_times', ROOT, 1, 'no/such/file', 0, 0, 0);
  assert.is(g.call('path_filestat_set_times', ROOT, 1, 'no', 0, 0, ATIM), 'ENOENT');
});

withGuest('a symlink has times of its own', FILE, (g) => {
  g.ok('path_symlink', 'f', ROOT, 'l');
  g.ok('path_filestat_set_times', ROOT, 1, 'l', 7, 8, BOTH);
  // Following the symlink has changed its atime.
  g.ok('path_filestat_set_times', ROOT, 0, 'l', 123, 456, BOTH);
  assert.equal([g.stat('l', false).atim, g.stat('l', false).mtim], [123n, 456n]);
  assert.equal([g.stat('f').atim, g.stat('f').mtim], [7n, 8n]);
});

withGuest('directories and orphans have times, streams have none', FILE, (g) => {
  g.ok('fd_filestat_set_times', g.open('d'), 1, 2, BOTH);
  assert.is(g.stat('d').mtim, 2n);
  const fd = g.open('f');
  g.ok('path_unlink_file', ROOT, 'f');
  g.ok('fd_filestat_set_times', fd, 3, 4, BOTH);
  assert.is(g.fstat(fd).mtim, 4n);
  assert.is(g.call('fd_filestat_set_times', 1, 0, 0, BOTH), 'EINVAL');
  assert.is(g.call('fd_filestat_set_times', 99, 0, 0, BOTH), 'EBADF');
});

withGuest('times set by JavaScript are seen, to the millisecond', FILE, (g) => {
  g.volume.utimesSync('/f', new Date(1_234_567), new Date(7_654_321));
  assert.equal([g.stat('f').atim, g.stat('f').mtim], [1_234_567_000_000n, 7_654_321_000_000n]);
  g.volume.utimesSync('/f', new Date(-5000), new Date(-1));
  assert.equal([g.stat('f').atim, g.stat('f').mtim], [0n, 0n], 'WASI has no time before 1970');
});

withGuest('which calls move which times', FILE, (g) => {
  const past = (path: string) => g.ok('path_filestat_set_times', ROOT, 0, path, 1, 2, BOTH);
  const moved = (path: string) => {
    const { atim, mtim } = g.stat(path, false);
    return `${atim === 1n ? '' : 'a'}${mtim === 2n ? '' : 'm'}`;
  };
  const after = (paths: string[], act: () => void) => {
    for (const path of paths) past(path);
    act();
    return paths.map(moved).join();
  };
  const fd = g.open('f', { rights: 2 | 64 });
  assert.is(
    after(['f', '.'], () => void g.read(fd)),
    'a,',
  );
  assert.is(
    after(['f', '.'], () => void g.pwrite(fd, 'y', 0)),
    'm,',
  );
  assert.is(
    after(['f', '.'], () => void g.pwrite(fd, '', 0)),
    ',',
  );
  assert.is(
    after(['f', '.'], () => g.ok('path_link', ROOT, 0, 'f', ROOT, 'd/l')),
    ',',
  );
  assert.is(
    after(['d', '.'], () => g.ok('path_unlink_file', ROOT, 'd/l')),
    'm,',
  );
  assert.is(
    after(['d', '.'], () => g.ok('path_rename', ROOT, 'f', ROOT, 'd/f')),
    'm,m',
  );
  assert.is(
    after(['d', '.'], () => g.ok('path_create_directory', ROOT, 'd/sub')),
    'm,',
  );
  assert.is(
    after(['d', '.'], () => void g.readdir(g.open('d'))),
    'a,',
  );
});

test.run();
