// Reads through a read-only export or a lower layer do not move access times on the host.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDWR } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import { Kit } from '../../../testing/kit.ts';
import { overlay } from '../overlay/index.ts';
import { readOnly } from '../../backends/readonly/index.ts';
import { everyWay, hostDir, scratch } from './testing.ts';
import { NOT_LINUX } from '../../../build/test/skip.ts';

const linux = everyWay(NOT_LINUX);

/** Creates files whose atimes a read would move wherever atimes are kept: they are older than the last change. */
function fill(root: string): void {
  fs.mkdirSync(`${root}/d`);
  for (const name of ['f', 'd/g']) {
    fs.writeFileSync(`${root}/${name}`, 'data');
    fs.utimesSync(`${root}/${name}`, 1, 2);
  }
}

const atime = (path: string): number => fs.statSync(path).atimeMs;

/** True if the file system keeps atimes. */
function keeps(root: string): boolean {
  fs.writeFileSync(`${root}/probe`, 'x');
  fs.utimesSync(`${root}/probe`, 1, 2);
  fs.readFileSync(`${root}/probe`);
  return atime(`${root}/probe`) !== 1000;
}

const WAYS: Record<string, (root: string) => [Backend, ...{ close(): void }[]]> = {
  'a read-only host directory': (root) => [hostDir(root, { readOnly: true })],
  'a read-only directory by paths': (root) => [hostDir(root, { readOnly: true, paths: true })],
  'a read-only view': (root) => {
    const base = hostDir(root);
    return [readOnly(base), base];
  },
  'an overlay': (root) => {
    const lower = hostDir(root);
    return [overlay({ lower }), lower];
  },
};

for (const [way, make] of Object.entries(WAYS)) {
  linux(`reading moves no access time: ${way}`, () => {
    const { root, remove } = scratch();
    fill(root);
    const [backend, ...more] = make(root);
    const kit = new Kit({ backend, dispose: () => {} });
    for (const name of ['f', 'd/g']) {
      // Twice: the second may share the descriptor of the first.
      for (let i = 0; i < 2; i++) assert.is(kit.get(name), 'data');
      assert.is(atime(`${root}/${name}`), 1000, name);
    }
    kit.end();
    (backend as { close?(): void }).close?.();
    for (const other of more) other.close();
    remove();
  });
}

linux('a copy-up, and a read after it, move no atime', () => {
  const { root, remove } = scratch();
  fill(root);
  const lower = hostDir(root);
  const kit = new Kit({ backend: overlay({ lower }), dispose: () => {} });
  const fid = kit.open('f', O_RDWR);
  assert.is(kit.read(fid), 'data');
  assert.is(kit.write(fid, 4, ' and more'), 9);
  assert.is(kit.read(fid), 'data and more');
  kit.clunk(fid);
  assert.is(atime(`${root}/f`), 1000);
  kit.end();
  lower.close();
  remove();
});

linux('a view does not read by the descriptor of who may move access times, nor they by its', () => {
  const { root, remove } = scratch();
  fill(root);
  const moves = keeps(root);
  const base = hostDir(root);
  const kits = [base, readOnly(base)].map((backend) => new Kit({ backend, dispose: () => {} }));
  const [open, quiet] = kits as [Kit, Kit];
  const loud = open.open('f');
  assert.is(quiet.get('f'), 'data');
  assert.is(atime(`${root}/f`), 1000);
  const silent = quiet.open('d/g');
  assert.is(open.get('d/g'), 'data');
  if (moves) assert.ok(atime(`${root}/d/g`) > 1000);
  open.clunk(loud);
  quiet.clunk(silent);
  // Files created by the other one, with their descriptors still open.
  open.put('made', 'x');
  const maker = open.open('made', O_RDWR);
  fs.utimesSync(`${root}/made`, 1, 2);
  assert.is(quiet.get('made'), 'x');
  assert.is(atime(`${root}/made`), 1000);
  open.clunk(maker);
  for (const kit of kits) kit.mount.close();
  assert.equal(open.server.inspect().fids + quiet.server.inspect().fids, 0);
  base.close();
  remove();
});

test.run();
