// Trees survive a round trip through packTar and unpackTar.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MODE, SETATTR_MTIME, SETATTR_MTIME_SET } from '../9p/constants.ts';
import { O_CREAT, O_RDWR, S_IFIFO, S_IFSOCK } from '../linux/constants.ts';
import { errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { Attachment, serverFor } from '../connect/server-for.ts';
import type { Backend } from '../backend/backend.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { memfs } from '../backends/memfs/index.ts';
import { ram } from '../backends/ram/index.ts';
import { readOnly } from '../backends/readonly/index.ts';
import { unpackTar, packTar } from './index.ts';
import { tar, type Skipped } from '../backends/tar/index.ts';
import { content, rich, setTimes, inScratch, mounted, pack, pax } from '../backends/tar/testing.ts';
import { Found } from '../client/at/resolve/found.ts';
import { mknod, setMode, xattrcreate, xattrwalk } from '../client/rare-messages.ts';

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

test('save, load, save: equal bytes, and everything is there', () => {
  const from = rich();
  const bytes = packTar(from);
  const into = ram();
  const skipped: Skipped[] = [];
  unpackTar(bytes, into, (skip) => skipped.push(skip));
  assert.equal(skipped, []);
  assert.is(content(into), content(from));
  assert.equal(packTar(into), bytes);
  assert.equal(packTar(tar(bytes)), bytes);
  assert.is(content(tar(bytes)), content(from));
});

test('saving again gives equal bytes, and moves nothing of a view', () => {
  const store = rich();
  const before = content(store);
  const bytes = packTar(store);
  assert.equal(packTar(readOnly(store)), bytes);
  assert.equal(packTar(serverFor(store)), bytes);
  const mount = new Attachment(serverFor(store));
  assert.equal(packTar(mount), bytes);
  assert.is(mount.client.fidsInUse, 1);
  mount.close();
  assert.is(content(store), before);
});

test('deeper than one message walks, under names longer than a header holds', () => {
  const from = ram();
  mounted(from, (kit) => {
    let at = kit.clone(kit.root);
    for (let i = 0; i < 40; i++) {
      assert.is(errnoName(kit.client.mkdir(at, `level${i}`, 0o755)), 'ok');
      const next = kit.client.walk(at, [`level${i}`], 0, 1);
      kit.clunk(at);
      at = next;
    }
    assert.is(errnoName(kit.client.symlink(at, 'bottom', '../'.repeat(100))), 'ok');
    assert.is(errnoName(mknod(kit.client, at, 'file', 0o644, 0, 0)), 'ok');
    const file = kit.client.walk(at, ['file'], 0, 1);
    assert.is(errnoName(kit.client.link(kit.root, file, 'link')), 'ok');
    assert.is(kit.setSize(file, 5000), 'ok');
    kit.clunk(at, file);
  });
  const into = ram();
  unpackTar(packTar(from), into);
  assert.equal(packTar(into), packTar(from));
  mounted(into, (kit) => {
    const path = Array.from({ length: 40 }, (_, i) => `level${i}`).join('/');
    assert.is(kit.readlink(`${path}/bottom`), '../'.repeat(100));
    assert.equal([kit.stat('link').nlink, kit.stat('link').size], [2, 5000]);
  });
});

test('the order is by names, not by when they were made', () => {
  const stores = [
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
  ].map((names) => {
    const store = ram();
    mounted(store, (kit) => {
      for (const name of names) {
        kit.put(name, name);
        setTimes(kit, name, 1, 2);
      }
      assert.is(kit.client.setTimes(kit.root, TIMES, 3, 0, 3, 0), 0);
    });
    return store;
  });
  assert.equal(packTar(stores[0]!), packTar(stores[1]!));
});

test('an empty tree', () => {
  const bytes = packTar(ram());
  assert.is(bytes.length % 512, 0);
  mounted(tar(bytes), (kit) => assert.equal(kit.list(''), []));
});

test('the root’s own attributes', () => {
  const from = ram();
  mounted(from, (kit) => {
    assert.is(setMode(kit.client, kit.root, SETATTR_MODE, 0o1700), 0);
    assert.is(kit.client.setTimes(kit.root, TIMES, 5, 6, 7, 8), 0);
  });
  const into = ram();
  unpackTar(packTar(from), into);
  mounted(into, (kit) => {
    const { perm, mtime } = kit.fstat(kit.root);
    assert.equal([perm, mtime], [0o1700, '7.000000008']);
  });
});

test('extended attributes, to the byte and in any order', () => {
  const values = { 'user.b': Uint8Array.from({ length: 3000 }, (_, i) => i), 'user.a': new Uint8Array(0) };
  const put = (store: Backend, names: ('user.a' | 'user.b')[]): void => {
    mounted(store, (kit) => {
      kit.mkdir('d');
      setTimes(kit, 'd', 1, 0);
      for (const name of names) {
        const fid = kit.walk('d');
        const iov = new Iov();
        iov.single(values[name], 0, values[name].length);
        assert.is(xattrcreate(kit.client, fid, name, values[name].length, 0), 0);
        assert.is(kit.client.write(fid, 0, iov), values[name].length);
        kit.clunk(fid);
      }
      assert.is(kit.client.setTimes(kit.root, TIMES, 1, 0, 1, 0), 0);
    });
  };
  const [one, two, copy] = [ram(), ram(), ram()];
  put(one, ['user.a', 'user.b']);
  put(two, ['user.b', 'user.a']);
  const bytes = packTar(one);
  assert.equal(packTar(two), bytes);
  unpackTar(bytes, copy);
  assert.equal(packTar(copy), bytes);
  mounted(copy, (kit) => {
    const fid = kit.walk('d');
    const reader = xattrwalk(kit.client, fid, 'user.b');
    const back = new Uint8Array(kit.client.r.size);
    const iov = new Iov();
    iov.single(back, 0, back.length);
    assert.is(kit.client.read(reader, 0, iov), 3000);
    assert.equal(back, values['user.b']);
    kit.clunk(reader, fid);
  });
});

test('loading over an existing tree: directories are merged, all else is replaced', () => {
  const into = ram();
  mounted(into, (kit) => {
    for (const dir of ['d', 'kept', 'e', 'ld-target']) kit.mkdir(dir);
    for (const file of ['d/old', 'd/f', 'kept/f', 'file', 'l', 'ld-target/f']) kit.put(file, 'old');
    kit.symlink('ld-target', 'ld');
    kit.link('file', 'other');
  });
  const held: number[] = [];
  const mount = new Attachment(serverFor(into));
  const found = new Found();
  assert.is(mount.at.openat(mount.client.root, 'd/f', O_RDWR, found), 0);
  held.push(found.fid);
  const bytes = pack(
    { name: 'd/', type: '5', mode: 0o700, mtime: 9 },
    { name: 'd/f', data: 'new' },
    { name: 'e', data: 'file now' },
    { name: 'file', data: 'new' },
    { name: 'l', type: '2', target: 'd' },
    { name: 'ld/f', data: 'new' },
    { name: 'kept/g', data: 'new' },
  );
  unpackTar(bytes, mount);
  // An open fid is still on the old file.
  assert.is(serverFor(into).inspect().orphans, 1);
  mount.client.clunk(held[0]!);
  mount.close();
  mounted(into, (kit) => {
    for (const [path, text] of [
      ['d/old', 'old'],
      ['d/f', 'new'],
      ['e', 'file now'],
      ['file', 'new'],
      ['other', 'old'],
      ['kept/f', 'old'],
      ['kept/g', 'new'],
      ['ld/f', 'new'],
      ['ld-target/f', 'old'],
    ] as const)
      assert.is(kit.get(path), text, path);
    assert.equal([kit.readlink('l'), kit.readlink('ld')], ['d', 'EINVAL']);
    assert.equal([kit.stat('d').perm, kit.stat('d').mtime], [0o700, '9.000000000']);
    assert.is(kit.stat('kept').perm, 0o755);
    assert.is.not(kit.stat('kept').mtime, '1000000000.000000000');
  });
  assert.throws(() => unpackTar(pack({ name: 'd', data: 'x' }), into), /^'d' cannot be replaced: ENOTEMPTY\.$/);
});

test('attributes and files that cannot be kept are reported', () => {
  const from = ram();
  mounted(from, (kit) => {
    assert.is(mknod(kit.client, kit.root, 'socket', S_IFSOCK | 0o600, 0, 0), 0);
    kit.put('f', 'x');
  });
  const skipped: Skipped[] = [];
  const skip = (what: Skipped): void => void skipped.push(what);
  mounted(tar(packTar(from, skip)), (kit) => assert.equal(kit.list(''), ['f']));
  assert.equal(skipped, [{ path: 'socket', reason: 'a tar archive cannot hold a socket' }]);
  skipped.length = 0;
  const archive = pack(
    { name: '../x', data: 'x' },
    { name: 'null', type: '3', major: 1, minor: 3 },
    { name: 'zero', type: '1', target: 'null' },
    { name: 'f', data: 'x' },
  );
  unpackTar(archive, ram(), skip);
  assert.equal(
    skipped.map(({ path }) => path),
    ['../x', 'null', 'zero'],
  );
  skipped.length = 0;
  unpackTar(pack(pax({ 'SCHILY.xattr.user.a': 'x' }), { name: 'f', data: 'x' }), memfs(new Volume()), skip);
  const isKept = memfs(new Volume()).capabilities.xattrs;
  assert.equal(
    skipped.map(({ reason }) => reason),
    isKept ? [] : ['its attribute user.a cannot be kept there (ENOTSUP)'],
  );
});

test('errors: where it cannot be read or written, and nothing is left open', () => {
  const bytes = pack({ name: 'd/f', data: 'x'.repeat(10_000) });
  const full = ram({ capacity: 4096 });
  assert.throws(() => unpackTar(bytes, full), /^'d\/f' cannot be written: ENOSPC\.$/);
  assert.throws(() => unpackTar(bytes, readOnly(ram())), /^'d' cannot be made: EROFS\.$/);
  assert.throws(() => unpackTar(bytes, tar(bytes)), /^'d\/f' cannot be replaced: EROFS\.$/);
  assert.throws(() => unpackTar(new Uint8Array(3), ram()), /^This is not a tar archive/);
  assert.throws(() => packTar('x' as never), /must be a backend, a Server or an Attachment, not String/);
  const broken = ram();
  mounted(broken, (kit) => kit.put('f', 'x'));
  broken.read = () => -5;
  assert.throws(() => packTar(broken), /^'f' cannot be read: EIO\.$/);
  const rest = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };
  for (const store of [full, broken]) assert.equal(serverFor(store).inspect(), rest);
});

test('from one kind of store to another', () => {
  inScratch((dir) => {
    const from = rich();
    mounted(from, (kit) => {
      // The host keeps neither owners nor set-user-ID bits for this user, nor exact times on every runtime.
      assert.is(kit.unlink('late'), 'ok');
      for (const name of ['fifo', 'e/hardfifo']) assert.is(kit.unlink(name), 'ok');
      for (const name of ['x', 'empty']) setTimes(kit, name, 1_600_000_000, 0);
      setTimes(kit, 'e', 1_600_000_000, 0);
    });
    const volume = memfs(new Volume());
    unpackTar(packTar(from), volume);
    assert.is(content(volume), content(from));
    const host = hostDir(dir);
    unpackTar(packTar(volume), host);
    assert.is(content(host), content(from));
    const back = ram();
    unpackTar(packTar(host), back);
    assert.is(content(back), content(from));
    host.close();
  });
});

test('times that a store cannot keep are clamped, and what comes after is there', () => {
  const bytes = pack(
    pax({ mtime: '-9007199254740.5', atime: '9007199254740991' }),
    { name: 'd/old', data: 'x' },
    pax({ mtime: '-9007199254740.5' }),
    { name: 'e/', type: '5' },
    { name: 'z', data: 'z' },
  );
  inScratch((dir) => {
    const host = hostDir(dir);
    const skipped: Skipped[] = [];
    unpackTar(bytes, host, (skip) => skipped.push(skip));
    assert.equal(skipped, []);
    mounted(host, (kit) => assert.equal([kit.get('d/old'), kit.get('z')], ['x', 'z']));
    host.close();
  });
  const exact = ram();
  unpackTar(bytes, exact);
  mounted(exact, (kit) => assert.is(kit.stat('d/old').mtime, '-9007199254741.500000000'));
});

test('attributes with = and % in their names are quoted as GNU tar quotes them', () => {
  const names = ['user.a=b', 'user.100%', 'user.%3D', 'user.a==%25', 'user.plain'];
  const quoted = ['user.a%3Db', 'user.100%25', 'user.%253D', 'user.a%3D%3D%2525', 'user.plain'];
  const store = ram();
  mounted(store, (kit) => {
    kit.put('f', 'x');
    for (const name of names) {
      const fid = kit.walk('f');
      const iov = new Iov();
      iov.single(Buffer.from(`=${name}`), 0, name.length + 1);
      assert.is(xattrcreate(kit.client, fid, name, name.length + 1, 0), 0);
      assert.is(kit.client.write(fid, 0, iov), name.length + 1);
      kit.clunk(fid);
    }
  });
  const bytes = packTar(store);
  const text = Buffer.from(bytes).toString('latin1');
  for (const [i, name] of quoted.entries()) assert.ok(text.includes(` SCHILY.xattr.${name}==${names[i]}\n`), name);
  const copy = ram();
  unpackTar(bytes, copy);
  for (const backend of [tar(bytes), copy]) {
    const file = backend.lookup(backend.root() as never, 'f');
    assert.equal([...(backend.listxattr(file as never) as string[])].sort(), [...names].sort());
  }
  assert.equal(packTar(copy), bytes);
});

test('an attribute whose name begins with a byte order mark', () => {
  const store = ram();
  mounted(store, (kit) => {
    kit.put('f', 'x');
    const fid = kit.walk('f');
    assert.is(xattrcreate(kit.client, fid, '\ufeffa', 0, 0), 0);
    kit.clunk(fid);
  });
  const backend = tar(packTar(store));
  assert.equal(backend.listxattr(backend.lookup(backend.root(), 'f') as never), ['\ufeffa']);
});

test('a hole costs nothing to save and to load', () => {
  const store = ram();
  const size = 2 ** 45;
  mounted(store, (kit) => {
    kit.put('f', 'begin');
    const fid = kit.open('f', O_RDWR);
    assert.is(kit.setSize(fid, size), 'ok');
    assert.is(kit.write(fid, 2 ** 40, 'middle'), 6);
    kit.clunk(fid);
    kit.put('small', 'x');
  });
  let read = 0;
  const own = store.read.bind(store);
  store.read = (...args) => {
    const count = own(...args);
    read += Math.max(0, count);
    return count;
  };
  const bytes = packTar(store);
  assert.ok(read < 1 << 23 && bytes.length < 1 << 23, `${read} read, ${bytes.length} in the archive`);
  const copy = ram({ capacity: 1 << 23 });
  unpackTar(bytes, copy);
  assert.equal(packTar(copy), bytes);
  mounted(copy, (kit) => {
    const fid = kit.open('f');
    assert.equal(
      [kit.stat('f').size, kit.read(fid, 2 ** 40 - 1, 8), kit.read(fid, 0, 6)],
      [size, '.middle.', 'begin.'],
    );
    kit.clunk(fid);
  });
});

test('a fifo stays one', () => {
  const from = ram();
  mounted(from, (kit) => assert.is(errnoName(mknod(kit.client, kit.root, 'p', S_IFIFO | 0o622, 0, 0)), 'ok'));
  const into = ram();
  unpackTar(packTar(from), into);
  mounted(into, (kit) => {
    assert.equal([kit.stat('p').kind, kit.stat('p').perm], [S_IFIFO, 0o622]);
    assert.is(kit.openError('p', O_RDWR | O_CREAT), 'ENXIO');
  });
});

test.run();
