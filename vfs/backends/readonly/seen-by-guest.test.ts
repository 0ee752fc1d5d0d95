// A program with one store mounted twice, for writing and read-only, and an archive beside it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OFLAGS } from '../../../shim/preview1/abi/structs.ts';
import { OUT, READ, READ_WRITE, ROOT, WRITE } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';
import { serverFor } from '../../connect/server-for.ts';
import { mounted } from '../tar/testing.ts';
import { ram } from '../ram/index.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import { tar } from '../tar/index.ts';
import { readOnly } from './index.ts';

const store = ram();
mounted(store, (kit) => {
  kit.put('f', 'kept');
  kit.mkdir('d');
  kit.symlink('f', 'l');
});
const archive = tar(packTar(store));

const RW = ROOT;
const RO = ROOT + 1;
const TAR = ROOT + 2;

const OPTIONS = { preopens: () => ({ '/rw': store, '/ro': readOnly(store), '/tar': archive }) };

withGuest('every change is EROFS, and nothing changes', OPTIONS, (g) => {
  const before = [packTar(store), packTar(archive)];
  for (const dir of [RO, TAR]) {
    const changes: Record<string, () => string> = {
      truncate: () => g.tryOpen('f', { dir, oflags: OFLAGS.TRUNC }),
      write: () => g.tryOpen('f', { dir, rights: WRITE }),
      readWrite: () => g.tryOpen('l', { dir, rights: READ_WRITE }),
      create: () => g.tryOpen('new', { dir, oflags: OFLAGS.CREAT, rights: WRITE }),
      mkdir: () => g.call('path_create_directory', dir, 'new'),
      rmdir: () => g.call('path_remove_directory', dir, 'none'),
      unlink: () => g.call('path_unlink_file', dir, 'none'),
      rename: () => g.call('path_rename', dir, 'none', dir, 'new'),
      link: () => g.call('path_link', dir, 0, 'f', dir, 'new'),
      symlink: () => g.call('path_symlink', 'f', dir, 'new'),
      times: () => g.call('path_filestat_set_times', dir, 1, 'f', 1, 1, 5),
      timesOfLink: () => g.call('path_filestat_set_times', dir, 0, 'l', 0, 0, 10),
    };
    for (const [name, change] of Object.entries(changes)) assert.is(change(), 'EROFS', name);
    assert.is(g.call('path_create_directory', dir, 'd'), 'EEXIST');
    assert.is(g.tryOpen('f', { dir, oflags: OFLAGS.CREAT, rights: READ }), 'ok');
    const fd = g.u32();
    assert.is(g.call('fd_filestat_set_times', fd, 1, 1, 5), 'EROFS');
    assert.is(g.call('fd_allocate', fd, 0, 10), 'EBADF');
    g.ok('fd_close', fd);
  }
  assert.is(Buffer.compare(packTar(store), before[0]!), 0);
  assert.is(Buffer.compare(packTar(archive), before[1]!), 0);
});

withGuest('no name moves from one to the other, though they are one store', OPTIONS, (g) => {
  for (const [from, to] of [
    [RO, RW],
    [RW, RO],
    [TAR, RW],
  ] as const) {
    assert.is(g.call('path_rename', from, 'f', to, 'new'), 'EXDEV');
    assert.is(g.call('path_link', from, 0, 'f', to, 'new'), 'EXDEV');
  }
});

withGuest('the same file by both, and the archive’s by another device', OPTIONS, (g) => {
  const seen = [RW, RO, TAR].map((dir) => {
    g.ok('path_filestat_get', dir, 0, 'f', OUT);
    const { dev, ino, nlink, size } = g.struct('filestat');
    return { dev, ino, nlink, size };
  });
  assert.equal(seen[0], seen[1]);
  assert.is.not(seen[2]!.dev, seen[0]!.dev);
});

withGuest('an orphan of the one is read through the other', OPTIONS, (g) => {
  const copy = ram();
  unpackTar(packTar(store), copy);
  const fd = g.open('f', { dir: RO });
  g.ok('path_unlink_file', RW, 'f');
  assert.is(serverFor(store).inspect().orphans, 1);
  assert.is(g.read(fd, 10), 'kept');
  g.ok('fd_close', fd);
  assert.is(serverFor(store).inspect().orphans, 0);
  // As it was.
  unpackTar(packTar(copy), store);
});

withGuest('a program that is gone leaves nothing', OPTIONS, (g) => {
  g.open('f', { dir: RO });
  g.open('f', { dir: TAR });
});

test('and nothing is left', () => {
  const rest = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };
  for (const backend of [store, archive]) assert.equal(serverFor(backend).inspect(), rest);
});

test.run();
