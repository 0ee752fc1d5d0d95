// openat2(2): a path of several names that stays beneath a directory and follows no symlink; and its absence.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { E, errnoName } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { remove as removeFid } from '../../../client/rare-messages.ts';
import { inMemory, reasonAgainst, scratch, throughLibc } from '../testing.ts';
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

for (const errno of ['EAGAIN', 'ENOSYS', 'EPERM', 'none'] as const) {
  linux(`directories far below are found again, or are ESTALE, if every second call fails: ${errno}`, () => {
    const { root, outside, remove } = scratch(inMemory);
    const own = libc() as Libc;
    let calls = 0;
    let failed = false;
    const openat2: Libc['openat2'] = (...args) => {
      failed = errno !== 'none' && ++calls % 2 === 0;
      if (errno === 'none') calls++;
      return failed ? -1 : own.openat2(...args);
    };
    const backend = throughLibc(
      { ...own, openat2, errno: () => (failed ? E[errno as 'EPERM'] : own.errno()) },
      'openat2',
      root,
    );
    const kit = new Kit({ backend, dispose: () => {} });
    const deep = 'a/b/c/d/e';
    for (let at = 1; at <= deep.length; at += 2) kit.mkdir(deep.slice(0, at));
    for (let i = 0; i < 10; i++) kit.put(`${deep}/${i}`, 'x');
    const fids = Array.from({ length: 10 }, (_, i) => kit.walk(`${deep}/${i}`));
    const drop = (fid: number): string => {
      backend.trim();
      return errnoName(removeFid(kit.client, fid));
    };
    for (let i = 0; i < 6; i++) assert.is(drop(fids[i]!), 'ok');
    // A symlink on the way to the same directory, then one to another outside.
    fs.renameSync(`${root}/a/b`, `${outside}/b`);
    fs.symlinkSync(`${outside}/b`, `${root}/a/b`);
    for (let i = 6; i < 8; i++) assert.is(drop(fids[i]!), 'ESTALE');
    assert.equal(fs.readdirSync(`${outside}/b/c/d/e`).sort(), ['6', '7', '8', '9']);
    fs.unlinkSync(`${root}/a/b`);
    fs.renameSync(`${outside}/b`, `${root}/a/b`);
    for (let i = 8; i < 10; i++) assert.is(drop(fids[i]!), 'ok');
    assert.ok(calls >= 6, `${calls} calls of openat2`);
    kit.end();
    backend.close();
    remove();
  });
}

test('a kernel or a filter that refuses it is noticed', () => {
  for (const errno of [E.ENOSYS, E.EPERM, E.EAGAIN]) {
    const refusing = { openat2: () => -1, errno: () => errno } as unknown as Libc;
    assert.not.ok(hasOpenat2(refusing));
  }
});

test.run();
