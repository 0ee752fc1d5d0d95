// Whiteouts, removed and renamed directories, listings.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDWR, S_IFCHR } from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { ram } from '../ram/index.ts';
import type { OverlayInode } from './merged/inode.ts';
import { getXattr, overlaid, setXattr, write } from './testing.ts';
import { mknod } from '../../client/rare-messages.ts';

test('whiteouts are not seen and cannot be made', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'lower');
      kit.mkdir('d');
      kit.put('d/g', 'lower');
    },
    (kit, merged) => {
      // Names with a meaning in overlayfs or image layers have none here.
      kit.put('.wh.f', '');
      kit.put('d/.wh..wh..opq', '');
      for (const path of ['d', 'f']) {
        const fid = kit.walk(path);
        for (const name of ['trusted.overlay.opaque', 'trusted.overlay.whiteout', 'user.overlay.redirect']) {
          assert.is(setXattr(kit, fid, name, 'y'), 'ok');
          assert.is(getXattr(kit, path, name), 'y');
        }
        kit.clunk(fid);
      }
      assert.is(errnoName(mknod(kit.client, kit.root, 'w', S_IFCHR, 0, 0)), 'EPERM');
      assert.equal(kit.list(''), ['.wh.f', 'd', 'f']);
      assert.equal(kit.list('d'), ['.wh..wh..opq', 'g']);
      kit.unlink('f');
      kit.unlink('.wh.f');
      assert.equal(kit.list(''), ['d']);
      assert.equal(kit.list('d').concat(kit.get('d/g'), kit.get('f')), ['.wh..wh..opq', 'g', 'lower', 'ENOENT']);
      // Nor a name for the copy of an orphan.
      const held = kit.open('d/g', O_RDWR);
      kit.unlink('d/g');
      kit.put('.wasi9p-orphan-0', 'mine');
      kit.write(held, 0, 'orphan');
      assert.is(kit.read(held), 'orphan');
      assert.equal(kit.list(''), ['.wasi9p-orphan-0', 'd']);
      assert.is(kit.get('.wasi9p-orphan-0'), 'mine');
      kit.clunk(held);
      assert.equal(
        merged.diff().map(({ path, change }) => `${change} ${path}`),
        ['added .wasi9p-orphan-0', 'changed d', 'added d/.wh..wh..opq', 'removed d/g', 'removed f'],
      );
    },
  );
});

test('a directory removed and made again shows nothing of the lower one', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', 'lower');
      kit.mkdir('d/e');
    },
    (kit) => {
      assert.is(kit.rmdir('d'), 'ENOTEMPTY');
      const held = kit.walk('d');
      kit.unlink('d/f');
      assert.is(kit.rmdir('d'), 'ENOTEMPTY');
      kit.rmdir('d/e');
      assert.equal([kit.stat('d').nlink, kit.stat('d').size], [2, 40]);
      assert.is(kit.rmdir('d'), 'ok');
      assert.is(kit.fstat(held).nlink, 0);
      kit.mkdir('d');
      assert.equal(kit.list('d'), []);
      assert.is.not(kit.stat('d').ino, kit.fstat(held).ino);
      assert.is(kit.get('d/f'), 'ENOENT');
      kit.put('d/f', 'new');
      kit.unlink('d/f');
      assert.is(kit.get('d/f'), 'ENOENT');
      kit.mkdir('e');
      assert.is(kit.rename('e', 'd'), 'ok');
      assert.is(errnoName(kit.client.mkdir(held, 'x', 0o700)), 'ENOENT');
      kit.clunk(held);
      assert.equal(kit.list('d'), []);
    },
  );
});

test('a lower directory is renamed without a copy of its content', () => {
  const upper = ram();
  overlaid(
    (kit) => {
      kit.mkdir('a');
      kit.mkdir('a/b');
      for (let i = 0; i < 50; i++) kit.put(`a/b/f${i}`, String(i));
      kit.mkdir('z');
    },
    (kit) => {
      const held = kit.open('a/b/f7', O_RDWR);
      const dir = kit.walk('a/b');
      const inos = [kit.stat('a/b').ino, kit.stat('a/b/f8').ino];
      assert.is(kit.rename('a/b', 'z/c'), 'ok');
      assert.is(kit.rename('a', 'z/a'), 'ok');
      assert.equal(kit.list(''), ['z']);
      assert.equal(kit.list('z'), ['a', 'c']);
      assert.is(kit.list('z/c').length, 50);
      assert.is(kit.get('z/c/f8'), '8');
      assert.equal([kit.stat('z/c').ino, kit.stat('z/c/f8').ino], inos);
      assert.equal([kit.stat('z').nlink, kit.stat('z/a').nlink, kit.fstat(kit.root).nlink], [4, 2, 3]);
      const z = upper.lookup(upper.root(), 'z') as ReturnType<typeof upper.root>;
      const c = upper.lookup(z, 'c') as ReturnType<typeof upper.root>;
      assert.is(upper.entries(c), 0);
      // Changes go to the new place.
      kit.write(held, 0, 'seven');
      assert.is(kit.get('z/c/f7'), 'seven');
      assert.is(upper.entries(c), 1);
      const up = kit.client.walk(dir, ['..', 'c', 'f9'], 0, 3);
      assert.is(kit.fstat(up).ino, kit.stat('z/c/f9').ino);
      // The old names are free.
      kit.mkdir('a');
      assert.equal(kit.list('a'), []);
      assert.is(kit.rename('z/c', 'a/b'), 'ok');
      assert.is(kit.get('a/b/f7'), 'seven');
      assert.is(kit.get('a/b/f9'), '9');
      kit.clunk(held, dir, up);
    },
    { upper },
  );
});

test('names that came and went are not remembered', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', '');
    },
    (kit, merged) => {
      for (let i = 0; i < 100; i++) {
        kit.put(`d/tmp${i}`, '');
        if (i % 2 === 0) kit.unlink(`d/tmp${i}`);
        else kit.rename(`d/tmp${i}`, 'd/f');
      }
      const dir = merged.lookup(merged.root(), 'd') as OverlayInode;
      assert.equal([...dir.whiteouts!], [['f', true]]);
      merged.release(dir);
    },
  );
});

test('a listing goes on rightly while its entries are copied up, replaced, removed and renamed', () => {
  overlaid(
    (kit) => {
      for (let i = 10; i < 40; i++) kit.put(`n${i}`, '');
    },
    (kit) => {
      const fid = kit.clone(kit.root);
      kit.lopen(fid);
      const seen: string[] = [];
      for (let cookie = 0, i = 0; ; i++) {
        const some = kit.readdir(fid, cookie, 130);
        if (some.length === 0) break;
        for (const { name, ino } of some.filter(({ name }) => name.startsWith('n'))) {
          seen.push(name);
          assert.is(kit.stat(name).ino, ino, name);
        }
        cookie = some.at(-1)!.cookie;
        const ahead = 39 - i;
        if (i % 3 === 0) write(kit, `n${ahead}`, 'copied up');
        else if (i % 3 === 1) kit.rename(`n${ahead}`, `m${ahead}`);
        else {
          kit.unlink(`n${ahead}`);
          kit.put(`n${ahead}`, 'another');
        }
      }
      kit.clunk(fid);
      assert.is(new Set(seen).size, seen.length, 'none twice');
      for (const name of kit.list('').filter((name) => name.startsWith('n'))) assert.ok(seen.includes(name), name);
    },
  );
});

test.run();
