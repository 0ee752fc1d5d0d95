// A directory of the tree that looks like the staging directory of an interrupted commit.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../../9p/constants.ts';
import { S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import { setMode } from '../../../client/rare-messages.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { RamBackend } from '../../ram/backend.ts';
import { ram } from '../../ram/index.ts';
import type { RamInode } from '../../ram/inode.ts';
import { overlay, settle, unsettled } from '../index.ts';
import { linesOf } from './journal.ts';
import { contents, fill } from '../testing.ts';

const STAGING = '.wasi9p-commit';
/** A journal that moves a file out. */
const FORGED = [
  ...linesOf({
    out: [{ do: 'out', path: ['kept'], to: 'old-0', was: { kind: S_IFREG, ino: 0 }, dirs: [] }],
    into: [],
    writes: [],
    dresses: [],
  }),
].join('');

/** A store on a file system without sticky bits, such as FAT. */
class Stickless extends RamBackend {
  override create(
    dir: RamInode,
    name: string,
    mode: number,
    rdev: number,
    uid: number,
    gid: number,
  ): RamInode | number {
    return super.create(dir, name, mode & ~0o1000, rdev, uid, gid);
  }
}

function on(lower: Backend, run: (lower: Backend, kit: Kit, commit: () => object) => void): void {
  fill(lower, (kit) => kit.put('kept', 'kept'));
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  run(lower, kit, () => merged.commit());
  kit.end();
  assert.is(merged.leaked, 0);
  merged.close();
}

function forge(kit: Kit, path: string): void {
  assert.is(kit.mkdir(path), 'ok');
  kit.put(`${path}/owner.1.0.0.1`, '');
  kit.put(`${path}/journal-1`, FORGED);
}

const DONE = { errno: 0, path: '', unsettled: '' };

function isTheirs(lower: Backend, kit: Kit, commit: () => object): void {
  forge(kit, STAGING);
  forge(kit, `${STAGING}-1`);
  for (const text of ['first', 'second']) {
    kit.put('f', text);
    assert.equal(commit(), DONE);
    const below = [...contents(lower)].sort();
    assert.equal(unsettled(lower), []);
    for (const how of ['undo', 'resume'] as const) {
      assert.equal(settle(lower, how), { errno: 0, path: '', outcome: 'nothing' });
    }
    assert.equal([...contents(lower)].sort(), below);
  }
}

test('a guest may make all that a commit has: in memory', () => {
  using lower = ram();
  on(lower, isTheirs);
});

test('a guest may make all that a commit has: on a host directory', () => {
  const { root, remove } = scratch();
  const lower = hostDir(root);
  on(lower, isTheirs);
  lower.close();
  remove();
});

test('a private directory with a sticky bit that became one is not committed', () => {
  using lower = ram();
  fill(lower, (kit) => {
    assert.is(kit.mkdir('private'), 'ok');
    const fid = kit.walk('private');
    assert.is(setMode(kit.client, fid, SETATTR_MODE, 0o1700), 0);
    kit.clunk(fid);
  });
  on(lower, (_lower, kit, commit) => {
    kit.put('private/owner.1.0.0.1', '');
    assert.is(kit.rename('private', STAGING), 'ok');
    assert.equal(commit(), { errno: E.EPERM, path: STAGING, unsettled: '' });
    assert.is(kit.rename(STAGING, 'other'), 'ok');
    assert.equal(commit(), DONE);
  });
});

test('without a sticky bit a commit that was cut off is found, and none is committed', () => {
  using lower = new Stickless();
  on(lower, (_lower, kit, commit) => {
    forge(kit, STAGING);
    assert.equal(commit(), { errno: E.EPERM, path: STAGING, unsettled: '' });
    assert.equal([...contents(lower).keys()], ['.', 'kept']);
    assert.is(kit.rename(STAGING, 'other'), 'ok');
    assert.equal(commit(), DONE);
    assert.equal(unsettled(lower), []);
  });
  fill(lower, (kit) => forge(kit, STAGING));
  const names = [...contents(lower)].length;
  assert.equal(unsettled(lower), [{ name: STAGING, process: 0 }]);
  // The probe was removed.
  assert.is([...contents(lower)].length, names);
});

test.run();
