// Tlopen, Tlcreate, Tread and Twrite.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFIFO,
  S_IFREG,
  S_IFSOCK,
} from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { type RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

function tree(c: RawClient): void {
  c.mkdir('d');
  c.file('f', 'text');
  c.within('s', (dfid, name) => c.call('Tsymlink', { dfid, name, symtgt: 'f', gid: 0 }));
  c.within('p', (dfid, name) => c.call('Tmknod', { dfid, name, mode: S_IFIFO | 0o644, major: 0, minor: 0, gid: 0 }));
  c.within('k', (dfid, name) => c.call('Tmknod', { dfid, name, mode: S_IFSOCK | 0o644, major: 0, minor: 0, gid: 0 }));
}

scenario('lopen answers as open(2)', (c) => {
  tree(c);
  const cases: [string, number, number][] = [
    ['f', O_RDONLY, 0],
    ['f', O_RDWR | O_TRUNC, 0],
    ['f', O_RDONLY | O_DIRECTORY, E.ENOTDIR],
    ['f', 3, E.EINVAL],
    ['d', O_RDONLY, 0],
    ['d', O_RDONLY | O_DIRECTORY, 0],
    ['d', O_WRONLY, E.EISDIR],
    ['d', O_RDWR | O_DIRECTORY, E.EISDIR],
    ['d', O_RDONLY | O_TRUNC, E.EISDIR],
    ['s', O_RDONLY, E.ELOOP],
    ['s', O_RDONLY | O_DIRECTORY, E.ENOTDIR],
    ['p', O_RDONLY, E.ENXIO],
    ['p', O_WRONLY, E.ENXIO],
    ['k', O_RDWR, E.ENXIO],
  ];
  for (const [path, flags, errno] of cases) {
    const fid = c.walk(path);
    c.expectError('Tlopen', { fid, flags }, errno, `${path} ${flags.toString(8)}`);
    if (errno !== 0) {
      c.expectError('Tread', { fid, offset: 0, count: 1 }, E.EBADF, 'it is not open');
      c.attr(fid);
    }
  }
  c.expectError('Tlopen', { fid: 999, flags: 0 }, E.EBADF);
});

scenario('the replies tell the qid, and that a message may be as long as msize', (c) => {
  tree(c);
  const fid = c.walk('f');
  const { qid } = c.attr(fid);
  assert.not.equal(c.attr(ROOT).qid, qid, 'replies reuse one message: this one is not that of the file');
  const opened = c.call('Tlopen', { fid, flags: O_RDONLY });
  assert.equal([opened.qid, opened.iounit], [qid, 0]);
  const dir = c.walk('d');
  const made = c.call('Tlcreate', { fid: dir, name: 'new', flags: O_RDWR, mode: 0o644, gid: 0 });
  assert.equal([made.qid, made.iounit], [c.attr(c.walk('d/new')).qid, 0]);
});

scenario('O_TRUNC empties the file, also for reading as Linux does', (c) => {
  tree(c);
  c.open('f', O_WRONLY | O_TRUNC);
  assert.is(c.text('f'), '');
  c.write(c.open('f'), 'again');
  c.open('f', O_RDONLY | O_TRUNC);
  assert.is(c.text('f'), '');
});

scenario('an opened fid does what it was opened for', (c) => {
  tree(c);
  const cases: [number, read: number, write: number][] = [
    [O_RDONLY, 0, E.EBADF],
    [O_WRONLY, E.EBADF, 0],
    [O_RDWR, 0, 0],
  ];
  for (const [flags, read, write] of cases) {
    const fid = c.open('f', flags);
    c.expectError('Tread', { fid, offset: 0, count: 1 }, read);
    c.expectError('Twrite', { fid, offset: 0, data: Uint8Array.of(65) }, write);
    c.expectError('Twrite', { fid, offset: 0, data: new Uint8Array(0) }, write, 'nothing at all');
    c.expectError('Treaddir', { fid, cookie: 0n, count: 100 }, E.ENOTDIR);
  }
  const dir = c.open('d', O_RDONLY);
  c.expectError('Tread', { fid: dir, offset: 0, count: 1 }, E.EISDIR);
  c.expectError('Twrite', { fid: dir, offset: 0, data: Uint8Array.of(65) }, E.EBADF);
});

scenario('an unopened or a clunked fid does nothing', (c) => {
  tree(c);
  const clunked = c.open('f');
  c.clunk(clunked);
  for (const fid of [c.walk('f'), c.walk('d'), clunked]) {
    c.expectError('Tread', { fid, offset: 0, count: 1 }, E.EBADF);
    c.expectError('Twrite', { fid, offset: 0, data: Uint8Array.of(65) }, E.EBADF);
    c.expectError('Tfsync', { fid, datasync: 0 }, E.EBADF);
  }
  c.expectError('Treaddir', { fid: c.walk('d'), cookie: 0n, count: 100 }, E.EBADF);
  c.expectError('Treaddir', { fid: clunked, cookie: 0n, count: 100 }, E.EBADF);
  c.expectError('Tgetattr', { fid: clunked, request_mask: 0 }, E.EBADF);
  c.expectError('Tremove', { fid: clunked }, E.EBADF);
  c.expectError('Tclunk', { fid: clunked }, E.EBADF);
});

scenario('reading and writing at offsets', (c) => {
  const fid = c.create('f', 'hello');
  assert.is(c.read(fid, 1, 3), 'ell');
  assert.is(c.read(fid, 3, 10), 'lo');
  assert.is(c.read(fid, 5), '');
  assert.is(c.read(fid, 2 ** 53 - 1), '');
  assert.is(c.read(fid, 0, 0), '');
  c.write(fid, 'X', 8);
  assert.is(c.read(fid), 'hello\0\0\0X', 'the gap is zeros');
  c.write(fid, '', 100);
  assert.is(c.attr(fid).size, 9, 'an empty write does not grow the file');
  const append = c.open('f', O_WRONLY | O_APPEND);
  c.write(append, 'end', 0);
  c.write(fid, 'H', 0);
  c.write(append, '!', 3);
  assert.is(c.read(fid), 'Hello\0\0\0Xend!');
});

scenario('no write goes past the largest offset, whatever the store allows', (c, store) => {
  const fid = c.create('f');
  let last = 0;
  store.faults.write = (_inode, _handle, offset, _u8, start, end) => {
    last = (offset as number) + (end as number) - (start as number);
    return (end as number) - (start as number);
  };
  const data = Uint8Array.of(1, 2);
  c.expectError('Twrite', { fid, offset: Number.MAX_SAFE_INTEGER - 1, data }, E.EFBIG);
  assert.is(last, 0, 'the store was not asked');
  assert.is(c.call('Twrite', { fid, offset: Number.MAX_SAFE_INTEGER - 2, data }).count, 2);
  assert.is(last, Number.MAX_SAFE_INTEGER);
});

scenario('truncated data does not reappear', (c) => {
  const fid = c.create('f', 'secret'.repeat(1000));
  const cut = (size: number) =>
    c.call('Tsetattr', {
      ...{ fid, valid: 8, mode: 0, uid: 0, gid: 0, size },
      ...{ atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 },
    });
  const secret = 'secret'.repeat(1000);
  for (const small of [0, 3, 3000, 5000, 5990]) {
    const zeros = '\0'.repeat(9);
    c.write(fid, secret);
    cut(small);
    cut(6000);
    assert.is(c.read(fid, small, 9), zeros, `truncated to ${small} and back`);
    c.write(fid, secret);
    cut(small);
    c.write(fid, 'x', 5999);
    assert.is(c.read(fid, small, 9), zeros, `truncated to ${small}, and written far behind`);
  }
});

scenario('lcreate makes the file, opens it, and the fid is the file', (c, store) => {
  const fid = c.walk('');
  const reply = c.call('Tlcreate', { fid, name: 'f', flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o640, gid: 0 });
  assert.equal(c.attr(fid).qid, reply.qid);
  assert.is(c.attr(fid).mode, S_IFREG | 0o640);
  c.write(fid, 'x');
  assert.is(c.text('f'), 'x');
  assert.is(store.server.inspect().inodes, 2);
  c.expectError('Tlcreate', { fid, name: 'g', flags: O_RDWR, mode: 0, gid: 0 }, E.EINVAL, 'it is open');
  c.call('Tremove', { fid });
  assert.is(c.exists('f'), false);
});

scenario('lcreate of a name that is there opens it, or with O_EXCL does not', (c) => {
  tree(c);
  assert.is(c.read(c.create('f', '', O_RDONLY | O_CREAT)), 'text');
  c.clunk(c.create('f', '', O_WRONLY | O_CREAT | O_TRUNC));
  assert.is(c.text('f'), '');
  const cases: [string, number, number][] = [
    ['f', O_RDWR | O_EXCL, E.EEXIST],
    ['d', O_RDWR | O_EXCL, E.EEXIST],
    ['s', O_RDWR | O_EXCL, E.EEXIST],
    ['d', O_RDONLY, E.EISDIR],
    ['d', O_RDWR, E.EISDIR],
    ['s', O_RDWR, E.ELOOP],
    ['p', O_RDWR, E.ENXIO],
  ];
  for (const [name, flags, errno] of cases) {
    const fid = c.walk('');
    c.expectError('Tlcreate', { fid, name, flags: flags | O_CREAT, mode: 0o644, gid: 0 }, errno, name);
    assert.equal(c.attr(fid).qid, c.attr(ROOT).qid, 'the fid is the directory still');
  }
});

scenario('lcreate that cannot succeed makes nothing', (c) => {
  tree(c);
  const file = c.walk('f');
  c.expectError('Tlcreate', { fid: file, name: 'x', flags: O_RDWR, mode: 0, gid: 0 }, E.ENOTDIR);
  c.expectError('Tlcreate', { fid: 999, name: 'x', flags: O_RDWR, mode: 0, gid: 0 }, E.EBADF);
  const dir = c.walk('');
  const cases: [string, number, number][] = [
    ['.', O_RDWR, E.EINVAL],
    ['..', O_RDWR, E.EINVAL],
    ['', O_RDWR, E.EINVAL],
    ['a/b', O_RDWR, E.EINVAL],
    ['a\0b', O_RDWR, E.EINVAL],
    ['x'.repeat(256), O_RDWR, E.ENAMETOOLONG],
    ['new', O_RDWR | O_DIRECTORY, E.EINVAL],
    ['new', 3, E.EINVAL],
  ];
  for (const [name, flags, errno] of cases) {
    c.expectError('Tlcreate', { fid: dir, name, flags: flags | O_CREAT, mode: 0o644, gid: 0 }, errno, name);
  }
  assert.equal(c.names(c.open('', O_RDONLY)).sort(), ['d', 'f', 'k', 'p', 's']);
  c.clunk(c.create('x'.repeat(255)));
});

scenario('a mode has permission bits, no kind', (c) => {
  const fid = c.walk('');
  c.call('Tlcreate', { fid, name: 'f', flags: O_RDWR, mode: 0o040777, gid: 0 });
  assert.is(c.attr(fid).mode, S_IFREG | 0o777);
});

scenario('an open that the backend refuses leaves the fid unopened, and the created file', (c, store) => {
  c.file('f', 'x');
  const fid = c.walk('f');
  store.faults.open = () => -E.EMFILE;
  c.expectError('Tlopen', { fid, flags: O_RDONLY }, E.EMFILE);
  delete store.faults.open;
  c.call('Tlopen', { fid, flags: O_RDONLY });
  assert.is(c.read(fid), 'x');
});

test.run();
