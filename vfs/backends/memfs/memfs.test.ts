// The conformance suite on memfs, and the lifetime of the backend of a Volume.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDWR } from '../../linux/constants.ts';
import { conformance } from '../../../testing/conformance/index.ts';
import { Kit } from '../../../testing/kit.ts';
import { memfsStore } from '../../../testing/stores.ts';
import { serverFor } from '../../connect/server-for.ts';
import { memfs } from './index.ts';
import { MEMFS_COST, nameCost } from './space.ts';
import { byUvu } from '../../../testing/uvu.ts';

conformance('memfs', memfsStore, byUvu());

test('a Volume with other internals has another message than a value that is not a Volume', () => {
  const old = Object.setPrototypeOf({ root: {} }, { readFileSync() {}, fromJSON() {}, toJSON() {} });
  const between = Object.assign(new Volume(), { _core: { root: { children: new Map() } } }) as never;
  for (const volume of [old, between]) {
    assert.throws(() => memfs(volume), 'a Volume of an unsupported memfs; supported are 4.59 and later');
    assert.throws(() => serverFor(volume), '"source" is a Volume of an unsupported memfs');
  }
  assert.throws(() => memfs({ readFileSync() {} } as never), '"volume" must be a Volume of memfs, not Object');
});

test('a tree of 3,000 levels is renamed', () => {
  const volume = new Volume();
  const kit = new Kit({ backend: memfs(volume), dispose: () => {} });
  const { at, client } = kit.mount;
  let dir = kit.clone(kit.root);
  for (let level = 0; level < 3000; level++) {
    assert.is(at.mkdirat(dir, 'd'), 0);
    const below = client.walk(dir, ['d'], 0, 1);
    kit.clunk(dir);
    dir = below;
  }
  kit.clunk(dir);
  assert.is(kit.rename('d', 'moved'), 'ok');
  assert.equal(volume.readdirSync('/'), ['moved']);
  assert.is(volume.statSync(`/moved${'/d'.repeat(1000)}`).isDirectory(), true);
  assert.is(kit.rename('moved/d/d', 'deep'), 'ok');
  assert.equal([kit.list('moved/d'), kit.list('deep')], [[], ['d']]);
  kit.end();
  volume.reset();
});

test('statfs does not count all of a large volume each time', () => {
  const volume = new Volume();
  for (let i = 0; i < 5000; i++) volume.writeFileSync(`/f${i}`, '');
  const store = memfs(volume);
  const out = { fstype: 0, bsize: 0, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 0 };
  assert.is(store.statfs(out), 0);
  const link = volume._core.root.getChild('f7')!;
  const getNode = link.getNode.bind(link);
  let counts = 0;
  link.getNode = () => (counts++, getNode());
  for (let i = 0; i < 1000; i++) store.statfs(out);
  assert.ok(counts < 500, `${counts}`);
  // Changes that the volume reports are counted at once.
  const before = out.bfree;
  volume.writeFileSync('/f7', new Uint8Array(1 << 20));
  store.statfs(out);
  assert.is(before - out.bfree, 256);
});

test('a limit counts what JavaScript has made, and no more what it has removed', () => {
  const volume = new Volume();
  // A file with a one-letter name.
  const F = MEMFS_COST.inode + nameCost('a');
  const kit = new Kit({ backend: memfs(volume, { capacity: 100_000 + 2 * F }), dispose: () => {} });
  const store = (path: string, size: number): number | string => {
    const fid = kit.open(path, O_CREAT | O_RDWR);
    const written = kit.write(fid, 0, 'x'.repeat(size));
    kit.clunk(fid);
    return written;
  };
  assert.equal([store('a', 100_000), store('b', 1)], [100_000, 'ENOSPC']);
  volume.unlinkSync('/a');
  assert.equal([store('b', 60_000), store('c', 50_000)], [60_000, 40_000]);
  volume.truncateSync('/b', 10);
  volume.mkdirSync('/d');
  volume.writeFileSync('/d/e', 'x'.repeat(30_000));
  assert.is(store('f', 100_000), 29_990 - 3 * F, 'what JavaScript wrote counts');
  volume.rmSync('/d', { recursive: true });
  volume.renameSync('/b', '/c');
  assert.is(store('g', 100_000), 70_000 + 2 * F);
  const orphan = kit.open('g', O_RDWR);
  kit.unlink('g');
  assert.is(kit.openError('h', O_CREAT | O_RDWR), 'ENOSPC', 'an orphan counts');
  kit.clunk(orphan);
  assert.is(store('h', 100_000), 70_000 + 2 * F);
  volume.watch('/').close();
  volume.reset();
  assert.is(store('i', 100_000), 100_000);
  kit.end();
});

test.run();
