// Conformance of creating, linking and removing names, and of valid names.
import * as assert from '../assert.ts';
import {
  AT_REMOVEDIR,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
} from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import type { Kit, Part } from '../kit.ts';
import { mknod } from '../../vfs/client/rare-messages.ts';

function tryMknod(kit: Kit, name: string, mode: number): string {
  return errnoName(mknod(kit.client, kit.root, name, mode, 1, 3));
}

/** Making, linking and removing names; what a name may be. */
export function names({ test, when }: Part): void {
  test('unlink removes files, rmdir removes directories', (kit) => {
    kit.put('f', '');
    kit.mkdir('d');
    kit.put('d/g', '');
    kit.symlink('d', 'l');
    assert.is(kit.unlink('d'), 'EISDIR');
    assert.is(kit.rmdir('f'), 'ENOTDIR');
    assert.is(kit.rmdir('l'), 'ENOTDIR');
    assert.is(kit.rmdir('d'), 'ENOTEMPTY');
    assert.is(kit.unlink('none'), 'ENOENT');
    assert.is(kit.rmdir('none'), 'ENOENT');
    assert.is(kit.unlink('f/x'), 'ENOTDIR');
    assert.is(kit.unlink('l'), 'ok');
    assert.is(kit.unlink('d/g'), 'ok');
    assert.is(kit.rmdir('d'), 'ok');
    assert.is(kit.unlink('f'), 'ok');
    assert.is(kit.unlink('f'), 'ENOENT');
    assert.equal(kit.list(''), []);
    assert.is(errnoName(kit.client.unlinkat(kit.root, 'x', AT_REMOVEDIR | 1)), 'EINVAL');
  });

  test('an existing name is EEXIST', (kit) => {
    kit.put('f', '');
    kit.mkdir('d');
    kit.symlink('nowhere', 'l');
    for (const name of ['f', 'd', 'l']) {
      assert.is(kit.mkdir(name), 'EEXIST', name);
      assert.is(kit.symlink('t', name), 'EEXIST', name);
      assert.is(kit.openError(name, O_RDWR | O_CREAT | O_EXCL), 'EEXIST', name);
      assert.is(tryMknod(kit, name, S_IFREG | 0o600), 'EEXIST', name);
      assert.is(kit.link('f', name), 'EEXIST', name);
    }
  });

  when(
    ({ backend }) => backend.capabilities.hardLinks,
    'it makes no hard links',
    'hard links are names of one inode',
    (kit) => {
      kit.put('a', 'data');
      kit.mkdir('d');
      assert.is(kit.link('a', 'd/b'), 'ok');
      const { ino } = kit.stat('a');
      assert.is(kit.stat('d/b').ino, ino);
      assert.is(kit.stat('d/b').nlink, 2);
      const a = kit.open('a', O_RDWR);
      kit.write(a, 0, 'DATA');
      assert.is(kit.get('d/b'), 'DATA');
      assert.is(kit.unlink('a'), 'ok');
      assert.is(kit.fstat(a).nlink, 1);
      assert.is(kit.link('d/b', 'c'), 'ok');
      assert.is(kit.fstat(a).nlink, 2);
      kit.clunk(a);
      assert.is(kit.get('c'), 'DATA');
      assert.is(kit.unlink('d/b'), 'ok');
      assert.is(kit.stat('c').nlink, 1);
    },
  );

  when(
    ({ backend }) => backend.capabilities.hardLinks,
    'it makes no hard links',
    'a link is made from a fid, by whatever name its inode has by then',
    (kit) => {
      kit.mkdir('d');
      kit.put('d/a', 'x');
      const fid = kit.walk('d/a');
      kit.rename('d/a', 'b');
      kit.rename('d', 'e');
      assert.is(errnoName(kit.client.link(kit.root, fid, 'c')), 'ok');
      assert.is(kit.stat('c').ino, kit.fstat(fid).ino);
      assert.is(kit.unlink('b'), 'ok');
      assert.is(errnoName(kit.client.link(kit.root, fid, 'd')), 'ok');
      assert.is(kit.fstat(fid).nlink, 2);
      assert.is(kit.unlink('c'), 'ok');
      assert.is(kit.unlink('d'), 'ok');
      assert.is(errnoName(kit.client.link(kit.root, fid, 'z')), 'ENOENT');
      kit.clunk(fid);
    },
  );

  test('links of directories, and of symlinks', (kit) => {
    kit.mkdir('d');
    assert.is(kit.link('d', 'e'), 'EPERM');
    assert.is(kit.link('none', 'e'), 'ENOENT');
    kit.symlink('nowhere', 'l');
    if (!kit.subject.backend.capabilities.hardLinks) return;
    assert.is(kit.link('l', 'm'), 'ok');
    assert.is(kit.readlink('m'), 'nowhere');
  });

  test('symlinks keep their target to the byte', (kit) => {
    for (const target of ['t', '/abs/../x', '../..', 'a/', ' ', 'ümläut-☃', `${'x'.repeat(4000)}`]) {
      assert.is(kit.symlink(target, 'l'), 'ok');
      assert.is(kit.readlink('l'), target);
      const stat = kit.stat('l');
      assert.equal([stat.kind, stat.size, stat.perm], [S_IFLNK, Buffer.byteLength(target), 0o777]);
      kit.unlink('l');
    }
    kit.put('f', '');
    assert.is(kit.readlink('f'), 'EINVAL');
    assert.is(kit.symlink('', 'l'), 'ENOENT');
    const fid = kit.walk('f');
    assert.is(errnoName(kit.client.readlink(fid)), 'EINVAL');
    kit.clunk(fid);
  });

  test('a walk never goes through a symlink', (kit) => {
    kit.mkdir('d');
    kit.put('d/f', 'x');
    kit.symlink('d', 'l');
    kit.symlink('d/f', 'm');
    const fid = kit.client.walk(kit.root, ['l', 'f'], 0, 2);
    assert.is(errnoName(-fid), 'ENOENT');
    assert.is(kit.client.r.nwqid, 1);
    // The client does, on its own.
    assert.is(kit.get('l/f'), 'x');
    assert.is(kit.get('m'), 'x');
  });

  test('names of every kind of character', (kit) => {
    const names = [' ', 'a b', '-', '...', '~', 'a\nb', 'a\\b', 'a:b', '*?', 'é', '日本', '😀', '\u{1}', 'CON', 'a.'];
    for (const name of names) kit.put(name, name);
    assert.equal(kit.list(''), names.slice().sort());
    for (const name of names) assert.is(kit.get(name), name);
    assert.ok(!kit.exists('e\u0301'), 'another normal form is another name');
    assert.ok(!kit.exists('con'), 'another case is another name');
  });

  test('names of 255 bytes and no more', (kit) => {
    for (const name of ['x'.repeat(255), 'é'.repeat(127), '😀'.repeat(63)]) {
      kit.put(name, 'long');
      assert.equal(kit.list(''), [name]);
      assert.is(kit.unlink(name), 'ok');
    }
    for (const name of ['x'.repeat(256), 'é'.repeat(128), '😀'.repeat(64)]) {
      assert.is(kit.walkError(name), 'ENAMETOOLONG');
      assert.is(kit.mkdir(name), 'ENAMETOOLONG');
      assert.is(kit.symlink('t', name), 'ENAMETOOLONG');
      assert.is(kit.openError(name, O_RDWR | O_CREAT), 'ENAMETOOLONG');
      assert.is(kit.unlink(name), 'ENAMETOOLONG');
    }
    kit.put('f', '');
    assert.is(kit.rename('f', 'x'.repeat(256)), 'ENAMETOOLONG');
  });

  when(
    ({ backend }) => backend.capabilities.rawNames,
    'it keeps names in UTF-8 only',
    'names and targets that are not UTF-8 are kept to the byte',
    (kit) => {
      // In Latin-1, cut off, overlong, an encoded surrogate; each byte is a lone surrogate, as in Python.
      const raw = ['caf\udce9', 'caf\udcc3', '\udcf0\udc9f\udc98x', '\udcc0\udcaf', '\udced\udca0\udc80', '\udcff'];
      const names = [...raw, 'café', '\ufffd', 'caf\ufffd'];
      for (const name of names) kit.put(name, name.length.toString());
      assert.equal(kit.list(''), names.slice().sort());
      for (const name of names) assert.is(kit.get(name), name.length.toString());
      for (const name of ['caf', 'cafÃ', 'café\udce9', '\udcfe', 'ÿ']) assert.ok(!kit.exists(name));
      assert.is(kit.mkdir('caf\udce9'), 'EEXIST');
      for (const name of names) assert.is(kit.unlink(name), 'ok');
      assert.equal(kit.list(''), []);
      assert.is(kit.mkdir('d\udcff'), 'ok');
      kit.put('d\udcff/f\udcfe', 'x');
      assert.is(kit.rename('d\udcff/f\udcfe', 'd\udcff/g\udcfd'), 'ok');
      assert.is(kit.rename('d\udcff', 'e\udcff'), 'ok');
      assert.equal(kit.list('e\udcff'), ['g\udcfd']);
      assert.is(kit.symlink('./e\udcff/../e\udcff/g\udcfd', 'l\udcfc'), 'ok');
      assert.is(kit.readlink('l\udcfc'), './e\udcff/../e\udcff/g\udcfd');
      assert.is(kit.stat('l\udcfc').size, 13);
      assert.is(kit.get('l\udcfc'), 'x');
      if (kit.subject.backend.capabilities.hardLinks) assert.is(kit.link('l\udcfc', 'm\udcfc'), 'ok');
      const long = '\udce9'.repeat(255);
      kit.put(long, 'long');
      assert.is(kit.get(long), 'long');
      assert.is(kit.unlink(long), 'ok');
      assert.is(kit.mkdir(`${long}\udce9`), 'ENAMETOOLONG');
    },
  );

  test('a name has one text only', (kit) => {
    kit.put('é', 'x');
    // Halves of pairs that do not stand for bytes, and the bytes of é.
    for (const name of ['\ud800', 'a\udc00', '\udd00', '\udcc3\udca9', '\udc41', '\udcff\ud800']) {
      const say = JSON.stringify(name);
      assert.is(kit.mkdir(name), 'EILSEQ', say);
      assert.is(kit.symlink('t', name), 'EILSEQ', say);
      assert.is(kit.symlink(name, 't'), 'EILSEQ', say);
      assert.is(kit.openError(name, O_RDWR | O_CREAT), 'EILSEQ', say);
      assert.is(kit.rename('é', name), 'EILSEQ', say);
      assert.is(kit.unlink(name), 'EILSEQ', say);
      assert.is(kit.walkError(name), 'EILSEQ', say);
    }
    assert.equal(kit.list(''), ['é']);
  });

  test('invalid names', (kit) => {
    kit.mkdir('d');
    kit.put('f', '');
    const { client, root } = kit;
    for (const name of ['', '.', '..', 'd/x', '/', 'a\0b']) {
      const say = JSON.stringify(name);
      assert.is(errnoName(client.mkdir(root, name, 0o755)), 'EINVAL', say);
      assert.is(errnoName(client.symlink(root, name, 't')), 'EINVAL', say);
      assert.is(errnoName(client.unlinkat(root, name, 0)), 'EINVAL', say);
      assert.is(errnoName(client.renameat(root, 'f', root, name)), 'EINVAL', say);
      assert.is(errnoName(client.renameat(root, name, root, 'g')), 'EINVAL', say);
      assert.is(tryMknod(kit, name, S_IFREG), 'EINVAL', say);
      const fid = kit.clone(root);
      assert.is(errnoName(client.lcreate(fid, name, O_RDWR, 0o600)), 'EINVAL', say);
      kit.clunk(fid);
    }
    assert.equal(kit.list(''), ['d', 'f']);
  });

  test('devices are not created', (kit) => {
    assert.is(tryMknod(kit, 'c', S_IFCHR | 0o666), 'EPERM');
    assert.is(tryMknod(kit, 'b', S_IFBLK | 0o666), 'EPERM');
    assert.is(tryMknod(kit, 'f', S_IFREG | 0o600), 'ok');
    assert.is(kit.stat('f').kind, S_IFREG);
    assert.equal(kit.list(''), ['f']);
  });

  when(
    ({ backend }) => backend.capabilities.specialFiles,
    'it makes no fifos and sockets: EPERM, as the next test shows',
    'fifos and sockets are made, and not opened',
    (kit) => {
      for (const kind of [S_IFIFO, S_IFSOCK]) {
        assert.is(tryMknod(kit, 's', kind | 0o600), 'ok');
        assert.is(kit.stat('s').kind, kind);
        assert.is(kit.openError('s', O_RDONLY), 'ENXIO');
        assert.is(kit.unlink('s'), 'ok');
      }
    },
  );

  when(
    ({ backend }) => !backend.capabilities.specialFiles,
    'it makes fifos and sockets',
    'fifos and sockets are refused',
    (kit) => {
      assert.is(tryMknod(kit, 's', S_IFIFO | 0o600), 'EPERM');
      assert.is(tryMknod(kit, 's', S_IFSOCK | 0o600), 'EPERM');
      assert.equal(kit.list(''), []);
    },
  );
}
