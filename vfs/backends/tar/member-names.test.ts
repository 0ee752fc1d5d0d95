// Names of the members of archives: normalized, refused, implied, repeated, and left out.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR } from '../../linux/constants.ts';
import { ram } from '../ram/index.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import { tar } from './index.ts';
import { archived, mounted, pack, pax } from './testing.ts';

test('names: ./ and // and / in front are nothing, .. is refused', () => {
  archived(
    [
      { name: './', type: '5', mode: 0o711, mtime: 3 },
      { name: './a//b/./c', data: 'c' },
      { name: '/etc/passwd', data: 'root' },
      { name: '../out', data: 'x' },
      { name: 'a/../../out', data: 'x' },
      { name: 'a/..', type: '5' },
      { name: '..', type: '5' },
      { name: '...', data: 'dots' },
      { name: 'h', type: '1', target: '../../etc/passwd' },
      { name: 'h2', type: '1', target: '/etc/./passwd' },
      { name: '/', type: '2', target: 'x' },
    ],
    (kit, skipped) => {
      assert.equal(kit.list(''), ['...', 'a', 'etc', 'h2']);
      assert.is(kit.get('a/b/c'), 'c');
      assert.is(kit.get('etc/passwd'), 'root');
      assert.is(kit.stat('h2').ino, kit.stat('etc/passwd').ino);
      const root = kit.fstat(kit.root);
      assert.equal([root.perm, root.mtime, root.nlink], [0o711, '3.000000000', 4]);
      const out = 'it leads out of the archive';
      assert.equal(skipped, [
        ['../out', out],
        ['a/../../out', out],
        ['a/..', out],
        ['..', out],
        ['h', 'what it links to leads out of the archive'],
        ['/', 'it has no name'],
      ]);
    },
  );
});

test('directories that are not mentioned are there', () => {
  archived([{ name: 'a/b/c/f', data: 'x', mtime: 77 }], (kit) => {
    for (const [path, nlink] of [
      ['a', 3],
      ['a/b', 3],
      ['a/b/c', 2],
    ] as const) {
      const { kind, perm, nlink: links, mtime } = kit.stat(path);
      assert.equal([kind, perm, links, mtime], [S_IFDIR, 0o755, nlink, '77.000000000'], path);
    }
    assert.equal(kit.fstat(kit.root).mtime, '77.000000000');
  });
  // After the files in them, as by tar -r.
  archived(
    [
      { name: 'a/f', data: 'x' },
      { name: 'a/', type: '5', mode: 0o700, mtime: 5 },
    ],
    (kit) => {
      assert.equal([kit.stat('a').perm, kit.stat('a').mtime, kit.get('a/f')], [0o700, '5.000000000', 'x']);
    },
  );
});

test('a tree of the maximum depth, not replaced by a file, and a deeper one', () => {
  const path = (depth: number): string => Array.from({ length: depth }, () => 'd').join('/');
  archived(
    [pax({ path: path(2048) }), { name: 'x', data: 'deep' }, pax({ path: path(2049) }), { name: 'x' }],
    (kit, skipped) => {
      assert.equal(skipped, [[path(2049), 'it lies more than 2048 directories deep']]);
      assert.equal(kit.list(''), ['d']);
    },
  );
  const deep = pack(pax({ path: path(2048) }), { name: 'x', data: 'deep' });
  const into = ram();
  unpackTar(deep, into);
  mounted(tar(packTar(into)), (kit) => assert.equal(kit.list('d/d/d/d'), ['d']));
  archived([pax({ path: path(2048) }), { name: 'x', data: 'deep' }, { name: 'd', data: 'file' }], (kit, skipped) => {
    assert.equal(skipped, [['d', 'a directory of its name is not empty']]);
    assert.equal(kit.list('d'), ['d']);
  });
});

test('the later of two members of one name wins, whatever its type', () => {
  archived(
    [
      { name: 'f', data: 'first' },
      { name: 'h', type: '1', target: 'f' },
      { name: 'f', data: 'second' },
      { name: 'd/', type: '5' },
      { name: 'd', data: 'now a file' },
      { name: 'full/x', data: 'x' },
      { name: 'full', data: 'not now' },
      { name: 'full', type: '2', target: 'f' },
      { name: 'g', data: 'file' },
      { name: 'g/', type: '5' },
      { name: 'l', type: '2', target: 'f' },
      { name: 'l', type: '1', target: 'f' },
      { name: 'f', type: '1', target: 'f' },
      { name: 'e/', type: '5', mode: 0o700 },
      { name: 'e/f', data: 'stays' },
      { name: 'e/', type: '5', mode: 0o711 },
    ],
    (kit, skipped) => {
      const reason = 'a directory of its name is not empty';
      assert.equal(skipped, [
        ['full', reason],
        ['full', reason],
      ]);
      assert.is(kit.get('f'), 'second');
      assert.is(kit.get('h'), 'first');
      assert.equal([kit.stat('f').nlink, kit.stat('h').nlink], [2, 1]);
      assert.equal([kit.get('d'), kit.get('full/x')], ['now a file', 'x']);
      assert.is(kit.stat('g').kind, S_IFDIR);
      assert.is(kit.stat('l').ino, kit.stat('f').ino);
      assert.equal([kit.stat('e').perm, kit.get('e/f')], [0o711, 'stays']);
      assert.is(kit.fstat(kit.root).nlink, 5);
    },
  );
});

test('a member that Linux cannot have is left out and reported', () => {
  archived(
    [
      { name: 'x'.repeat(100), prefix: '', data: '' },
      pax({ path: 'n'.repeat(256) }),
      { name: 'long', data: 'x' },
      { name: Uint8Array.of(0x66, 0xff), data: 'latin' },
      { name: Uint8Array.of(0xef, 0xbb, 0xbf, 0x66), data: 'bom' },
      { name: '\ufffd', data: 'replacement' },
      { name: 'empty', type: '2', target: '' },
      pax({ linkpath: 't'.repeat(4096) }),
      { name: 'far', type: '2' },
      { name: 'lost', type: '1', target: 'later' },
      { name: 'later', data: 'x' },
      { name: 'later/f', data: 'x' },
      { name: 'ld', type: '2', target: '..' },
      { name: 'ld/f', data: 'x' },
      { name: 'dir/', type: '5' },
      { name: 'hd', type: '1', target: 'dir' },
      { name: 'label', type: 'V' },
    ],
    (kit, skipped) => {
      assert.equal(kit.list(''), ['dir', 'f\udcff', 'later', 'ld', 'x'.repeat(100), '\ufefff', '\ufffd'].sort());
      assert.is(kit.get('f'), 'ENOENT');
      assert.is(kit.get('f\udcff'), 'latin');
      assert.is(kit.get('\ufefff'), 'bom');
      assert.is(kit.get('\ufffd'), 'replacement');
      const under = 'its directory is a file or a symlink';
      assert.equal(skipped, [
        ['n'.repeat(256), 'a name of it is longer than 255 bytes'],
        ['empty', 'its target is not a path'],
        ['far', 'its target is longer than 4095 bytes'],
        ['lost', "it links to 'later', which is not in the archive before it"],
        ['later/f', under],
        ['ld/f', under],
        ['hd', 'it links to a directory'],
      ]);
    },
  );
});

test.run();
