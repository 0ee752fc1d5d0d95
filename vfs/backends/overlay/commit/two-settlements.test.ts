// Two processes settle one commit at once, one resumes it and the other undoes it.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { inMemory, scratch } from '../../hostdir/testing.ts';
import { plant, snapshot, work } from './testing.ts';
import { Settlement, overlay, settle, unsettled } from '../index.ts';
import { Staging } from './staging.ts';

/** A tree with a commit that was stopped after some steps. */
function stopped(steps: number): { root: string; old: Map<string, string>; remove: () => void } {
  const { root, remove } = scratch(inMemory);
  plant(root);
  const old = snapshot(root);
  const lower = hostDir(root);
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  work(kit);
  kit.end();
  const run = merged.committing();
  while (!fs.existsSync(`${root}/.wasi9p-commit/journal-1`)) assert.ok(run.step());
  for (let i = 0; i < steps; i++) assert.ok(run.step());
  run.stop();
  lower.close();
  return { root, old, remove };
}

test('while a process settles a commit another gets EBUSY, and each file is old or new', () => {
  for (const steps of [0, 5, 20]) {
    const { root, old, remove } = stopped(steps);
    const [one, other] = [hostDir(root), hostDir(root)];
    const first = new Settlement(one, 'undo');
    for (let i = 0; i < 3; i++) assert.ok(first.step());
    assert.is(unsettled(other)[0]!.process, process.pid);
    for (const how of ['resume', 'undo'] as const) {
      assert.equal(settle(other, how), { errno: E.EBUSY, path: '.wasi9p-commit', outcome: 'nothing' });
    }
    while (first.step());
    assert.equal(first.result, { errno: 0, path: '', outcome: 'undone' });
    assert.equal(snapshot(root), old);
    one.close();
    other.close();
    remove();
  }
});

test('one of two processes claims the commit of a dead one', () => {
  const { root, remove } = stopped(5);
  const [one, other] = [hostDir(root), hostDir(root)];
  const [mine, theirs] = [one, other].map((lower) => Staging.open(lower, '.wasi9p-commit')) as [Staging, Staging];
  assert.equal([mine.process, theirs.process], [0, 0]);
  assert.equal([mine.claim(), theirs.claim()], [true, false]);
  assert.equal([theirs.process, settle(other, 'undo').errno], [0, E.EBUSY]);
  mine.giveBack();
  theirs.giveBack();
  assert.equal([theirs.claim(), mine.claim()], [true, false]);
  theirs.giveBack();
  for (const staging of [mine, theirs]) staging.release();
  assert.equal(settle(other, 'undo'), { errno: 0, path: '', outcome: 'undone' });
  one.close();
  other.close();
  remove();
});

test('a failed settlement leaves the commit to others', () => {
  const { root, old, remove } = stopped(0);
  const lower = hostDir(root);
  fs.renameSync(`${root}/x`, `${root}/away`);
  assert.is(settle(lower, 'resume').errno, E.ESTALE);
  const owners = fs.readdirSync(`${root}/.wasi9p-commit`).filter((name) => name.startsWith('owner.'));
  const stops = new Settlement(lower, 'resume');
  assert.ok(stops.step());
  stops.stop();
  assert.equal(
    fs.readdirSync(`${root}/.wasi9p-commit`).filter((name) => name.startsWith('owner.')),
    owners,
  );
  assert.is(unsettled(lower)[0]!.process, 0);
  fs.renameSync(`${root}/away`, `${root}/x`);
  assert.equal(settle(lower, 'undo'), { errno: 0, path: '', outcome: 'undone' });
  assert.equal(snapshot(root), old);
  lower.close();
  remove();
});

test('the unfinished commit of another user is reported, and does not hinder a directory of the own', () => {
  for (const mode of [0o1700, 0o700]) {
    const { root, remove } = scratch(inMemory);
    fs.mkdirSync(`${root}/.wasi9p-commit`);
    fs.chmodSync(`${root}/.wasi9p-commit`, mode);
    const theirs = fs.statSync(`${root}/.wasi9p-commit`).ino;
    const lower: Backend = hostDir(root);
    const { list } = lower;
    lower.list = (dir) => (dir.ino === theirs ? E.EACCES : list.call(lower, dir));
    const isLeft = mode === 0o1700;
    assert.equal(unsettled(lower), isLeft ? [{ name: '.wasi9p-commit', process: 0 }] : []);
    const nothing = { errno: 0, path: '', outcome: 'nothing' };
    assert.equal(
      settle(lower, 'undo'),
      isLeft ? { errno: E.EACCES, path: '.wasi9p-commit', outcome: 'nothing' } : nothing,
    );
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('new', 'new');
    kit.end();
    const { errno, unsettled: left } = merged.commit();
    assert.equal([errno, left], isLeft ? [E.EBUSY, '.wasi9p-commit'] : [0, '']);
    lower.close?.();
    remove();
  }
});

test.run();
