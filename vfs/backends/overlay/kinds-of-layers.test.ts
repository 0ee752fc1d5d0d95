// Layers other than an unchanged lower one and an empty upper one.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDWR } from '../../linux/constants.ts';
import { Kit } from '../../../testing/kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';
import { fill, overlaid, picture, write } from './testing.ts';

test('an upper layer with files shows them over the lower one’s', () => {
  const upper = ram();
  fill(upper, (kit) => {
    kit.mkdir('d');
    kit.put('d/both', 'upper');
    kit.put('d/above', 'upper');
    kit.put('kind', 'a file');
  });
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/both', 'lower');
      kit.put('d/below', 'lower');
      kit.mkdir('kind');
      kit.put('kind/f', '');
    },
    (kit) => {
      assert.equal(kit.list('d'), ['above', 'below', 'both']);
      assert.equal([kit.get('d/both'), kit.get('d/below'), kit.get('kind')], ['upper', 'lower', 'a file']);
      kit.unlink('d/both');
      kit.unlink('kind');
      assert.equal([kit.get('d/both'), kit.get('kind')], ['ENOENT', 'ENOENT']);
      kit.unlink('d/above');
      assert.is(kit.rmdir('d'), 'ENOTEMPTY');
      kit.unlink('d/below');
      assert.is(kit.rmdir('d'), 'ok');
      assert.equal(kit.list(''), []);
    },
    { upper },
  );
});

test('a read-only upper layer answers EROFS', () => {
  const { root, remove } = scratch();
  const upper = hostDir(root, { readOnly: true });
  overlaid(
    (kit) => kit.put('f', 'x'),
    (kit) => {
      const fid = kit.open('f', O_RDWR);
      assert.is(kit.write(fid, 0, 'y'), 'EROFS');
      assert.is(kit.setSize(fid, 0), 'EROFS');
      kit.clunk(fid);
      assert.is(kit.unlink('f'), 'EROFS');
      assert.is(kit.mkdir('d'), 'EROFS');
      assert.is(kit.rename('f', 'g'), 'EROFS');
      assert.equal([kit.list(''), kit.get('f')], [['f'], 'x']);
    },
    { upper },
  );
  upper.close();
  remove();
});

test('two overlays of one lower layer know nothing of each other', () => {
  const lower = ram();
  fill(lower, (kit) => kit.put('f', 'lower'));
  const seen = picture(lower, true);
  const [a, b] = [overlay({ lower }), overlay({ lower })].map((backend) => new Kit({ backend, dispose: () => {} }));
  const held = b!.open('f');
  write(a!, 'f', 'first');
  a!.unlink('f');
  assert.equal([a!.get('f'), b!.get('f'), b!.read(held)], ['ENOENT', 'lower', 'lower']);
  write(b!, 'f', 'other');
  assert.is(b!.read(held), 'other');
  b!.clunk(held);
  a!.end();
  b!.end();
  assert.is(picture(lower, true), seen);
});

test('both layers the same', () => {
  const lower = ram();
  assert.throws(() => overlay({ lower, upper: lower }), /two backends/);
});

test('a lower directory of the host that others change', () => {
  const { root, remove } = scratch();
  fs.mkdirSync(`${root}/d`);
  fs.mkdirSync(`${root}/e`);
  for (const name of ['d/f', 'd/g', 'd/h', 'e/x']) fs.writeFileSync(`${root}/${name}`, name);
  const lower = hostDir(root);
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  const held = kit.open('d/f', O_RDWR);
  const gone = kit.walk('d/h');
  kit.put('d/new', 'mine');
  // A new file shows, an old one changes; one with a fid is renamed, another removed and created again.
  fs.writeFileSync(`${root}/d/late`, 'late');
  fs.writeFileSync(`${root}/d/g`, 'changed');
  fs.renameSync(`${root}/d/f`, `${root}/d/renamed`);
  fs.rmSync(`${root}/d/h`);
  fs.writeFileSync(`${root}/d/h`, 'again');
  kit.put('d/f', 'made where it was');
  assert.equal(kit.list('d'), ['f', 'g', 'h', 'late', 'new', 'renamed']);
  assert.equal([kit.get('d/late'), kit.get('d/g'), kit.get('d/h')], ['late', 'changed', 'again']);
  assert.is(kit.fstat(gone).nlink, 0);
  // The file with a fid is changed under its new name.
  assert.is(kit.write(held, 0, 'D'), 1);
  assert.is(kit.read(held), 'D/f');
  assert.equal([kit.get('d/f'), kit.get('d/renamed')], ['made where it was', 'D/f']);
  // A changed directory with a fid is removed, with all that was unchanged.
  fs.rmSync(`${root}/d`, { recursive: true });
  assert.equal(kit.list('d'), ['f', 'new']);
  assert.is(kit.get('d/new'), 'mine');
  // A changed directory is moved into another.
  kit.put('e/y', '');
  fs.mkdirSync(`${root}/k`);
  fs.renameSync(`${root}/e`, `${root}/k/e`);
  assert.equal(kit.list('e'), ['x', 'y']);
  assert.is(kit.get('k/e/x'), 'ENOENT');
  assert.is(kit.rename('e', 'k/e'), 'ok');
  assert.equal(kit.list('k/e'), ['x', 'y']);
  for (const { path } of merged.diff()) assert.ok(path !== '');
  kit.clunk(held, gone);
  kit.end();
  assert.is(merged.leaked, 0);
  lower.close();
  remove();
});

test.run();
