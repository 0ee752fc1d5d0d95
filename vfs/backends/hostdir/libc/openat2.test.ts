// openat2(2): a path of several names that stays beneath a directory and follows no symlink; and its absence.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { E, errnoName } from '../../../linux/errno.ts';
import { reasonAgainst, scratch } from '../testing.ts';
import { libc, type Libc } from './libc.ts';
import { hasOpenat2, openBeneath } from './openat2.ts';

const linux = unless(NOT_LINUX || reasonAgainst('openat2'));
const O_PATH = 0o10000000;
const encoder = new TextEncoder();

linux('no path leads outside, and no symlink is followed', () => {
  const { root, remove } = scratch();
  const own = libc() as Libc;
  fs.mkdirSync(`${root}/a/b`, { recursive: true });
  fs.writeFileSync(`${root}/a/b/f`, 'f');
  fs.symlinkSync('b', `${root}/a/inside`);
  fs.symlinkSync('../../outside', `${root}/a/out`);
  fs.symlinkSync('/', `${root}/a/absolute`);
  const top = fs.openSync(root, 'r');
  const open = (path: string): string => {
    const fd = openBeneath(own, top, encoder.encode(`${path}\0`), O_PATH | fs.constants.O_NOFOLLOW);
    if (fd < 0) return errnoName(own.errno());
    own.close(fd);
    return 'ok';
  };
  const answers = ['a/b/f', 'a/inside', 'a/out', 'a/inside/f', 'a/out/x', 'a/absolute/etc', '..', 'a/../..', '/etc'];
  assert.is(answers.map(open).join(), 'ok,ok,ok,ELOOP,ELOOP,ELOOP,EXDEV,EXDEV,EXDEV');
  assert.is(['a/none', 'a/b/f/x'].map(open).join(), 'ENOENT,ENOTDIR');
  fs.closeSync(top);
  remove();
});

test('a kernel or a filter that refuses it is noticed', () => {
  for (const errno of [E.ENOSYS, E.EPERM, E.EAGAIN]) {
    const refusing = { openat2: () => -1, errno: () => errno } as unknown as Libc;
    assert.not.ok(hasOpenat2(refusing));
  }
});

test.run();
