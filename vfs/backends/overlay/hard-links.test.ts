// Hard links of the lower layer, and orphans of both layers.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../9p/constants.ts';
import { O_CREAT, O_RDWR } from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { tick } from '../../../testing/kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { SET_BOTH, overlaid, write } from './testing.ts';
import { remove, rename, setMode } from '../../client/rare-messages.ts';

for (const [where, make] of [
  ['memory', null],
  ['a host directory', scratch],
] as const) {
  test(`names of a lower file stay names of one file, changes in ${where}`, () => {
    const place = make?.();
    const host = place === undefined ? null : hostDir(place.root);
    overlaid(
      (kit) => {
        kit.mkdir('d');
        kit.put('a', 'one');
        kit.link('a', 'd/b');
        kit.link('a', 'd/c');
      },
      (kit) => {
        const { ino } = kit.stat('d/b');
        write(kit, 'a', 'ONE');
        assert.equal([kit.get('d/b'), kit.get('d/c')], ['ONE', 'ONE']);
        for (const path of ['a', 'd/b', 'd/c']) assert.equal([kit.stat(path).ino, kit.stat(path).nlink], [ino, 3]);
        // The name of the copy is removed, then one that only the lower layer has.
        assert.is(kit.unlink('a'), 'ok');
        assert.equal([kit.get('d/b'), kit.stat('d/b').nlink], ['ONE', 2]);
        const held = kit.open('d/c', O_RDWR);
        assert.is(kit.unlink('d/b'), 'ok');
        assert.is(kit.fstat(held).nlink, 1);
        assert.is(kit.link('d/c', 'e'), 'ok');
        assert.is(kit.rename('d/c', 'f'), 'ok');
        assert.equal([kit.stat('e').ino, kit.stat('f').nlink], [ino, 2]);
        kit.write(held, 3, '+');
        assert.equal([kit.get('e'), kit.get('f')], ['ONE+', 'ONE+']);
        assert.equal(kit.list('d'), []);
        kit.unlink('e');
        kit.unlink('f');
        assert.is(kit.server.inspect().orphans, 1);
        assert.is(kit.read(held), 'ONE+');
        kit.clunk(held);
      },
      host === null ? {} : { upper: host },
    );
    host?.trim();
    assert.ok(host === null || host.descriptors <= 2, `${host?.descriptors} descriptors`);
    host?.close();
    place?.remove();
  });
}

test('a fid knows the name it came by, whatever other names its file was found by since', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.mkdir('e');
      kit.put('d/a', 'x');
      kit.link('d/a', 'e/b');
    },
    (kit) => {
      const [a, b] = [kit.walk('d/a'), kit.walk('e/b')];
      assert.is(errnoName(rename(kit.client, a, kit.root, 'c')), 'ok');
      assert.equal([kit.list('d'), kit.list('e')], [[], ['b']]);
      assert.is(errnoName(remove(kit.client, b)), 'ok');
      assert.equal([kit.list('e'), kit.fstat(a).nlink], [[], 1]);
      kit.clunk(a);
    },
  );
});

test('a removed name of a lower file is not forgotten, copied up or not', () => {
  overlaid(
    (kit) => {
      kit.put('a', 'x');
      kit.link('a', 'b');
    },
    (kit) => {
      tick();
      const before = kit.stat('b');
      assert.is(kit.unlink('a'), 'ok');
      assert.is(kit.stat('b').nlink, 1);
      assert.is.not(kit.stat('b').ctime, before.ctime);
      assert.is(kit.get('b'), 'x');
      assert.is(kit.link('b', 'a'), 'ok');
      assert.is(kit.stat('b').nlink, 2);
      kit.unlink('a');
      kit.unlink('b');
      assert.equal(kit.list(''), []);
    },
  );
});

test('orphans of both layers, changed or not, until their last fid', () => {
  overlaid(
    (kit) => {
      kit.put('read', 'lower');
      kit.put('written', 'lower');
      kit.put('over', 'lower');
      kit.symlink('target', 'link');
      kit.mkdir('dir');
    },
    (kit) => {
      const read = kit.open('read');
      const written = kit.open('written', O_RDWR);
      const over = kit.open('over', O_RDWR);
      const upper = kit.open('upper', O_RDWR | O_CREAT);
      const [link, dir] = [kit.walk('link'), kit.walk('dir')];
      kit.write(upper, 0, 'upper');
      kit.put('new', 'new');
      for (const path of ['read', 'written', 'upper', 'link']) assert.is(kit.unlink(path), 'ok');
      assert.is(kit.rename('new', 'over'), 'ok');
      assert.is(kit.rmdir('dir'), 'ok');
      assert.is(kit.server.inspect().orphans, 6);
      assert.is(kit.read(read), 'lower');
      assert.is(kit.write(written, 5, '+'), 1);
      assert.is(kit.read(written), 'lower+');
      assert.is(kit.setSize(over, 2), 'ok');
      assert.is(kit.read(over), 'lo');
      assert.is(kit.read(upper), 'upper');
      assert.is(errnoName(setMode(kit.client, dir, SETATTR_MODE, 0o711)), 'ok');
      assert.equal([kit.fstat(dir).perm, kit.fstat(dir).nlink], [0o711, 0]);
      assert.is(errnoName(kit.client.setTimes(link, SET_BOTH, 1, 2, 3, 4)), 'ok');
      assert.is(errnoName(kit.client.readlink(link)), 'ok');
      assert.is(kit.client.r.target, 'target');
      assert.is(kit.get('over'), 'new');
      assert.equal(kit.list(''), ['over']);
      for (const fid of [read, written, over]) assert.is(kit.fstat(fid).nlink, 0);
      kit.clunk(read, written, over, upper, link, dir);
      assert.is(kit.server.inspect().orphans, 0);
    },
  );
});

test.run();
