// Timestamps on hosts that truncate them: each is set as precisely as the host allows.
import { lstatSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../9p/constants.ts';
import type { SetAttr } from '../../backend/backend.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';
import type { Inode } from '../../backend/inode.ts';
import { hostDir } from './index.ts';
import { inMemory, reasonAgainst, scratch } from './testing.ts';
import type { HostInode } from './tree/inode.ts';
import type { HostStat } from './calls/host-stat.ts';
import { nanosecondsOf, secondsOf, toNs } from './node/time.ts';
import { HostTimes } from './times.ts';
import type { HostTime, HostTree } from './tree/tree.ts';

/** A host whose utimes truncates to this many nanoseconds. */
function host(grain: bigint): { times: HostTimes; set(ns: bigint): bigint } {
  let atimeNs = 0n;
  let mtimeNs = 0n;
  const cut = (time: HostTime): bigint => {
    const seconds = Number(time);
    const whole = Math.floor(seconds);
    const ns = toNs(whole, Math.round((seconds - whole) * 1e9));
    return ns - (ns % grain);
  };
  const tree = {
    utimes: (_inode: HostInode, atime: HostTime, mtime: HostTime) => {
      [atimeNs, mtimeNs] = [cut(atime), cut(mtime)];
      return 0;
    },
    stat: (_inode: HostInode, out: HostStat) => {
      const [atimeSec, atimeNsec] = [secondsOf(atimeNs), nanosecondsOf(atimeNs)];
      const [mtimeSec, mtimeNsec] = [secondsOf(mtimeNs), nanosecondsOf(mtimeNs)];
      const [ctimeSec, ctimeNsec] = [mtimeSec, mtimeNsec];
      Object.assign(out, { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, btimeSec: 0, btimeNsec: 1 });
      return 0;
    },
  } as unknown as HostTree;
  const times = new HostTimes(tree);
  const valid = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
  return {
    times,
    set(ns) {
      const [sec, nsec] = [secondsOf(ns), nanosecondsOf(ns)];
      const set = { valid, atime_sec: sec, atime_nsec: nsec, mtime_sec: sec, mtime_nsec: nsec };
      assert.is(times.set({ key: 1 } as HostInode, set as SetAttr), 0);
      return mtimeNs;
    },
  };
}

for (const [name, grain] of [
  ['nanoseconds', 1n],
  ['microseconds', 1000n],
  ['milliseconds', 1_000_000n],
] as const) {
  test(`a host of ${name}: no time that came before makes another one less exact`, () => {
    for (const before of [0n, 300n, 999n, 1_000_000_300n, 1_700_000_000_001_000_300n, 1_700_000_000_001_500_700n]) {
      const { set } = host(grain);
      set(before);
      for (const wanted of [2_000_000_000_000n, 1_700_000_000_123_000_000n, 1_700_000_000_123_456_000n]) {
        set(before);
        const got = set(wanted);
        const gap = got > wanted ? got - wanted : wanted - got;
        // Seconds are a double, whose spacing at 1.7 billion is 238 ns.
        assert.ok(gap <= (grain > 240n ? grain / 2n : 240n), `${before}, then ${wanted}: ${got}`);
      }
    }
  });
}

for (const way of ['openat2', 'openat'] as const) {
  unless(NOT_LINUX || reasonAgainst(way))(
    `through libc a time is set as it was asked for, for everyone: ${way}`,
    () => {
      const { root, remove } = scratch(inMemory);
      writeFileSync(`${root}/f`, '');
      const backend = hostDir(root, { way });
      const inode = backend.lookup(backend.root(), 'f') as Inode;
      const now = (): [bigint, bigint] => {
        const { atimeNs, mtimeNs } = lstatSync(`${root}/f`, { bigint: true });
        return [atimeNs, mtimeNs];
      };
      const set = (valid: number, a: bigint, m: bigint): number => {
        const [atime_sec, atime_nsec, mtime_sec, mtime_nsec] = [
          secondsOf(a),
          nanosecondsOf(a),
          secondsOf(m),
          nanosecondsOf(m),
        ];
        return backend.setattr(inode, {
          valid,
          atime_sec,
          atime_nsec,
          mtime_sec,
          mtime_nsec,
          mode: 0,
          uid: 0,
          gid: 0,
          size: 0,
        });
      };
      const times = [
        0n,
        1n,
        999_999_999n,
        1_700_000_000_123_456_789n,
        -1n,
        -1_500_000_000n,
        4_000_000_000_000_000_001n,
      ];
      for (const a of times) {
        for (const m of times) {
          assert.is(set(SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET, a, m), 0);
          assert.equal(now(), [a, m]);
        }
      }
      assert.is(set(SETATTR_ATIME | SETATTR_ATIME_SET, 5n, 6n), 0);
      assert.equal(now(), [5n, times.at(-1)]);
      // Now, by the kernel's clock.
      assert.is(set(SETATTR_MTIME, 0n, 0n), 0);
      assert.is(now()[0], 5n);
      assert.ok(Math.abs(Date.now() - Number(now()[1] / 1_000_000n)) < 5000);
      backend.close();
      remove();
    },
  );
}

test.run();
