import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conformance } from '../conformance.ts';
import { Kit, type Outside } from '../conformance-kit.ts';
import { memfs } from './index.ts';

conformance('memfs', () => {
  const volume = new Volume();
  return {
    backend: memfs(volume),
    outside: { fs: volume as unknown as Outside['fs'], root: '' },
    dispose: () => volume.reset(),
  };
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

test.run();
