// Tests rights: the calls that each dropped right forbids, and that no descriptor regains one.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OFLAGS, WHENCE } from './structs.ts';
import { RIGHTS, RIGHTS_ALL, RIGHTS_DIRECTORY } from './rights.ts';
import { DATA, OUT, READ_WRITE, ROOT, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const FILES = { files: { '/f': '0123456789', '/d/x': '' } };
const R = RIGHTS;

/** Drops rights of a descriptor. */
function drop(g: TestGuest, fd: number, base: number, inheriting = 0): void {
  const { fs_rights_base: b, fs_rights_inheriting: i } = g.fdstat(fd);
  g.ok('fd_fdstat_set_rights', fd, b & ~BigInt(base), i & ~BigInt(inheriting));
}

withGuest('rights can be dropped and not got back', FILES, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  const { fs_rights_base: base, fs_rights_inheriting: inheriting } = g.fdstat(fd);
  g.ok('fd_fdstat_set_rights', fd, base, inheriting);
  drop(g, fd, R.FD_WRITE);
  assert.is(g.fdstat(fd).fs_rights_base, base & ~BigInt(R.FD_WRITE));
  assert.is(g.call('fd_fdstat_set_rights', fd, base, inheriting), 'ENOTCAPABLE');
  drop(g, fd, 0, R.FD_READ);
  assert.is(g.call('fd_fdstat_set_rights', fd, 0, inheriting), 'ENOTCAPABLE');
  assert.is(g.call('fd_fdstat_set_rights', 99, 0, 0), 'EBADF');
  g.ok('fd_fdstat_set_rights', fd, 0, 0);
  assert.is(g.fdstat(fd).fs_rights_base, 0n);
});

withGuest('a right that a descriptor never had cannot be asked for', FILES, (g) => {
  const fd = g.open('f');
  const { fs_rights_base: base } = g.fdstat(fd);
  assert.is(g.call('fd_fdstat_set_rights', fd, base | BigInt(R.FD_WRITE), 0), 'ENOTCAPABLE');
  assert.is(g.call('fd_fdstat_set_rights', ROOT, RIGHTS_DIRECTORY | R.FD_WRITE, 0), 'ENOTCAPABLE');
});

/** Calls on a file, each with the right that it needs. */
const FILE_CALLS: Record<string, readonly [right: number, call: (g: TestGuest, fd: number) => unknown]> = {
  fd_advise: [R.FD_ADVISE, (g, fd) => g.call('fd_advise', fd, 0, 0, 0)],
  fd_allocate: [R.FD_ALLOCATE, (g, fd) => g.call('fd_allocate', fd, 0, 1)],
  fd_datasync: [R.FD_DATASYNC, (g, fd) => g.call('fd_datasync', fd)],
  fd_sync: [R.FD_SYNC, (g, fd) => g.call('fd_sync', fd)],
  fd_fdstat_set_flags: [R.FD_FDSTAT_SET_FLAGS, (g, fd) => g.call('fd_fdstat_set_flags', fd, 0)],
  fd_filestat_get: [R.FD_FILESTAT_GET, (g, fd) => g.call('fd_filestat_get', fd, OUT)],
  fd_filestat_set_size: [R.FD_FILESTAT_SET_SIZE, (g, fd) => g.call('fd_filestat_set_size', fd, 10)],
  fd_filestat_set_times: [R.FD_FILESTAT_SET_TIMES, (g, fd) => g.call('fd_filestat_set_times', fd, 0, 0, 2)],
  fd_read: [R.FD_READ, (g, fd) => g.call('fd_read', fd, ...g.iovs([DATA, 1]), OUT)],
  fd_pread: [R.FD_READ, (g, fd) => g.call('fd_pread', fd, ...g.iovs([DATA, 1]), 0, OUT)],
  'fd_pread, to seek': [R.FD_SEEK, (g, fd) => g.call('fd_pread', fd, ...g.iovs([DATA, 1]), 0, OUT)],
  fd_write: [R.FD_WRITE, (g, fd) => g.call('fd_write', fd, ...g.texts('0'), OUT)],
  fd_pwrite: [R.FD_WRITE, (g, fd) => g.call('fd_pwrite', fd, ...g.texts('0'), 0, OUT)],
  'fd_pwrite, to seek': [R.FD_SEEK, (g, fd) => g.call('fd_pwrite', fd, ...g.texts('0'), 0, OUT)],
  fd_seek: [R.FD_SEEK, (g, fd) => g.call('fd_seek', fd, 1, WHENCE.SET, OUT)],
};

withGuest('a call on a file without its right is ENOTCAPABLE', FILES, (g) => {
  for (const [name, [right, call]] of Object.entries(FILE_CALLS)) {
    const fd = g.open('f', { rights: READ_WRITE });
    assert.is(call(g, fd), 'ok', name);
    drop(g, fd, RIGHTS_ALL & ~right);
    if (!name.startsWith('fd_p')) assert.is(call(g, fd), 'ok', `${name} needs no other right`);
    drop(g, fd, right);
    assert.is(call(g, fd), 'ENOTCAPABLE', name);
  }
  assert.is(g.volume.readFileSync('/f', 'utf8'), '0023456789');
});

withGuest('FD_TELL is a seek that moves nothing; FD_SEEK implies it', FILES, (g) => {
  const fd = g.open('f');
  drop(g, fd, R.FD_TELL);
  g.ok('fd_tell', fd, OUT);
  const other = g.open('f');
  drop(g, other, R.FD_SEEK);
  g.ok('fd_tell', other, OUT);
  assert.is(g.seek(other, 0, WHENCE.CUR), 0n);
  assert.is(g.seek(other, 1, WHENCE.CUR), 'ENOTCAPABLE');
  assert.is(g.seek(other, 0, WHENCE.END), 'ENOTCAPABLE');
  drop(g, other, R.FD_TELL);
  assert.is(g.seek(other, 0, WHENCE.CUR), 'ENOTCAPABLE');
  assert.is(g.call('fd_tell', other, OUT), 'ENOTCAPABLE');
});

const PATH_CALLS: Record<string, readonly [right: number, call: (g: TestGuest) => unknown]> = {
  fd_readdir: [R.FD_READDIR, (g) => g.call('fd_readdir', ROOT, DATA, 100, 0, OUT)],
  path_create_directory: [R.PATH_CREATE_DIRECTORY, (g) => g.call('path_create_directory', ROOT, 'new')],
  path_filestat_get: [R.PATH_FILESTAT_GET, (g) => g.call('path_filestat_get', ROOT, 0, 'f', OUT)],
  path_filestat_set_times: [R.PATH_FILESTAT_SET_TIMES, (g) => g.call('path_filestat_set_times', ROOT, 0, 'f', 0, 0, 2)],
  'path_link from': [R.PATH_LINK_SOURCE, (g) => g.call('path_link', ROOT, 0, 'f', ROOT, 'new')],
  'path_link to': [R.PATH_LINK_TARGET, (g) => g.call('path_link', ROOT, 0, 'f', ROOT, 'new')],
  path_open: [R.PATH_OPEN, (g) => g.tryOpen('f')],
  'path_open creating': [R.PATH_CREATE_FILE, (g) => g.tryOpen('new', { oflags: OFLAGS.CREAT })],
  'path_open truncating': [R.PATH_FILESTAT_SET_SIZE, (g) => g.tryOpen('f', { oflags: OFLAGS.TRUNC })],
  path_readlink: [R.PATH_READLINK, (g) => g.call('path_readlink', ROOT, 'l', DATA, 10, OUT)],
  path_remove_directory: [R.PATH_REMOVE_DIRECTORY, (g) => g.call('path_remove_directory', ROOT, 'empty')],
  'path_rename from': [R.PATH_RENAME_SOURCE, (g) => g.call('path_rename', ROOT, 'f', ROOT, 'new')],
  'path_rename to': [R.PATH_RENAME_TARGET, (g) => g.call('path_rename', ROOT, 'f', ROOT, 'new')],
  path_symlink: [R.PATH_SYMLINK, (g) => g.call('path_symlink', 'f', ROOT, 'new')],
  path_unlink_file: [R.PATH_UNLINK_FILE, (g) => g.call('path_unlink_file', ROOT, 'f')],
};

for (const [name, [right, call]] of Object.entries(PATH_CALLS)) {
  withGuest(`${name}, once the right to is dropped`, FILES, (g) => {
    g.volume.symlinkSync('f', '/l');
    g.volume.mkdirSync('/empty');
    drop(g, ROOT, right);
    const before = g.volume.toJSON();
    assert.is(call(g), 'ENOTCAPABLE');
    assert.equal(g.volume.toJSON(), before);
    const granted = RIGHTS_DIRECTORY & ~right;
    assert.is(g.fdstat(ROOT).fs_rights_base, BigInt(granted));
  });
  withGuest(`${name}, with the right`, FILES, (g) => {
    g.volume.symlinkSync('f', '/l');
    g.volume.mkdirSync('/empty');
    assert.is(call(g), 'ok');
  });
}

withGuest('a file opened below has at most the inherited rights', FILES, (g) => {
  drop(g, ROOT, 0, R.FD_WRITE | R.FD_SEEK);
  assert.is(g.tryOpen('f', { rights: READ_WRITE }), 'ENOTCAPABLE');
  const fd = g.open('f');
  assert.is(g.fdstat(fd).fs_rights_base & BigInt(R.FD_SEEK), 0n);
  const d = g.open('d');
  assert.is(g.fdstat(d).fs_rights_inheriting, BigInt(RIGHTS_ALL & ~(R.FD_WRITE | R.FD_SEEK)));
  assert.is(g.tryOpen('x', { dir: d, rights: R.FD_WRITE }), 'ENOTCAPABLE');
  drop(g, ROOT, 0, R.FD_READ);
  assert.is(g.tryOpen('f'), 'ENOTCAPABLE');
});

const TWO = R.FD_READ | R.PATH_OPEN;
const DIRECTORY = { oflags: OFLAGS.DIRECTORY };

/** All calls on a directory; each needs a right that TWO lacks. */
const REFUSED: Record<string, (g: TestGuest, dir: number) => unknown> = {
  fd_readdir: (g, dir) => g.call('fd_readdir', dir, DATA, 100, 0, OUT),
  fd_filestat_get: (g, dir) => g.call('fd_filestat_get', dir, OUT),
  fd_filestat_set_times: (g, dir) => g.call('fd_filestat_set_times', dir, 0, 0, 2),
  fd_fdstat_set_flags: (g, dir) => g.call('fd_fdstat_set_flags', dir, 0),
  fd_sync: (g, dir) => g.call('fd_sync', dir),
  path_create_directory: (g, dir) => g.call('path_create_directory', dir, 'new'),
  path_filestat_get: (g, dir) => g.call('path_filestat_get', dir, 0, 'x', OUT),
  path_filestat_set_times: (g, dir) => g.call('path_filestat_set_times', dir, 0, 'x', 0, 0, 2),
  path_link: (g, dir) => g.call('path_link', dir, 0, 'x', dir, 'new'),
  'path_link to': (g, dir) => g.call('path_link', ROOT, 0, 'f', dir, 'new'),
  'path_open creating': (g, dir) => g.tryOpen('new', { dir, oflags: OFLAGS.CREAT }),
  'path_open truncating': (g, dir) => g.tryOpen('x', { dir, oflags: OFLAGS.TRUNC }),
  'path_open writing': (g, dir) => g.tryOpen('x', { dir, rights: READ_WRITE }),
  path_readlink: (g, dir) => g.call('path_readlink', dir, 'x', DATA, 10, OUT),
  path_remove_directory: (g, dir) => g.call('path_remove_directory', dir, 'e'),
  'path_rename from': (g, dir) => g.call('path_rename', dir, 'x', ROOT, 'new'),
  'path_rename to': (g, dir) => g.call('path_rename', ROOT, 'f', dir, 'new'),
  path_symlink: (g, dir) => g.call('path_symlink', 'x', dir, 'new'),
  path_unlink_file: (g, dir) => g.call('path_unlink_file', dir, 'x'),
  'fd_fdstat_set_rights, all': (g, dir) => g.call('fd_fdstat_set_rights', dir, RIGHTS_ALL, RIGHTS_ALL),
  'fd_fdstat_set_rights, one more': (g, dir) => g.call('fd_fdstat_set_rights', dir, TWO | R.FD_READDIR, TWO),
};

/** Ways from a directory with dropped rights to a descriptor of it or of one below, for any rights requested. */
const WAYS: Record<string, (g: TestGuest, dir: number) => number> = {
  itself: (_g, dir) => dir,
  'path_open .': (g, dir) => g.open('.', { dir, ...DIRECTORY }),
  'path_open . twice': (g, dir) => g.open('.', { dir: g.open('.', { dir, ...DIRECTORY }), ...DIRECTORY }),
  'path_open . asking for all': (g, dir) => g.open('.', { dir, rights: RIGHTS_ALL & ~R.FD_WRITE }),
  'path_open . asking for nothing': (g, dir) => g.open('.', { dir, rights: 0, inheriting: 0 }),
  'path_open of a directory below': (g, dir) => g.open('sub/..', { dir, ...DIRECTORY }),
  fd_renumber: (g, dir) => {
    const other = g.open('d');
    g.ok('fd_renumber', g.open('.', { dir, ...DIRECTORY }), other);
    return other;
  },
};

for (const [way, go] of Object.entries(WAYS)) {
  withGuest(`rights that were dropped do not come back: ${way}`, FILES, (g) => {
    g.volume.mkdirSync('/d/e');
    g.volume.mkdirSync('/d/sub');
    const dir = g.open('d');
    g.ok('fd_fdstat_set_rights', dir, TWO, TWO);
    const before = g.volume.toJSON();
    const found = go(g, dir);
    for (const [name, call] of Object.entries(REFUSED)) assert.is(call(g, found), 'ENOTCAPABLE', name);
    assert.equal(g.volume.toJSON(), before);
    assert.is(g.fdstat(found).fs_rights_base, BigInt(TWO));
    assert.is(g.fdstat(found).fs_rights_inheriting, BigInt(TWO));
    assert.is(
      g.call('fd_read', g.open('x', { dir: found }), ...g.iovs([DATA, 1]), OUT),
      'ok',
      'the remaining rights work',
    );
  });
}

withGuest('a file opened below a reduced directory can do no more than is passed on', FILES, (g) => {
  for (const [name, [right, call]] of Object.entries(FILE_CALLS)) {
    const dir = g.open('.', DIRECTORY);
    g.ok('fd_fdstat_set_rights', dir, RIGHTS_DIRECTORY, RIGHTS_ALL & ~right);
    if (right === R.FD_READ || right === R.FD_WRITE) {
      assert.is(g.tryOpen('f', { dir, rights: READ_WRITE }), 'ENOTCAPABLE', name);
      continue;
    }
    assert.is(call(g, g.open('f', { dir, rights: READ_WRITE })), 'ENOTCAPABLE', name);
    assert.is(call(g, g.open('f', { dir: g.open('.', { dir, ...DIRECTORY }), rights: READ_WRITE })), 'ENOTCAPABLE');
  }
});

withGuest('rights of streams can be dropped, too', FILES, (g) => {
  drop(g, 1, R.FD_WRITE);
  assert.is(g.write(1, 'x'), 'ENOTCAPABLE');
  drop(g, 0, R.FD_READ);
  assert.is(g.read(0), 'ENOTCAPABLE');
  assert.is(g.write(2, 'x'), 1);
});

test.run();
