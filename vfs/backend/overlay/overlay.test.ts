// What an overlay promises beyond what every backend does.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  S_IFCHR,
} from '../../9p/constants.ts';
import { errnoName } from '../../errno.ts';
import { Iov } from '../../iov.ts';
import { Kit, tick } from '../conformance-kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';
import { fill, overlaid, picture } from './testing.ts';

const SET_BOTH = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** Sets mode and times that no clock would give. */
function age(kit: Kit, path: string, mode: number): void {
  const fid = kit.walk(path);
  kit.client.setMode(fid, SETATTR_MODE, mode);
  kit.client.setTimes(fid, SET_BOTH, 1000, 123_456_789, 2000, 987_654_321);
  kit.clunk(fid);
}

function write(kit: Kit, path: string, text: string, flags = 0): void {
  const fid = kit.open(path, O_WRONLY | flags);
  kit.write(fid, 0, text);
  kit.clunk(fid);
}

test('a copy-up keeps number, mode, times and links, of the file and of the directories above it', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.mkdir('d/e');
      kit.put('d/e/f', 'lower');
      age(kit, 'd/e/f', 0o640);
      age(kit, 'd/e', 0o710);
      age(kit, 'd', 0o701);
    },
    (kit) => {
      const root = kit.fstat(kit.root);
      const before = ['d', 'd/e', 'd/e/f'].map((path) => kit.stat(path));
      tick();
      // Changes the file and nothing of the directories, not even their ctime.
      const fid = kit.open('d/e/f', O_RDWR);
      kit.write(fid, 0, 'LO');
      kit.clunk(fid);
      const after = ['d', 'd/e', 'd/e/f'].map((path) => kit.stat(path));
      assert.equal(after.slice(0, 2), before.slice(0, 2));
      assert.equal(kit.fstat(kit.root), root);
      const [, , was] = before;
      const [, , is] = after;
      assert.equal([is!.ino, is!.perm, is!.nlink, is!.atime], [was!.ino, was!.perm, was!.nlink, was!.atime]);
      assert.ok(is!.mtime !== was!.mtime && is!.ctime !== was!.ctime);
      assert.is(kit.get('d/e/f'), 'LOwer');
    },
  );
});

test('each kind of change copies up, and changes what it is to change', () => {
  const changes: [what: string, run: (kit: Kit, fid: number) => unknown, moved: string][] = [
    ['chmod', (kit, fid) => kit.client.setMode(fid, SETATTR_MODE, 0o600), 'perm ctime'],
    ['utimes', (kit, fid) => kit.client.setTimes(fid, SETATTR_MTIME | SETATTR_MTIME_SET, 0, 0, 7, 8), 'mtime ctime'],
    ['truncate', (kit, fid) => kit.setSize(fid, 2), 'size mtime ctime'],
    ['truncate to more', (kit, fid) => kit.setSize(fid, 20), 'size mtime ctime'],
    ['xattr', (kit, fid) => setXattr(kit, fid, 'user.a', 'x'), 'ctime'],
    ['link', (kit, fid) => kit.client.link(kit.root, fid, 'other'), 'nlink ctime'],
    ['rename', (kit) => kit.rename('f', 'g'), 'ctime'],
  ];
  for (const [what, change, moved] of changes) {
    overlaid(
      (kit) => {
        kit.put('f', 'lower');
        age(kit, 'f', 0o644);
      },
      (kit) => {
        const fid = kit.walk('f');
        const reader = kit.open('f');
        const before = kit.fstat(fid);
        change(kit, fid);
        const after = kit.fstat(reader);
        const keys = (Object.keys(after) as (keyof typeof after)[]).filter(
          (key) => key !== 'blocks' && key !== 'version' && after[key] !== before[key],
        );
        assert.equal(keys.sort().join(' '), moved.split(' ').sort().join(' '), what);
        assert.is(kit.read(reader), 'lower'.padEnd(after.size, '.').slice(0, after.size), what);
        kit.clunk(fid, reader);
      },
    );
  }
});

function setXattr(kit: Kit, fid: number, name: string, value: string): string {
  const copy = kit.clone(fid);
  const bytes = new TextEncoder().encode(value);
  const errno = kit.client.xattrcreate(copy, name, bytes.length, 0);
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  if (errno === 0) assert.is(kit.client.write(copy, 0, iov), bytes.length);
  return errnoName(errno || kit.client.clunk(copy));
}

function getXattr(kit: Kit, path: string, name: string): string {
  const fid = kit.walk(path);
  const reader = kit.client.xattrwalk(fid, name);
  kit.clunk(fid);
  if (reader < 0) return errnoName(-reader);
  const text = kit.read(reader);
  kit.clunk(reader);
  return text;
}

test('a descriptor opened before the copy-up sees the file’s later life, by every fid and name', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'before');
      kit.link('f', 'g');
    },
    (kit) => {
      const reader = kit.open('f');
      const writer = kit.open('g', O_RDWR);
      const walked = kit.walk('g');
      assert.is(kit.read(reader), 'before');
      assert.is(kit.write(writer, 0, 'AFTER'), 5);
      assert.is(kit.read(reader), 'AFTERe');
      assert.is(kit.lopen(walked, O_RDWR), 'ok');
      assert.is(kit.write(walked, 6, '+'), 1);
      assert.is(kit.read(writer), 'AFTERe+');
      assert.is(kit.get('f'), 'AFTERe+');
      assert.is(kit.get('g'), 'AFTERe+');
      kit.unlink('f');
      kit.unlink('g');
      assert.is(kit.read(reader), 'AFTERe+');
      kit.clunk(reader, writer, walked);
    },
  );
});

test('opening for writing and reading copy nothing', () => {
  const upper = ram();
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', 'x');
      kit.symlink('f', 'd/l');
    },
    (kit) => {
      kit.clunk(kit.open('d/f', O_RDWR | O_CREAT));
      assert.is(kit.get('d/f'), 'x');
      assert.is(kit.readlink('d/l'), 'f');
      kit.list('d');
      assert.is(kit.mkdir('d'), 'EEXIST');
      assert.is(upper.entries(upper.root()), 0);
    },
    { upper },
  );
});

test('O_TRUNC does not copy the data, and what does not fit leaves nothing behind', () => {
  const upper = ram({ capacity: 1000 });
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/big', 'x'.repeat(5000));
      kit.put('d/also', 'y'.repeat(5000));
    },
    (kit) => {
      const before = kit.stat('d/big');
      const fid = kit.open('d/big', O_RDWR);
      assert.is(kit.write(fid, 0, 'X'), 'ENOSPC');
      assert.is(kit.read(fid, 0, 2), 'xx');
      assert.equal(kit.fstat(fid), before);
      assert.is(kit.setSize(fid, 3), 'ok');
      assert.is(kit.write(fid, 3, 'X'), 1);
      assert.is(kit.read(fid), 'xxxX');
      kit.clunk(fid);
      kit.clunk(kit.open('d/also', O_WRONLY | O_TRUNC));
      assert.is(kit.stat('d/also').size, 0);
      assert.equal(kit.list('d'), ['also', 'big']);
    },
    { upper },
  );
});

test('holes are not filled by a copy-up, nor data changed', () => {
  overlaid(
    (kit) => {
      const fid = kit.open('f', O_RDWR | O_CREAT);
      kit.write(fid, 2 ** 21 + 5, 'middle');
      kit.setSize(fid, 2 ** 28);
      kit.clunk(fid);
      const all = kit.open('hole', O_RDWR | O_CREAT);
      kit.setSize(all, 2 ** 40);
      kit.clunk(all);
    },
    (kit) => {
      write(kit, 'f', 'start');
      const fid = kit.open('f');
      assert.is(kit.read(fid, 0, 8), 'start...');
      assert.is(kit.read(fid, 2 ** 21 + 4, 8), '.middle.');
      assert.is(kit.fstat(fid).size, 2 ** 28);
      assert.ok(kit.fstat(fid).blocks * 512 <= 3 * 2 ** 20, `${kit.fstat(fid).blocks} blocks`);
      kit.clunk(fid);
      write(kit, 'hole', 'start');
      assert.ok(kit.stat('hole').size === 2 ** 40 && kit.stat('hole').blocks <= 8);
    },
  );
});

test('attributes are copied, and a symlink’s target', () => {
  overlaid(
    (kit) => {
      kit.put('f', '');
      const fid = kit.walk('f');
      setXattr(kit, fid, 'user.one', '1');
      setXattr(kit, fid, 'user.two', '2');
      kit.clunk(fid);
      kit.symlink('to/nowhere', 'l');
      kit.client.mknod(kit.root, 'pipe', 0o010640, 0, 0);
    },
    (kit) => {
      for (const path of ['f', 'l', 'pipe']) age(kit, path, 0o604);
      assert.is(getXattr(kit, 'f', 'user.one'), '1');
      assert.is(getXattr(kit, 'f', ''), 'user.one\0user.two\0'.replaceAll('\0', '.'));
      assert.is(kit.readlink('l'), 'to/nowhere');
      assert.equal([kit.stat('pipe').kind, kit.stat('pipe').perm], [0o010000, 0o604]);
      for (const path of ['f', 'l', 'pipe']) assert.is(kit.stat(path).mtime, '2000.987654321');
    },
  );
});

test('whiteouts are not seen and cannot be made', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'lower');
      kit.mkdir('d');
      kit.put('d/g', 'lower');
    },
    (kit, merged) => {
      // What means something to overlayfs or to image layers means nothing here.
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
      assert.is(errnoName(kit.client.mknod(kit.root, 'w', S_IFCHR, 0, 0)), 'EPERM');
      assert.equal(kit.list(''), ['.wh.f', 'd', 'f']);
      assert.equal(kit.list('d'), ['.wh..wh..opq', 'g']);
      kit.unlink('f');
      kit.unlink('.wh.f');
      assert.equal(kit.list(''), ['d']);
      assert.equal(kit.list('d').concat(kit.get('d/g'), kit.get('f')), ['.wh..wh..opq', 'g', 'lower', 'ENOENT']);
      // Nor is there a name for the copy of what has none.
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

test('a lower directory is renamed without copying what is in it', () => {
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
      assert.is(kit.stat('z').nlink, 4);
      const z = upper.lookup(upper.root(), 'z') as ReturnType<typeof upper.root>;
      const c = upper.lookup(z, 'c') as ReturnType<typeof upper.root>;
      assert.is(upper.entries(c), 0);
      // What is changed there goes to its new place.
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
        // The name it was copied by goes, and then one that only the lower layer has.
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
    host?.dispose();
    place?.remove();
  });
}

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
      assert.is(errnoName(kit.client.setMode(dir, SETATTR_MODE, 0o711)), 'ok');
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

test('an upper layer that cannot be written to tells so', () => {
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
  upper.dispose();
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
  // A new file shows, an old one changes; one that is held is renamed, another removed and made again.
  fs.writeFileSync(`${root}/d/late`, 'late');
  fs.writeFileSync(`${root}/d/g`, 'changed');
  fs.renameSync(`${root}/d/f`, `${root}/d/renamed`);
  fs.rmSync(`${root}/d/h`);
  fs.writeFileSync(`${root}/d/h`, 'again');
  kit.put('d/f', 'made where it was');
  assert.equal(kit.list('d'), ['f', 'g', 'h', 'late', 'new', 'renamed']);
  assert.equal([kit.get('d/late'), kit.get('d/g'), kit.get('d/h')], ['late', 'changed', 'again']);
  assert.is(kit.fstat(gone).nlink, 0);
  // The file that is held is changed under the name it has by then.
  assert.is(kit.write(held, 0, 'D'), 1);
  assert.is(kit.read(held), 'D/f');
  assert.equal([kit.get('d/f'), kit.get('d/renamed')], ['made where it was', 'D/f']);
  // A directory that is in use and was changed goes away with all that was not.
  fs.rmSync(`${root}/d`, { recursive: true });
  assert.equal(kit.list('d'), ['f', 'new']);
  assert.is(kit.get('d/new'), 'mine');
  // And one that was changed is moved into another.
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
  assert.is(merged.strays, 0);
  lower.dispose();
  remove();
});

test('reading moves no atime of the lower layer, and does of what was changed', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'x');
      kit.symlink('f', 'l');
      kit.mkdir('d');
      for (const path of ['f', 'd']) age(kit, path, 0o755);
    },
    (kit) => {
      assert.is(kit.get('f'), 'x');
      kit.list('d');
      kit.readlink('l');
      assert.equal([kit.stat('f').atime, kit.stat('d').atime], ['1000.123456789', '1000.123456789']);
      write(kit, 'f', 'y');
      assert.is(kit.stat('f').atime, '1000.123456789');
      kit.get('f');
      assert.ok(Number(kit.stat('f').atime) > 1e9);
      kit.clunk(kit.open('f', O_RDONLY));
    },
  );
});

test.run();
