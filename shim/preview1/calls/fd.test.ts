// Tests the fd_* calls that move no data: attributes, flags, seek, allocate, renumber and preopens.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, FILETYPE, OFLAGS, WHENCE } from '../abi/structs.ts';
import { RIGHTS, RIGHTS_ALL, RIGHTS_DIRECTORY } from '../abi/rights.ts';
import { OUT, READ, READ_WRITE, ROOT, TestGuest, WRITE } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const FILE = { files: { '/f': '0123456789', '/d': null } };
const { SET, CUR, END } = WHENCE;

withGuest('fdstat returns type, flags and rights', FILE, (g) => {
  const root = g.fdstat(ROOT);
  assert.is(root.fs_filetype, BigInt(FILETYPE.DIRECTORY));
  assert.is(root.fs_rights_base, BigInt(RIGHTS_DIRECTORY));
  assert.is(root.fs_rights_inheriting, BigInt(RIGHTS_ALL));
  const fd = g.open('f', { rights: READ_WRITE, fdflags: FDFLAGS.APPEND | FDFLAGS.SYNC });
  const file = g.fdstat(fd);
  assert.is(file.fs_filetype, BigInt(FILETYPE.REGULAR_FILE));
  assert.is(file.fs_flags, BigInt(FDFLAGS.APPEND | FDFLAGS.SYNC));
  assert.is(file.fs_rights_base & BigInt(READ_WRITE), BigInt(READ_WRITE));
  const reading = g.fdstat(g.open('f')).fs_rights_base;
  assert.is(reading & BigInt(READ), BigInt(READ));
  assert.is(reading & BigInt(WRITE), 0n);
  const writing = g.fdstat(g.open('f', { rights: WRITE })).fs_rights_base;
  assert.is(writing & BigInt(READ), 0n);
  assert.is(g.call('fd_fdstat_get', 99, OUT), 'EBADF');
});

withGuest('a descriptor gets the lowest free number', FILE, (g) => {
  assert.equal([g.open('f'), g.open('f'), g.open('f')], [4, 5, 6]);
  g.ok('fd_close', 5);
  g.ok('fd_close', 4);
  assert.equal([g.open('f'), g.open('d'), g.open('f')], [4, 5, 7]);
  assert.is(g.call('fd_close', 8), 'EBADF');
  assert.is(g.call('fd_close', -1), 'EBADF');
  g.ok('fd_close', ROOT);
  assert.is(g.tryOpen('f'), 'EBADF');
});

withGuest('without a free descriptor no file is created', FILE, (g) => {
  const fd = g.open('f');
  let last = fd;
  while (g.tryOpen('f') === 'ok') last = g.u32();
  assert.is(g.tryOpen('new', { oflags: OFLAGS.CREAT, rights: WRITE }), 'EMFILE');
  assert.not(g.volume.existsSync('/new'));
  g.ok('fd_close', fd);
  assert.is(g.open('f'), fd);
  assert.is(last, 2 ** 17 - 1);
});

withGuest('APPEND is set, honoured after a seek, and cleared', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.ok('fd_fdstat_set_flags', fd, FDFLAGS.APPEND);
  assert.is(g.fdstat(fd).fs_flags, BigInt(FDFLAGS.APPEND));
  g.seek(fd, 2, SET);
  g.write(fd, 'ab');
  assert.is(g.seek(fd, 0, CUR), 12n);
  g.ok('fd_fdstat_set_flags', fd, 0);
  g.seek(fd, 2, SET);
  g.write(fd, 'XY');
  assert.is(g.seek(fd, 0, CUR), 4n);
  assert.is(g.volume.readFileSync('/f', 'utf8'), '01XY456789ab');
});

withGuest('the flags of an orphan are set, too, and it goes with its last descriptor', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.ok('path_unlink_file', ROOT, 'f');
  g.ok('fd_fdstat_set_flags', fd, FDFLAGS.APPEND);
  assert.is(g.write(fd, 'end'), 3);
  assert.is(g.pread(fd, 8), '89end');
  assert.is(g.server.inspect().orphans, 1);
  g.ok('fd_close', fd);
  assert.is(g.server.inspect().orphans, 0);
});

withGuest('set_flags refuses unknown flags, and leaves the synchronous ones as they are', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE, fdflags: FDFLAGS.SYNC });
  assert.is(g.call('fd_fdstat_set_flags', fd, 32), 'EINVAL');
  assert.is(g.call('fd_fdstat_set_flags', 99, 0), 'EBADF');
  g.ok('fd_fdstat_set_flags', fd, FDFLAGS.NONBLOCK | FDFLAGS.DSYNC);
  assert.is(g.fdstat(fd).fs_flags, BigInt(FDFLAGS.NONBLOCK | FDFLAGS.SYNC));
  g.ok('fd_fdstat_set_flags', ROOT, FDFLAGS.NONBLOCK);
  assert.is(g.fdstat(ROOT).fs_flags, BigInt(FDFLAGS.NONBLOCK));
});

withGuest('renumber closes the target, and frees the source', FILE, (g) => {
  const a = g.open('f', { rights: READ_WRITE });
  const b = g.open('d');
  g.seek(a, 3, SET);
  g.ok('fd_renumber', a, b);
  assert.is(g.call('fd_close', a), 'EBADF');
  assert.is(g.read(b), '3456789');
  assert.is(g.server.inspect().fids, 3, 'the client’s root, the preopen and the file');
  assert.is(g.open('f'), a);
});

withGuest('renumber onto itself does nothing; from or to a closed descriptor it is EBADF', FILE, (g) => {
  const fd = g.open('f');
  g.ok('fd_renumber', fd, fd);
  assert.is(g.read(fd), '0123456789');
  for (const [from, to] of [
    [fd, 99],
    [99, fd],
    [99, 99],
    [fd, -1],
    [-1, fd],
  ] as const) {
    assert.is(g.call('fd_renumber', from, to), 'EBADF');
  }
  assert.is(g.seek(fd, 0, CUR), 10n);
});

withGuest('a preopen can be renumbered over, moved and closed', FILE, (g) => {
  const d = g.open('d');
  g.ok('fd_renumber', d, ROOT);
  assert.is(g.call('fd_prestat_get', ROOT, OUT), 'EBADF');
  assert.is(g.tryOpen('f'), 'ENOENT', 'now it is /d');
  const other = new TestGuest(FILE);
  const fd = other.open('f');
  other.ok('fd_renumber', ROOT, fd);
  other.ok('fd_prestat_get', fd, OUT);
  assert.is(other.tryOpen('f'), 'EBADF');
  assert.is(other.open('f', { dir: fd }), ROOT);
  other.ok('fd_close', fd);
  other.end();
});

withGuest('renumber onto and from an orphan', FILE, (g) => {
  g.volume.writeFileSync('/g', 'other');
  const f = g.open('f');
  const h = g.open('g');
  g.ok('path_unlink_file', ROOT, 'f');
  g.ok('fd_renumber', f, h);
  assert.is(g.read(h), '0123456789');
  assert.is(g.server.inspect().orphans, 1);
  g.ok('fd_renumber', g.open('g'), h);
  assert.is(g.server.inspect().orphans, 0);
  assert.is(g.read(h), 'other');
});

withGuest('seek and tell', FILE, (g) => {
  const fd = g.open('f');
  assert.is(g.seek(fd, 4, SET), 4n);
  assert.is(g.seek(fd, -1, CUR), 3n);
  assert.is(g.seek(fd, -2, END), 8n);
  assert.is(g.seek(fd, 100, END), 110n);
  g.ok('fd_tell', fd, OUT);
  assert.is(g.u64(), 110n);
  assert.is(g.read(fd), '');
  assert.is(g.seek(fd, -111, CUR), 'EINVAL');
  assert.is(g.seek(fd, -1, SET), 'EINVAL');
  assert.is(g.seek(fd, 0, 3), 'EINVAL');
  assert.is(g.seek(fd, 0, 256), 'EINVAL');
  assert.is(g.seek(fd, 0, CUR), 110n, 'nothing has moved it');
});

withGuest('offsets near 2^53 and 2^63', FILE, (g) => {
  const fd = g.open('f');
  const max = BigInt(Number.MAX_SAFE_INTEGER);
  assert.is(g.seek(fd, max, SET), max);
  assert.is(g.seek(fd, 1, CUR), 'EINVAL');
  assert.is(g.seek(fd, -1, CUR), max - 1n);
  for (const whence of [SET, CUR, END]) {
    assert.is(g.seek(fd, 2n ** 63n - 1n, whence), 'EINVAL');
    assert.is(g.seek(fd, -(2n ** 63n), whence), 'EINVAL');
    assert.is(g.seek(fd, max + 1n, whence), 'EINVAL');
  }
  assert.is(g.seek(fd, 0, CUR), max - 1n);
});

withGuest('directories have no offset, streams cannot seek', FILE, (g) => {
  assert.is(g.seek(ROOT, 0, CUR), 'ENOTCAPABLE');
  assert.is(g.call('fd_tell', ROOT, OUT), 'ENOTCAPABLE');
  for (const fd of [0, 1, 2]) {
    assert.is(g.seek(fd, 0, CUR), 'ESPIPE');
    assert.is(g.call('fd_tell', fd, OUT), 'ESPIPE');
  }
});

withGuest('allocate makes a file longer and never shorter', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.ok('fd_allocate', fd, 0, 5);
  assert.is(g.fstat(fd).size, 10n);
  g.ok('fd_allocate', fd, 10, 2);
  assert.is(g.fstat(fd).size, 12n);
  assert.is(g.pread(fd, 8), '89\0\0');
  assert.is(g.call('fd_allocate', fd, 0, 0), 'EINVAL');
  assert.is(g.call('fd_allocate', fd, -1, 1), 'EINVAL');
  assert.is(g.call('fd_allocate', fd, 0, -1), 'EINVAL');
  assert.is(g.call('fd_allocate', fd, 2n ** 62n, 2n ** 62n), 'EFBIG');
  assert.is(g.call('fd_allocate', fd, 0, 2n ** 40n), 'EFBIG');
  assert.is(g.call('fd_allocate', g.open('f'), 2n ** 62n, 2n ** 62n), 'EBADF');
  assert.is(g.call('fd_allocate', ROOT, 0, 1), 'EBADF');
  assert.is(g.call('fd_allocate', 1, 0, 1), 'ESPIPE');
  assert.is(g.fstat(fd).size, 12n);
});

withGuest('allocate within the file keeps a concurrent append of another process', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  const { mtim } = g.fstat(fd);
  const { backend } = g.server;
  const getattr = backend.getattr.bind(backend);
  backend.getattr = (...args) => {
    const errno = getattr(...args);
    g.volume.appendFileSync('/f', 'more');
    return errno;
  };
  g.ok('fd_allocate', fd, 0, 5);
  backend.getattr = getattr;
  assert.is(g.pread(fd, 8), '89more');
  assert.ok(g.fstat(fd).mtim > mtim, 'as on Linux its times move');
});

withGuest('set_size cuts and fills with zeros', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.ok('fd_filestat_set_size', fd, 4);
  g.ok('fd_filestat_set_size', fd, 6);
  assert.is(g.read(fd), '0123\0\0');
  assert.is(g.call('fd_filestat_set_size', fd, -1), 'EINVAL');
  assert.is(g.call('fd_filestat_set_size', fd, 2n ** 63n - 1n), 'EFBIG');
  assert.is(g.call('fd_filestat_set_size', g.open('f'), 1), 'EINVAL');
  for (const other of [ROOT, 1]) assert.is(g.call('fd_filestat_set_size', other, 1), 'EINVAL');
  assert.is(g.fstat(fd).size, 6n);
});

withGuest('advise takes every advice and no other', FILE, (g) => {
  const fd = g.open('f');
  for (let advice = 0; advice <= 5; advice++) g.ok('fd_advise', fd, 0, 100, advice);
  g.ok('fd_advise', ROOT, 0, 0, 0);
  for (const advice of [6, 256, -1]) assert.is(g.call('fd_advise', fd, 0, 0, advice), 'EINVAL');
  assert.is(g.call('fd_advise', fd, -1, 0, 0), 'EINVAL');
  assert.is(g.call('fd_advise', fd, 0, -1, 0), 'EINVAL');
  assert.is(g.call('fd_advise', 0, 0, 0, 0), 'ESPIPE');
  assert.is(g.call('fd_advise', 99, 0, 0, 0), 'EBADF');
});

withGuest('sync and datasync', FILE, (g) => {
  for (const call of ['fd_sync', 'fd_datasync'] as const) {
    g.ok(call, g.open('f'));
    g.ok(call, ROOT);
    assert.is(g.call(call, 0), 'EINVAL');
    assert.is(g.call(call, 99), 'EBADF');
  }
});

withGuest('filestat', FILE, (g) => {
  const byPath = g.stat('f');
  assert.equal(g.fstat(g.open('f')), byPath);
  assert.is(byPath.filetype, BigInt(FILETYPE.REGULAR_FILE));
  assert.is(byPath.size, 10n);
  assert.is(byPath.nlink, 1n);
  const root = g.fstat(ROOT);
  assert.is(root.filetype, BigInt(FILETYPE.DIRECTORY));
  assert.is(root.nlink, 3n);
  assert.is(root.dev, byPath.dev);
  assert.is.not(root.ino, byPath.ino);
  const out = g.fstat(1);
  assert.is(out.filetype, BigInt(FILETYPE.UNKNOWN), 'as a pipe');
  assert.is(g.call('fd_filestat_get', 99, OUT), 'EBADF');
});

const NAMES = { ...FILE, preopens: (server: TestGuest['server']) => ({ '/': server, '/zürich': server, '': server }) };

withGuest('prestat answers for preopens only', NAMES, (g) => {
  const names: string[] = [];
  for (let fd = ROOT; g.call('fd_prestat_get', fd, OUT) === 'ok'; fd++) {
    const { tag, pr_name_len: length } = g.struct('prestat');
    assert.is(tag, 0n);
    g.ok('fd_prestat_dir_name', fd, OUT, Number(length));
    names.push(g.text(OUT, Number(length)));
  }
  assert.equal(names, ['/', '/zürich', '']);
  assert.is(g.call('fd_prestat_dir_name', 4, OUT, 7), 'ENAMETOOLONG');
  g.ok('fd_prestat_dir_name', 4, OUT, 100);
  g.ok('fd_prestat_dir_name', 5, 0xffff_fff0, 0);
  const fd = g.open('d');
  for (const other of [0, 1, 2, fd, 99]) {
    assert.is(g.call('fd_prestat_get', other, OUT), 'EBADF');
    assert.is(g.call('fd_prestat_dir_name', other, OUT, 10), 'EBADF');
  }
});

withGuest('rights of a stream', FILE, (g) => {
  assert.is(g.fdstat(0).fs_rights_base & BigInt(READ), BigInt(READ));
  assert.is(g.fdstat(1).fs_rights_base & BigInt(RIGHTS.FD_WRITE), BigInt(RIGHTS.FD_WRITE));
  assert.is(g.fdstat(0).fs_rights_base & BigInt(RIGHTS.FD_SEEK | RIGHTS.FD_TELL), 0n, 'isatty() looks at these');
});

test.run();
