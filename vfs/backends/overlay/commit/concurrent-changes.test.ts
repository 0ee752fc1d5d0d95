// Other processes change the host directory between the steps of a commit: none of their changes is overwritten or
// lost, and the commit is complete or reverted.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E, errnoName } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { overlay, settle, type CommitResult } from '../index.ts';

const THEIRS = 'written by another process';

/** The actions of other processes, and the errno if they come before the step. */
const MEDDLING: Readonly<Record<string, [act: (root: string) => void, errnos: readonly number[]]>> = {
  'put a file in the place of a changed one': [
    (root) => {
      fs.writeFileSync(`${root}/tmp`, THEIRS);
      fs.renameSync(`${root}/tmp`, `${root}/changed`);
    },
    [E.ESTALE],
  ],
  'write to a file that is removed': [
    (root) => void (fs.existsSync(`${root}/gone`) && append(`${root}/gone`)),
    [E.ESTALE],
  ],
  'create a name that the commit creates': [
    (root) => void (fs.existsSync(`${root}/made`) || append(`${root}/made`)),
    [E.EEXIST],
  ],
  'put a file into a directory that is removed': [
    (root) => void (fs.existsSync(`${root}/dir/sub`) && append(`${root}/dir/sub/theirs`)),
    [E.ENOTEMPTY],
  ],
  'ref the name that a directory gets': [
    (root) => void (fs.existsSync(`${root}/moved`) || append(`${root}/moved`)),
    [E.EEXIST],
  ],
  'write to a file that was changed': [(root) => append(`${root}/changed`), [E.ESTALE]],
};

function append(path: string): void {
  fs.appendFileSync(path, THEIRS);
}

/** True if it is anywhere below. */
function isThere(root: string): boolean {
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.some(
    (entry) =>
      entry.isFile() && fs.readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, 'utf8').includes(THEIRS),
  );
}

function plant(root: string): void {
  fs.mkdirSync(`${root}/dir/sub`, { recursive: true });
  fs.mkdirSync(`${root}/d`);
  for (const file of ['changed', 'gone', 'dir/f', 'dir/sub/g', 'd/f']) fs.writeFileSync(`${root}/${file}`, file);
  // Long ago, so that a file written now has another time.
  for (const path of ['dir/sub', 'dir', 'changed', 'gone']) fs.utimesSync(`${root}/${path}`, 1000, 2000);
}

function work(kit: Kit): void {
  kit.put('changed', 'new');
  for (const file of ['gone', 'dir/f', 'dir/sub/g']) kit.unlink(file);
  for (const dir of ['dir/sub', 'dir']) kit.rmdir(dir);
  kit.put('made', 'made');
  kit.rename('d', 'moved');
}

for (const [what, [meddle, errnos]] of Object.entries(MEDDLING)) {
  test(`others ${what} during a commit`, () => {
    const met = new Set<string>();
    for (let at = 0, isOver = false; !isOver; at++) {
      const { root, remove } = scratch();
      plant(root);
      const lower = hostDir(root);
      const merged = overlay({ lower });
      const kit = new Kit({ backend: merged, dispose: () => {} });
      work(kit);
      kit.end();
      const run = merged.committing();
      let wrote = false;
      // Actions before the comparison are not undone, and the overlay shows something else.
      for (let i = 0; run.step();) {
        if (!fs.existsSync(`${root}/.wasi9p-commit/new-0`) || i++ !== at) continue;
        meddle(root);
        wrote = isThere(root);
      }
      isOver = !wrote && at > 40;
      const { errno, unsettled }: CommitResult = run.result;
      if (errno !== 0) assert.ok(errnos.includes(errno), `${errnoName(errno)} at step ${at}`);
      met.add(`${errno} ${unsettled}`);
      if (wrote) assert.ok(isThere(root), `what others wrote is gone, at step ${at}`);
      // An unsettled commit keeps it too.
      if (unsettled !== '') assert.is(settle(lower, 'undo').errno === 0 && !isThere(root), false);
      lower.close();
      remove();
    }
    assert.ok(
      errnos.some((errno) => met.has(`${errno} `)),
      [...met].join(),
    );
    assert.ok(met.has('0 '));
  });
}

test('a directory removed by others is created again, and a replaced one is left alone', () => {
  for (const replaced of [false, true]) {
    const { root, remove } = scratch();
    fs.mkdirSync(`${root}/d/sub`, { recursive: true });
    const lower = hostDir(root);
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('d/mine', 'mine');
    kit.put('d/sub/mine', 'mine');
    fs.rmSync(`${root}/d`, { recursive: true });
    if (replaced) fs.mkdirSync(`${root}/d`);
    if (replaced) append(`${root}/d/theirs`);
    const { errno, unsettled } = merged.commit();
    assert.equal([errno, unsettled], [replaced ? E.ESTALE : 0, '']);
    if (replaced) assert.equal(fs.readdirSync(`${root}/d`), ['theirs']);
    else {
      assert.equal(merged.diff(), []);
      kit.put('d/sub/more', 'more');
      assert.is(merged.commit().errno, 0);
      assert.equal(fs.readdirSync(`${root}/d/sub`).sort(), ['mine', 'more']);
      assert.is(fs.readFileSync(`${root}/d/mine`, 'utf8'), 'mine');
    }
    kit.end();
    lower.close();
    remove();
  }
});

test.run();
