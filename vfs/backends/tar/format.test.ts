// The formats of archives, with members built byte by byte.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_ALL } from '../../9p/constants.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import type { Kit } from '../../../testing/kit.ts';
import { tar } from './index.ts';
import { archived, mounted, pack, pax } from './testing.ts';
import { xattrwalk } from '../../client/rare-messages.ts';

function attributes(kit: Kit, path: string): Record<string, number> {
  const fid = kit.walk(path);
  assert.is(kit.client.getattr(fid, GETATTR_ALL), 0);
  const { mode, uid, gid, rdev, nlink, size, mtime_sec, mtime_nsec, atime_sec, atime_nsec } = kit.client.r;
  kit.clunk(fid);
  return { mode, uid, gid, rdev, nlink, size, mtime_sec, mtime_nsec, atime_sec, atime_nsec };
}

/** Returns the message of the error. */
function errorOf(bytes: Uint8Array): string {
  try {
    tar(bytes);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'none';
}

test('ustar: every field', () => {
  archived(
    [
      { name: 'd/', type: '5', mode: 0o1750, uid: 1000, gid: 100, mtime: 5 },
      { name: 'd/f', data: 'data', mode: 0o4755, uid: 0o7777777, gid: 1, mtime: 0o77777777777 },
      { name: 'l', type: '2', target: '../out', mode: 0o644 },
      { name: 'c', type: '3', mode: 0o600, major: 4, minor: 70 },
      { name: 'b', type: '4', mode: 0o600, major: 259, minor: 300 },
      { name: 'p', type: '6', mode: 0o622 },
      { name: 'contiguous', type: '7', data: 'c' },
    ],
    (kit, skipped) => {
      assert.equal(skipped, []);
      const d = attributes(kit, 'd');
      assert.equal([d.mode, d.uid, d.gid, d.nlink, d.mtime_sec], [S_IFDIR | 0o1750, 1000, 100, 2, 5]);
      const f = attributes(kit, 'd/f');
      assert.equal([f.mode, f.uid, f.size, f.nlink], [S_IFREG | 0o4755, 0o7777777, 4, 1]);
      assert.equal([f.mtime_sec, f.mtime_nsec, f.atime_sec], [0o77777777777, 0, 0o77777777777]);
      assert.equal([attributes(kit, 'l').mode, kit.readlink('l')], [S_IFLNK | 0o777, '../out']);
      assert.equal([attributes(kit, 'c').mode, attributes(kit, 'c').rdev], [S_IFCHR | 0o600, 0x446]);
      assert.equal([attributes(kit, 'b').mode, attributes(kit, 'b').rdev], [S_IFBLK | 0o600, 0x11032c]);
      assert.is(attributes(kit, 'p').mode, S_IFIFO | 0o622);
      for (const name of ['c', 'b', 'p']) assert.is(kit.openError(name), 'ENXIO');
      assert.is(kit.get('contiguous'), 'c');
      // The client does not follow a symlink out of the tree.
      assert.is(kit.get('l'), 'OUTSIDE');
      assert.is(kit.fstat(kit.root).nlink, 3);
    },
  );
});

test('ustar: a prefix before the name; not in GNU’s header, which has other things there', () => {
  const prefix = `${'p'.repeat(100)}/${'q'.repeat(54)}`;
  archived(
    [
      { name: 'n'.repeat(100), prefix, data: 'long' },
      { name: 'gnu', magic: 'ustar  \0', prefix: '07000000000', data: 'gnu' },
      { name: 'old', magic: '\0\0\0\0\0\0\0\0', prefix: 'rest', data: 'old' },
      { name: 'oldd/', magic: '\0\0\0\0\0\0\0\0', type: '\0' },
      { name: 'oldf', magic: '\0\0\0\0\0\0\0\0', type: '\0', data: 'v7' },
    ],
    (kit, skipped) => {
      assert.equal(skipped, []);
      assert.is(kit.get(`${prefix}/${'n'.repeat(100)}`), 'long');
      for (const [name, text] of [
        ['gnu', 'gnu'],
        ['old', 'old'],
        ['oldf', 'v7'],
      ] as const)
        assert.is(kit.get(name), text);
      assert.is(attributes(kit, 'oldd').mode & 0o170000, S_IFDIR);
    },
  );
});

test('GNU: long names and long targets, each for one member', () => {
  const long = `${'a'.repeat(120)}/${'b'.repeat(130)}/é`;
  archived(
    [
      { name: '././@LongLink', type: 'L', data: `${long}\0` },
      { name: long.slice(0, 100), data: 'one' },
      { name: '././@LongLink', type: 'K', data: `${long}\0` },
      { name: '././@LongLink', type: 'L', data: `${'x'.repeat(110)}\0` },
      { name: 'cut', type: '2', target: 'cut' },
      { name: '././@LongLink', type: 'K', data: `${long}\0` },
      { name: 'hard', type: '1', target: 'cut' },
      { name: 'short', data: 'short' },
    ],
    (kit, skipped) => {
      assert.equal(skipped, []);
      assert.is(kit.get(long), 'one');
      assert.is(kit.readlink('x'.repeat(110)), long);
      assert.is(kit.stat('hard').ino, kit.stat(long).ino);
      assert.is(kit.get('short'), 'short');
    },
  );
});

test('GNU: numbers in binary, also times before 1970', () => {
  const binary = (length: number, value: bigint): Uint8Array => {
    const bytes = new Uint8Array(length);
    let rest = BigInt.asUintN(length * 8, value);
    for (let i = length - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
    bytes[0]! |= 0x80;
    return bytes;
  };
  archived(
    [
      { name: 'f', data: 'xyz', size: binary(12, 3n), mtime: binary(12, 0o100000000000n), magic: 'ustar  \0' },
      { name: 'before', mtime: binary(12, -1n), magic: 'ustar  \0' },
      { name: 'long-before', mtime: binary(12, -5_000_000_000n), magic: 'ustar  \0' },
    ],
    (kit) => {
      assert.is(kit.get('f'), 'xyz');
      assert.is(attributes(kit, 'f').mtime_sec, 0o100000000000);
      assert.is(attributes(kit, 'before').mtime_sec, -1);
      assert.is(attributes(kit, 'long-before').mtime_sec, -5_000_000_000);
    },
  );
  const huge = pack({ name: 'f', size: binary(12, 2n ** 60n) });
  assert.match(errorOf(huge), /^This tar archive is cut off/);
  const negative = pack({ name: 'f', size: binary(12, -1n) });
  assert.match(errorOf(negative), /^This is not a tar archive/);
});

test('a name truncated at a slash is not a directory', () => {
  const long = `${'x'.repeat(99)}/file`;
  archived([pax({ path: long }), { name: long, data: 'data' }], (kit) => assert.is(kit.get(long), 'data'));
});

test('pax: every record that counts', () => {
  archived(
    [
      pax({
        path: 'ä/ö',
        size: '4',
        uid: '3000000',
        gid: '4000000000',
        mtime: '1700000000.123456789',
        atime: '1.5',
        ctime: '2',
        comment: 'a=b\nc',
        'SCHILY.xattr.user.a': 'one',
        'SCHILY.xattr.user.b': '',
      }),
      { name: 'other', size: 0, data: 'data' },
      { name: 'plain', data: 'plain', mtime: 7 },
      pax({ linkpath: 'ä/ö', mtime: '-1.25' }),
      { name: 'hard', type: '1', target: 'x' },
      pax({ linkpath: 't'.repeat(300), mtime: '-1.25' }),
      { name: 'link', type: '2', target: 'x' },
      pax({ mtime: '1.9999999999' }),
      { name: 'cut', uid: 5 },
    ],
    (kit, skipped) => {
      assert.equal(skipped, []);
      const f = attributes(kit, 'ä/ö');
      assert.equal([f.size, f.uid, f.gid, f.nlink], [4, 3_000_000, 4_000_000_000, 2]);
      assert.equal([f.mtime_sec, f.mtime_nsec, f.atime_sec, f.atime_nsec], [1_700_000_000, 123_456_789, 1, 5e8]);
      assert.is(kit.stat('ä/ö').ctime, '2.000000000');
      assert.is(kit.get('ä/ö'), 'data');
      assert.is(kit.stat('hard').ino, kit.stat('ä/ö').ino);
      assert.equal([attributes(kit, 'plain').mtime_sec, attributes(kit, 'plain').uid], [7, 0]);
      assert.is(kit.readlink('link'), 't'.repeat(300));
      assert.is(kit.stat('link').mtime, '-2.750000000');
      assert.is(kit.stat('cut').mtime, '1.999999999');
      assert.is(attributes(kit, 'cut').uid, 5);
      const fid = kit.walk('ä/ö');
      const names = xattrwalk(kit.client, fid, '');
      assert.is(kit.client.r.size, 'user.a\0user.b\0'.length);
      kit.clunk(names, fid);
    },
  );
});

test('pax: records for all, taken back and overruled by those of one', () => {
  archived(
    [
      pax({ mtime: '11', uid: '7', 'SCHILY.xattr.user.g': 'all' }, 'g'),
      { name: 'a', uid: 1, mtime: 1 },
      pax({ mtime: '12' }),
      { name: 'b', uid: 1, mtime: 1 },
      pax({ uid: '' }),
      { name: 'c', uid: 1, mtime: 1 },
      pax({ mtime: '', uid: '9' }, 'g'),
      { name: 'd', uid: 1, mtime: 1 },
    ],
    (kit) => {
      const seen = ['a', 'b', 'c', 'd'].map((name) => attributes(kit, name));
      assert.equal(
        seen.map(({ mtime_sec, uid }) => [mtime_sec, uid]),
        [
          [11, 7],
          [12, 7],
          [11, 1],
          [1, 9],
        ],
      );
    },
  );
});

test('links, devices, directories and fifos have no data, whatever their size says', () => {
  for (const type of ['1', '2', '3', '4', '5', '6']) {
    for (const members of [
      [{ name: 'x', type, size: 5000, target: 'before' }],
      [pax({ size: '5000' }), { name: 'x', type, target: 'before' }],
    ]) {
      archived([{ name: 'before', data: 'one' }, ...members, { name: 'after', data: 'two' }], (kit, skipped) => {
        assert.equal([kit.list(''), skipped], [['after', 'before', 'x'], []], type);
        assert.equal([kit.get('before'), kit.get('after')], ['one', 'two']);
        if (type !== '1') assert.is(kit.stat('x').size, { 2: 6, 5: 40 }[type] ?? 0, type);
      });
    }
  }
});

test('files are read from the archive’s own bytes', () => {
  const bytes = pack({ name: 'f', data: 'one' }, { name: 'empty' }, { name: 'blocks', data: 'x'.repeat(1024) });
  mounted(tar(bytes), (kit) => {
    assert.equal([kit.get('f'), kit.get('empty'), kit.stat('blocks').blocks], ['one', '', 2]);
    bytes.set(Buffer.from('two'), 512);
    assert.is(kit.get('f'), 'two');
  });
  // Within a larger buffer.
  const large = new Uint8Array(bytes.length + 100);
  large.set(bytes, 50);
  mounted(tar(large.subarray(50, 50 + bytes.length)), (kit) => assert.is(kit.get('f'), 'two'));
});

test.run();
