// Txattrwalk and Txattrcreate.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../backend/backend.ts';
import { hostDir } from '../../backends/hostdir/index.ts';
import { ram } from '../../backends/ram/index.ts';
import { readOnly } from '../../backends/readonly/index.ts';
import { O_RDONLY, O_RDWR, XATTR_CREATE, XATTR_REPLACE } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { Server } from '../server.ts';
import { assertAtRest } from '../../../testing/at-rest.ts';
import { RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scratch } from '../../../testing/scratch.ts';
import { scenario } from '../../../testing/uvu.ts';

/** setxattr(2) of a path: the errno of the clunk that sets it. */
function set(c: RawClient, path: string, name: string, value: string, flags = 0): number {
  const fid = c.walk(path);
  c.call('Txattrcreate', { fid, name, attr_size: value.length, flags });
  if (value !== '') c.write(fid, value);
  return c.errno('Tclunk', { fid });
}

/** getxattr(2) of a path; an empty name lists. */
function get(c: RawClient, path: string, name: string): string {
  const fid = c.walk(path);
  const newfid = c.fid();
  const { size } = c.call('Txattrwalk', { fid, newfid, name });
  const value = c.read(newfid);
  assert.is(value.length, size);
  c.clunk(fid, newfid);
  return value;
}

scenario('an attribute is set at the clunk, and read back', (c) => {
  c.file('f', 'content');
  c.mkdir('d');
  c.call('Tsymlink', { dfid: ROOT, name: 's', symtgt: 'f', gid: 0 });
  for (const path of ['f', 'd', 's', '']) {
    assert.is(get(c, path, ''), '');
    assert.is(set(c, path, 'user.a', 'one'), 0);
    assert.is(set(c, path, 'user.b', ''), 0);
    assert.is(get(c, path, 'user.a'), 'one');
    assert.is(get(c, path, 'user.b'), '');
    assert.is(get(c, path, ''), 'user.a\0user.b\0');
    c.expectError('Txattrwalk', { fid: c.walk(path), newfid: c.fid(), name: 'user.c' }, E.ENODATA);
  }
  assert.is(c.text('f'), 'content');
});

scenario('the names of a file have 64 KiB together, so that their list has', (c) => {
  c.file('f');
  const name = (i: number) => `user.${i}`.padEnd(255, 'n');
  let many = 0;
  while (many < 1000 && set(c, 'f', name(many), '') === 0) many++;
  assert.is(many, 256);
  assert.is(set(c, 'f', name(many), ''), E.ENOSPC);
  assert.is(set(c, 'f', name(0), 'changed', XATTR_REPLACE), 0, 'an existing attribute is replaced');
  const fid = c.walk('f');
  assert.is(c.call('Txattrwalk', { fid, newfid: c.fid(), name: '' }).size, 65_536);
  assert.is(set(c, 'f', name(1), '', XATTR_REPLACE), 0);
  assert.is(set(c, 'f', `user.${'é'.repeat(100)}`, ''), 0);
  assert.is(set(c, 'f', `user.${'é'.repeat(23)}`, ''), E.ENOSPC, 'bytes are counted');
  assert.is(set(c, 'f', `user.${'é'.repeat(22)}`, ''), 0);
});

scenario('XATTR_CREATE, XATTR_REPLACE, and the removal that v9fs sends', (c) => {
  c.file('f');
  assert.is(set(c, 'f', 'user.a', 'x', XATTR_REPLACE), E.ENODATA);
  assert.is(set(c, 'f', 'user.a', 'x', XATTR_CREATE), 0);
  assert.is(set(c, 'f', 'user.a', 'y', XATTR_CREATE), E.EEXIST);
  assert.is(get(c, 'f', 'user.a'), 'x');
  assert.is(set(c, 'f', 'user.a', 'z', XATTR_REPLACE), 0);
  assert.is(get(c, 'f', 'user.a'), 'z');
  assert.is(set(c, 'f', 'user.a', '', XATTR_REPLACE), 0);
  assert.is(get(c, 'f', ''), '');
});

scenario('a value that did not come whole is not set', (c) => {
  c.file('f');
  set(c, 'f', 'user.a', 'old');
  const fid = c.walk('f');
  c.call('Txattrcreate', { fid, name: 'user.a', attr_size: 6, flags: 0 });
  assert.is(c.write(fid, 'ne'), 2);
  assert.is(c.write(fid, 'w', 2), 1);
  c.expectError('Tclunk', { fid }, E.EINVAL);
  c.expectError('Tclunk', { fid }, E.EBADF, 'the fid is gone');
  assert.is(get(c, 'f', 'user.a'), 'old');
});

scenario('the value is written in order, up to its declared size', (c) => {
  c.file('f');
  const fid = c.walk('f');
  c.call('Txattrcreate', { fid, name: 'user.a', attr_size: 4, flags: 0 });
  const write = (text: string, offset: number) =>
    c.errno('Twrite', { fid, offset, data: new TextEncoder().encode(text) });
  assert.is(write('x', 1), E.EINVAL);
  assert.is(write('12345', 0), E.EINVAL);
  assert.is(write('12', 0), 0);
  assert.is(write('12', 0), E.EINVAL, 'again');
  assert.is(write('345', 2), E.EINVAL);
  assert.is(write('34', 2), 0);
  assert.is(write('5', 4), E.EINVAL);
  c.clunk(fid);
  assert.is(get(c, 'f', 'user.a'), '1234');
});

scenario('a value is read by offset, and stays as it was when the reader was made', (c) => {
  c.file('f');
  set(c, 'f', 'user.a', '0123456789');
  const newfid = c.fid();
  c.call('Txattrwalk', { fid: c.walk('f'), newfid, name: 'user.a' });
  set(c, 'f', 'user.a', 'changed');
  assert.is(c.read(newfid, 3, 4), '3456');
  assert.is(c.read(newfid, 8, 100), '89');
  assert.is(c.read(newfid, 10), '');
  assert.is(c.read(newfid, 2 ** 50), '');
  c.expectError('Twrite', { fid: newfid, offset: 0, data: Uint8Array.of(1) }, E.EBADF);
});

scenario('limits', (c) => {
  c.file('f');
  const fid = c.walk('f');
  const create = { fid, name: 'user.a', attr_size: 1, flags: 0 };
  c.expectError('Txattrcreate', { ...create, name: '' }, E.EINVAL);
  c.expectError('Txattrcreate', { ...create, flags: 4 }, E.EINVAL);
  c.expectError('Txattrcreate', { ...create, name: 'x'.repeat(256) }, E.ERANGE);
  c.expectError('Txattrcreate', { ...create, attr_size: 65_537 }, E.E2BIG);
  c.expectError('Txattrcreate', { ...create, attr_size: 2 ** 53 - 1 }, E.E2BIG);
  c.expectError('Txattrcreate', { ...create, fid: 999 }, E.EBADF);
  c.expectError('Txattrcreate', { ...create, fid: c.open('f', O_RDWR) }, E.EINVAL, 'an opened fid');
  c.expectError('Txattrwalk', { fid, newfid: c.fid(), name: 'x'.repeat(256) }, E.ERANGE);
  c.expectError('Txattrwalk', { fid: 999, newfid: c.fid(), name: '' }, E.EBADF);
  c.expectError('Txattrwalk', { fid, newfid: fid, name: '' }, E.EBADF);
  c.expectError('Txattrwalk', { fid, newfid: ROOT, name: '' }, E.EBADF, 'in use');
  c.attr(fid);
  c.call('Txattrcreate', { ...create, name: 'x'.repeat(255), attr_size: 65_536 });
  for (let at = 0; at < 65_536; at += 32_768) c.write(fid, new Uint8Array(32_768), at);
  c.clunk(fid);
  assert.is(get(c, 'f', ''), `${'x'.repeat(255)}\0`);
});

scenario('a fid of an attribute is not one of the file', (c) => {
  c.file('f', 'content');
  set(c, 'f', 'user.a', 'v');
  const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
  const lock = { ltype: 0, start: 0, length: 0, proc_id: 1, client_id: '' };
  const reader = c.fid();
  c.call('Txattrwalk', { fid: c.walk('f'), newfid: reader, name: 'user.a' });
  const writer = c.walk('f');
  c.call('Txattrcreate', { fid: writer, name: 'user.a', attr_size: 1, flags: 0 });
  for (const fid of [reader, writer]) {
    c.expectError('Twalk', { fid, newfid: c.fid(), wname: [] }, E.EBADF);
    c.expectError('Tlopen', { fid, flags: O_RDONLY }, E.EINVAL);
    c.expectError('Tlcreate', { fid, name: 'x', flags: 0, mode: 0, gid: 0 }, E.EINVAL);
    c.expectError('Tgetattr', { fid, request_mask: 0 }, E.EBADF);
    c.expectError('Tsetattr', { fid, valid: 1, mode: 0, uid: 0, gid: 0, size: 0, ...times }, E.EBADF);
    c.expectError('Tstatfs', { fid }, E.EBADF);
    c.expectError('Tfsync', { fid, datasync: 0 }, E.EBADF);
    c.expectError('Treadlink', { fid }, E.EBADF);
    c.expectError('Treaddir', { fid, cookie: 0n, count: 100 }, E.EBADF);
    c.expectError('Txattrwalk', { fid, newfid: c.fid(), name: '' }, E.EBADF);
    c.expectError('Txattrcreate', { fid, name: 'user.b', attr_size: 0, flags: 0 }, E.EBADF);
    c.expectError('Tlock', { fid, flags: 0, ...lock }, E.EBADF);
    c.expectError('Tgetlock', { fid, ...lock }, E.EBADF);
    c.expectError('Tlink', { dfid: ROOT, fid, name: 'x' }, E.EBADF);
    c.expectError('Trename', { fid, dfid: ROOT, name: 'x' }, E.EBADF);
    c.expectError('Tmkdir', { dfid: fid, name: 'x', mode: 0, gid: 0 }, E.EBADF);
    c.expectError('Tunlinkat', { dfid: fid, name: 'x', flags: 0 }, E.EBADF);
  }
  c.expectError('Tread', { fid: writer, offset: 0, count: 9 }, E.EBADF);
  for (const fid of [reader, writer]) {
    c.expectError('Tremove', { fid }, E.EBADF);
    c.expectError('Tclunk', { fid }, E.EBADF, 'Tremove clunks all the same');
  }
  assert.is(c.text('f'), 'content');
  assert.is(get(c, 'f', 'user.a'), 'v');
});

scenario('a reader keeps an orphan, and a value can still be set on it', (c, store) => {
  c.file('f');
  set(c, 'f', 'user.a', 'v');
  const file = c.walk('f');
  const reader = c.fid();
  c.call('Txattrwalk', { fid: file, newfid: reader, name: 'user.a' });
  c.call('Txattrcreate', { fid: file, name: 'user.b', attr_size: 1, flags: 0 });
  c.unlink('f');
  c.write(file, 'w');
  c.clunk(file);
  assert.is(store.server.inspect().orphans, 1);
  assert.is(c.read(reader), 'v');
  c.clunk(reader);
  assert.is(store.server.inspect().reclaiming, 1);
});

scenario(
  'attributes are counted in a store of a fixed size',
  (c) => {
    c.file('f', '');
    assert.is(set(c, 'f', 'user.a', 'x'.repeat(6000)), 0);
    assert.is(set(c, 'f', 'user.b', 'x'.repeat(6000)), E.ENOSPC);
    assert.is(set(c, 'f', 'user.a', 'x'.repeat(9000)), 0, 'it takes the place of the old one');
    c.call('Tstatfs', { fid: ROOT });
    assert.is(set(c, 'f', 'user.b', 'x'.repeat(6000)), E.ENOSPC);
    c.unlink('f');
    c.file('g', '');
    assert.is(set(c, 'g', 'user.b', 'x'.repeat(6000)), 0);
  },
  { capacity: 12_000 },
);

/** A client on a file of a store that answers setxattr(2) with an errno. */
function refusing(backend: Backend, errno: number, others: readonly string[] = []): void {
  const server = new Server(backend);
  const c = new RawClient(server);
  const fid = c.walk('f');
  for (const attr_size of [0, 5]) {
    for (const flags of [0, XATTR_CREATE, XATTR_REPLACE]) {
      c.expectError('Txattrcreate', { fid, name: 'user.a', attr_size, flags }, errno);
    }
  }
  c.expectError('Txattrcreate', { fid, name: '', attr_size: 0, flags: 0 }, E.EINVAL, 'arguments come first');
  c.expectError('Txattrcreate', { fid, name: 'user.a', attr_size: 65_537, flags: 0 }, E.E2BIG, 'arguments come first');
  for (const name of others) c.expectError('Txattrcreate', { fid, name, attr_size: 1, flags: 0 }, E.ENOTSUP);
  assert.is(c.attr(fid).size, 7, 'the fid is still one of the file');
  c.clunk(fid);
  c.wire.close();
  assertAtRest(server);
}

/** A store in memory with a file. */
function withFile(): ReturnType<typeof ram> {
  const backend = ram();
  const server = new Server(backend);
  const c = new RawClient(server);
  c.file('f', 'content');
  server.close();
  return backend;
}

test('a read-only store: EROFS at Txattrcreate', () => {
  refusing(readOnly(withFile()), E.EROFS);
});

test('a store without extended attributes: ENOTSUP at Txattrcreate', () => {
  const backend = withFile();
  backend.getxattr = () => E.ENOTSUP;
  refusing(backend, E.ENOTSUP);
});

test('a host directory keeps those of user.*, if any', () => {
  const dir = scratch();
  try {
    writeFileSync(join(dir.root, 'f'), 'content');
    using backend = hostDir(dir.root, { paths: true });
    refusing(backend, E.ENOTSUP, ['security.selinux', 'trusted.a']);
  } finally {
    dir.remove();
  }
});

scenario('a session has so many in hand and no more', (c) => {
  c.file('f', '');
  const fids: number[] = [];
  let errno = 0;
  while (errno === 0 && fids.length < 5000) {
    const fid = c.walk('f');
    fids.push(fid);
    errno = c.errno('Txattrcreate', { fid, name: 'user.a', attr_size: 1, flags: 0 });
  }
  assert.equal([errno, fids.length], [E.EMFILE, 1025]);
  assert.is(c.errno('Txattrwalk', { fid: fids.at(-1)!, newfid: c.fid(), name: '' }), E.EMFILE);
  for (const fid of fids) c.errno('Tclunk', { fid });
  assert.is(set(c, 'f', 'user.a', 'x'), 0);
});

test.run();
