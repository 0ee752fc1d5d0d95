// Files of other users that a group may write: only the owner may chmod(2) them (EPERM).
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../../9p/constants.ts';
import { E } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir, type HostDirBackend } from '../../hostdir/index.ts';
import { inMemory, scratch } from '../../hostdir/testing.ts';
import { overlay, settle, type OverlayBackend } from '../index.ts';
import { unless } from '../../../../build/test/skip.ts';

/** Opens a directory whose `shared`, with its content, belongs to another user; the tests may be run by root. */
function asMember(root: string): HostDirBackend {
  const theirs = new Set(['shared', 'shared/f', 'shared/g'].map((path) => fs.statSync(`${root}/${path}`).ino));
  const lower = hostDir(root);
  const { setattr } = lower;
  lower.setattr = (inode, set) =>
    theirs.has(inode.ino) && (set.valid & SETATTR_MODE) !== 0 ? E.EPERM : setattr.call(lower, inode, set);
  return lower;
}

function plant(root: string, mode: number): void {
  fs.mkdirSync(`${root}/shared`);
  for (const name of ['f', 'g']) fs.writeFileSync(`${root}/shared/${name}`, 'old');
  fs.linkSync(`${root}/shared/g`, `${root}/g`);
  for (const name of ['f', 'g']) fs.chmodSync(`${root}/shared/${name}`, mode & 0o666);
  fs.chmodSync(`${root}/shared`, mode);
}

function play(merged: OverlayBackend): void {
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.rename('shared/f', 'shared/moved');
  kit.put('shared/new', 'new');
  kit.put('shared/g', 'new');
  kit.end();
}

const NOT_ROOT = process.getuid?.() === 0 ? '' : 'the tests do not run as root';

const text = (root: string, name: string): string => fs.readFileSync(`${root}/shared/${name}`, 'utf8');

unless(NOT_ROOT)('what their mode gives a group is enough for a commit', () => {
  const { root, remove } = scratch(inMemory);
  plant(root, 0o2070);
  const lower = asMember(root);
  const merged = overlay({ lower });
  play(merged);
  assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
  assert.equal(fs.readdirSync(`${root}/shared`).sort(), ['g', 'moved', 'new']);
  assert.equal([text(root, 'g'), fs.readFileSync(`${root}/g`, 'utf8')], ['new', 'new']);
  assert.is(fs.statSync(`${root}/shared`).mode & 0o7777, 0o2070);
  lower.close();
  remove();
});

test('a mode that the owner sets during a commit stays, and does not prevent its settlement', () => {
  for (const phase of [1, 2, 3]) {
    for (const how of ['resume', 'undo'] as const) {
      const { root, remove } = scratch(inMemory);
      plant(root, 0o2777);
      const lower = asMember(root);
      const merged = overlay({ lower });
      play(merged);
      const run = merged.committing();
      while (!fs.existsSync(`${root}/.wasi9p-commit/journal-${phase}`)) assert.ok(run.step());
      run.stop();
      fs.chmodSync(`${root}/shared`, 0o3777);
      fs.chmodSync(`${root}/g`, 0o660);
      const outcome = how === 'resume' ? 'completed' : 'undone';
      assert.equal(settle(lower, how), { errno: 0, path: '', outcome });
      assert.equal(fs.readdirSync(root).sort(), ['g', 'shared']);
      assert.equal(fs.readdirSync(`${root}/shared`).sort(), how === 'resume' ? ['g', 'moved', 'new'] : ['f', 'g']);
      assert.is(text(root, 'g'), how === 'resume' ? 'new' : 'old');
      assert.equal(
        [fs.statSync(`${root}/shared`).mode & 0o7777, fs.statSync(`${root}/g`).mode & 0o777],
        [0o3777, 0o660],
      );
      lower.close();
      remove();
    }
  }
});

test.run();
