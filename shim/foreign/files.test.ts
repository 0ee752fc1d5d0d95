// Tests Fds as files: rights, attributes, offsets, sizes and data.
import {
  File,
  OpenFile,
  PreopenDirectory,
  OpenSyncOPFSFile,
  SyncOPFSFile,
  wasi,
  type Fd,
} from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, FILETYPE, OFLAGS, WHENCE } from '../preview1/abi/structs.ts';
import { CREATE, THERE, run, textOf, withTree } from './testing.ts';
import { RIGHTS, RIGHTS_ALL, RIGHTS_DIRECTORY, fileRights } from '../preview1/abi/rights.ts';
import { OUT, READ_WRITE, WRITE, utf8, TestGuest } from '../../testing/test-guest.ts';

const { SET, CUR, END } = WHENCE;

/** A test with a guest whose stdin is an Fd. */
function withInput(name: string, fd: () => Fd, body: (g: TestGuest) => void): void {
  test(name, () => run({ stdin: fd() }, body));
}

withTree('fdstat returns the rights of the open', (g) => {
  const stat = g.fdstat(THERE);
  assert.is(stat.fs_filetype, BigInt(FILETYPE.DIRECTORY));
  assert.is(stat.fs_rights_base, BigInt(RIGHTS_DIRECTORY));
  assert.is(stat.fs_rights_inheriting, BigInt(RIGHTS_ALL));
  const fd = g.open('a', { dir: THERE, fdflags: FDFLAGS.APPEND });
  assert.is(g.fdstat(fd).fs_rights_base, BigInt(fileRights(true, false)));
  assert.is(g.fdstat(fd).fs_flags, BigInt(FDFLAGS.APPEND));
  g.ok('fd_fdstat_set_rights', THERE, RIGHTS_DIRECTORY, RIGHTS_ALL & ~RIGHTS.FD_WRITE);
  assert.is(g.tryOpen('a', { dir: THERE, rights: READ_WRITE }), 'ENOTCAPABLE');
});

withTree('filestat has its fields where they belong', (g, inodes) => {
  const { ino, size, nlink, filetype, atim, mtim, ctim } = g.stat('a', true, THERE);
  assert.equal([ino, size, nlink, filetype], [inodes.get('a')!.ino, 5n, 1n, BigInt(FILETYPE.REGULAR_FILE)]);
  assert.equal([atim, mtim, ctim], [0n, 0n, 0n]);
  assert.equal(g.fstat(g.open('a', { dir: THERE })).size, 5n);
});

test("a user's filestat comes through whole", () => {
  class Timed extends OpenFile {
    override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
      const filestat = new wasi.Filestat(2n ** 40n, FILETYPE.REGULAR_FILE, 2n ** 41n);
      return { ret: 0, filestat: Object.assign(filestat, { dev: 5n, nlink: 6n, atim: 7n, mtim: 8n, ctim: 2n ** 60n }) };
    }
  }
  run({ stdin: new Timed(new File([])) }, (g) => {
    assert.equal(g.fstat(0), {
      dev: 5n,
      ino: 2n ** 40n,
      filetype: BigInt(FILETYPE.REGULAR_FILE),
      nlink: 6n,
      size: 2n ** 41n,
      atim: 7n,
      mtim: 8n,
      ctim: 2n ** 60n,
    });
  });
});

withTree('a file opened for reading cannot be written, one for writing cannot be read', (g, inodes) => {
  const reader = g.open('a', { dir: THERE });
  assert.is(g.write(reader, 'x'), 'EBADF');
  assert.is(g.pwrite(reader, 'x', 0), 'EBADF');
  assert.is(g.call('fd_filestat_set_size', reader, 0), 'EINVAL');
  assert.is(g.call('fd_allocate', reader, 0, 100), 'EBADF');
  assert.is(textOf(inodes.get('a')), 'hello');
  const writer = g.open('a', { dir: THERE, rights: WRITE });
  assert.is(g.read(writer), 'EBADF');
  assert.is(g.pread(writer, 0), 'EBADF');
  assert.is(g.write(writer, 'J'), 1);
  assert.is(g.tryOpen('fixed', { dir: THERE, rights: WRITE }), 'EPERM');
  assert.is(g.read(g.open('fixed', { dir: THERE })), 'fixed');
});

withTree('the flags of one descriptor do not change those of another', (g, inodes) => {
  const reader = g.open('a', { dir: THERE });
  const writer = g.open('out', { ...CREATE, rights: WRITE });
  const both = g.open('dir/in', { dir: THERE, rights: READ_WRITE, fdflags: FDFLAGS.APPEND });
  g.open('fixed', { dir: THERE, rights: 0 });
  assert.is(g.read(reader), 'hello');
  assert.is(g.write(reader, 'x'), 'EBADF');
  assert.is(g.write(writer, 'hello'), 5);
  assert.is(g.read(writer), 'EBADF');
  assert.is(g.write(both, '!'), 1);
  assert.is(g.pread(both, 0), 'in!');
  assert.is(textOf(inodes.get('out')), 'hello');
});

withTree('rights that were dropped do not come back below a foreign directory', (g, inodes) => {
  const dir = g.open('.', { dir: THERE });
  const two = RIGHTS.FD_READ | RIGHTS.PATH_OPEN;
  g.ok('fd_fdstat_set_rights', dir, two, two);
  for (const below of [dir, g.open('.', { dir }), g.open('dir', { dir }), g.open('dir/..', { dir, rights: 0 })]) {
    assert.is(g.call('path_unlink_file', below, 'a'), 'ENOTCAPABLE');
    assert.is(g.call('path_create_directory', below, 'new'), 'ENOTCAPABLE');
    assert.is(g.call('path_rename', below, 'a', below, 'b'), 'ENOTCAPABLE');
    assert.is(g.call('path_filestat_get', below, 0, 'a', OUT), 'ENOTCAPABLE');
    assert.is(g.tryOpen('a', { dir: below, rights: READ_WRITE }), 'ENOTCAPABLE');
    assert.is(g.tryOpen('new', { dir: below, oflags: OFLAGS.CREAT }), 'ENOTCAPABLE');
    assert.is(g.tryOpen('a', { dir: below, oflags: OFLAGS.TRUNC }), 'ENOTCAPABLE');
  }
  const file = g.open('a', { dir });
  assert.is(g.read(file), 'hello');
  assert.is(g.pread(file, 0), 'ENOTCAPABLE', 'to seek is not passed on');
  assert.equal([...inodes.keys()], ['a', 'fixed', 'dir']);
});

test('an Fd that passes on fewer rights has its descriptors pass on no more', () => {
  class Reduced extends PreopenDirectory {
    override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
      const fdstat = new wasi.Fdstat(FILETYPE.DIRECTORY, 0);
      fdstat.fs_rights_base = BigInt(RIGHTS_DIRECTORY);
      fdstat.fs_rights_inherited = BigInt(RIGHTS.FD_READ);
      return { ret: 0, fdstat };
    }
  }
  const preopens = () => ({ '/': new Reduced('/', new Map([['a', new File(utf8('hello'))]])) });
  run({ preopens }, (g) => {
    assert.is(g.tryOpen('a', { rights: READ_WRITE }), 'ENOTCAPABLE');
    assert.is(g.read(g.open('a')), 'hello');
  });
});

withTree('offsets, sizes and holes', (g, inodes) => {
  const fd = g.open('new', CREATE);
  assert.is(g.write(fd, 'abc'), 3);
  assert.is(g.seek(fd, 5, SET), 5n);
  g.ok('fd_write', fd, ...g.texts(''), OUT);
  assert.is(textOf(inodes.get('new')), 'abc', 'to write nothing adds nothing');
  assert.is(g.write(fd, 'd'), 1);
  assert.is(g.pread(fd, 0), 'abc\0\0d');
  assert.is(g.pwrite(fd, 'B', 1), 1);
  assert.is(g.seek(fd, 0, CUR), 6n);
  assert.is(g.seek(fd, -2, END), 4n);
  assert.is(g.seek(fd, -1, SET), 'EINVAL');
  assert.is(g.seek(fd, 0, 9), 'EINVAL');
  g.ok('fd_filestat_set_size', fd, 2);
  assert.is(g.pread(fd, 0), 'aB');
  g.ok('fd_allocate', fd, 0, 3);
  assert.is(g.call('fd_allocate', fd, 0, 0), 'EINVAL');
  assert.is(g.fstat(fd).size, 3n);
  g.ok('fd_sync', fd);
  assert.is(g.read(THERE), 'EISDIR');
  assert.is(g.write(THERE, 'x'), 'EBADF');
});

withTree('more than there is memory is EFBIG, and does not end the program', (g, inodes) => {
  const fd = g.open('a', { dir: THERE, rights: READ_WRITE });
  assert.is(g.call('fd_filestat_set_size', fd, 2 ** 50), 'EFBIG');
  assert.is(g.call('fd_allocate', fd, 2 ** 50, 1), 'EFBIG');
  assert.is(g.pwrite(fd, 'x', 2 ** 50), 'EFBIG');
  assert.is(g.seek(fd, 2 ** 50, SET), 2n ** 50n);
  assert.is(g.write(fd, 'x'), 'EFBIG');
  assert.is(textOf(inodes.get('a')), 'hello');
});

withTree('APPEND writes at the end, each time', (g, inodes) => {
  const fd = g.open('a', { dir: THERE, rights: READ_WRITE, fdflags: FDFLAGS.APPEND });
  const other = g.open('a', { dir: THERE, rights: READ_WRITE });
  g.ok('fd_fdstat_set_flags', other, FDFLAGS.APPEND);
  g.write(fd, '1');
  g.write(other, '2');
  g.seek(fd, 0, SET);
  g.write(fd, '3');
  assert.is(g.pwrite(fd, '4', 0), 1);
  assert.is(textOf(inodes.get('a')), 'hello1234');
  g.ok('fd_fdstat_set_flags', other, 0);
  g.seek(other, 0, SET);
  g.write(other, 'J');
  assert.is(textOf(inodes.get('a')), 'Jello1234');
});

/** A FileSystemSyncAccessHandle on an array. */
class Handle {
  data = new Uint8Array(0);

  close(): void {}
  flush(): void {}

  getSize(): number {
    return this.data.length;
  }

  read(buffer: Uint8Array, { at = 0 } = {}): number {
    const part = this.data.subarray(at, at + buffer.length);
    buffer.set(part);
    return part.length;
  }

  truncate(to: number): void {
    const data = new Uint8Array(to);
    data.set(this.data.subarray(0, to));
    this.data = data;
  }

  write(buffer: Uint8Array, { at = 0 } = {}): number {
    if (at + buffer.length > this.data.length) this.truncate(at + buffer.length);
    this.data.set(buffer, at);
    return buffer.length;
  }
}

const opfs = () => new OpenSyncOPFSFile(new SyncOPFSFile(new Handle() as never));

withInput('pread, pwrite and tell of an Fd that has none of them', opfs, (g) => {
  assert.is(g.write(0, 'hello world'), 11);
  assert.is(g.pread(0, 6), 'world');
  assert.is(g.pwrite(0, 'J', 0), 1);
  g.ok('fd_tell', 0, OUT);
  assert.is(g.u64(), 11n);
  assert.is(g.pread(0, 0), 'Jello world');
  assert.is(g.seek(0, 0, SET), 0n);
  assert.is(g.read(0), 'Jello world');
});

test('a file of browser_wasi_shim grows to 1 GiB and no further, and a hole costs nothing before', () => {
  const file = new File(utf8('old'));
  const g = new TestGuest({ preopens: () => ({ '/': new PreopenDirectory('/', new Map([['f', file]])) }) });
  const fd = g.open('f', { rights: READ_WRITE });
  const far = 2 ** 30;
  assert.is(g.pwrite(fd, 'x', far), 'EFBIG');
  assert.is(g.call('fd_filestat_set_size', fd, far + 1), 'EFBIG');
  assert.is(g.call('fd_allocate', fd, far, 1), 'EFBIG');
  assert.is(g.seek(fd, far, 0), BigInt(far));
  assert.is(g.write(fd, 'x'), 'EFBIG');
  assert.is(g.seek(fd, 2 ** 40, 1), BigInt(far) + 2n ** 40n);
  assert.is(g.write(fd, 'x'), 'EFBIG');
  assert.is(file.data.length, 3);
  assert.is(g.pwrite(fd, 'new', 3), 3);
  g.seek(fd, 0, 0);
  assert.equal([g.read(fd), g.write(fd, '!'), new TextDecoder().decode(file.data)], ['oldnew', 1, 'oldnew!']);
  g.ok('fd_close', fd);
  g.end();
});

test.run();
