import {
  ConsoleStdout,
  Directory,
  Fd,
  File,
  OpenFile,
  OpenSyncOPFSFile,
  PreopenDirectory,
  SyncOPFSFile,
  wasi,
  type Inode,
} from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, FILETYPE, OFLAGS, WHENCE } from './abi.ts';
import { ForeignDescriptor } from './foreign.ts';
import { RIGHTS, RIGHTS_ALL, RIGHTS_DIRECTORY, fileRights } from './rights.ts';
import { DATA, OUT, READ_WRITE, ROOT, TestGuest, WRITE, utf8, type GuestOptions } from './testing.ts';

/** Where an Fd of browser_wasi_shim is a preopen, beside ours at ROOT. */
const THERE = ROOT + 1;
const CREATE = { dir: THERE, oflags: OFLAGS.CREAT, rights: READ_WRITE };
const { SET, CUR, END } = WHENCE;

function run(options: GuestOptions, body: (g: TestGuest) => void): void {
  const guest = new TestGuest(options);
  body(guest);
  guest.end();
}

/** A test with a guest that has ours as `/` and a PreopenDirectory as `/there`, whose inodes are given by name. */
function withTree(name: string, body: (g: TestGuest, inodes: Map<string, Inode>) => void): void {
  test(name, () => {
    const inodes = new Map<string, Inode>([
      ['a', new File(utf8('hello'))],
      ['fixed', new File(utf8('fixed'), { readonly: true })],
      ['dir', new Directory([['in', new File(utf8('in'))]])],
    ]);
    const preopens: GuestOptions['preopens'] = (server) => ({
      '/': server,
      '/there': new PreopenDirectory('x', inodes),
    });
    run({ files: { '/ours': 'ours' }, preopens }, (g) => body(g, inodes));
  });
}

/** A test with a guest whose stdin is an Fd. */
function withInput(name: string, fd: () => Fd, body: (g: TestGuest) => void): void {
  test(name, () => run({ stdin: fd() }, body));
}

function textOf(inode: Inode | undefined): string {
  return new TextDecoder().decode((inode as File).data);
}

/** All names of a listing, with a buffer of a size; `each` is called when a call has given some. */
function list(g: TestGuest, fd: number, size = 4096, each: (names: string[]) => void = () => {}): string[] {
  const found: string[] = [];
  for (let cookie = 0n; ;) {
    const { entries, used } = g.readdir(fd, size, cookie);
    const names = entries.map(({ name }) => name);
    found.push(...names);
    if (used < size) return found;
    cookie = entries.at(-1)!.next;
    each(names);
  }
}

// Streams.

test('console helpers take what is written, an OpenFile gives what is read', () => {
  const lines: string[] = [];
  const stdout = ConsoleStdout.lineBuffered((line) => lines.push(line));
  run({ stdin: new OpenFile(new File(utf8('naïve'))), stdout }, (g) => {
    assert.is(g.read(0, 3), 'na\u{fffd}');
    assert.is(g.read(0), '\u{fffd}ve');
    assert.is(g.read(0), '');
    assert.is(g.write(1, 'one\ntwo'), 7);
    g.ok('fd_write', 1, ...g.texts('\nthr', '', 'ee\n'), OUT);
    assert.is(g.u32(), 7);
    assert.equal(lines, ['one', 'two', 'three']);
    assert.is(g.fdstat(1).fs_filetype, BigInt(FILETYPE.CHARACTER_DEVICE));
    assert.is(g.fdstat(1).fs_rights_base, BigInt(RIGHTS.FD_WRITE));
    assert.is(g.fstat(1).filetype, BigInt(FILETYPE.CHARACTER_DEVICE));
    assert.is(g.read(1), 'EBADF');
    assert.is(g.seek(1, 0, CUR), 'ESPIPE');
    assert.is(g.pwrite(1, 'x', 0), 'ESPIPE');
    assert.is(g.call('fd_filestat_set_size', 1, 0), 'EINVAL');
  });
});

class Words extends Fd {
  closed = 0;
  readonly words: string[];

  constructor(...words: string[]) {
    super();
    this.words = words;
  }

  override fd_read(): { ret: number; data: Uint8Array } {
    return { ret: 0, data: utf8(this.words.shift() ?? '') };
  }

  override fd_close(): number {
    this.closed++;
    return 0;
  }
}

test("a user's Fd needs only the methods that are used, and is closed once", () => {
  const words = new Words('some', 'more than is asked for');
  run({ stdin: words }, (g) => {
    assert.is(g.read(0), 'some');
    assert.is(g.read(0, 4), 'more');
    assert.is(g.fdstat(0).fs_filetype, BigInt(FILETYPE.UNKNOWN));
    assert.ok(g.fdstat(0).fs_rights_base & BigInt(RIGHTS.FD_READ));
    assert.is(g.fstat(0).size, 0n);
    assert.is(g.write(0, 'x'), 'EBADF');
    assert.is(g.call('fd_readdir', 0, DATA, 64, 0, OUT), 'ENOTDIR');
    assert.is(g.tryOpen('x', { dir: 0 }), 'ENOTDIR');
    g.ok('fd_fdstat_set_flags', 0, FDFLAGS.NONBLOCK);
    assert.is(g.fdstat(0).fs_flags, BigInt(FDFLAGS.NONBLOCK));
    g.ok('fd_close', 0);
    assert.is(words.closed, 1);
    assert.is(g.call('fd_close', 0), 'EBADF');
  });
  assert.is(words.closed, 1);
});

test('an Fd is closed with the guest, unless it was given back', () => {
  const [closed, kept] = [new Words(), new Words()];
  new ForeignDescriptor(closed).close();
  const descriptor = new ForeignDescriptor(kept);
  descriptor.giveBack();
  descriptor.close();
  assert.equal([closed.closed, kept.closed], [1, 0]);
});

test('fd_renumber onto itself leaves an Fd open', () => {
  const words = new Words('still there');
  run({ stdin: words }, (g) => {
    g.ok('fd_renumber', 0, 0);
    assert.is(g.read(0), 'still there');
    assert.is(words.closed, 0);
  });
});

test('an Fd that calls back and grows the memory', () => {
  let guest: TestGuest | undefined;
  class Growing extends Words {
    override fd_read(): { ret: number; data: Uint8Array } {
      guest!.grow();
      return super.fd_read();
    }
    override fd_filestat_get(): { ret: number; filestat: wasi.Filestat | null } {
      guest?.grow();
      return { ret: 0, filestat: new wasi.Filestat(7n, FILETYPE.REGULAR_FILE, 9n) };
    }
    override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
      guest!.grow();
      this.words.push(new TextDecoder().decode(data));
      return { ret: 0, nwritten: data.length };
    }
  }
  const fd = new Growing('from outside');
  run({ stdin: fd }, (g) => {
    guest = g;
    assert.is(g.read(0), 'from outside');
    assert.is(g.fstat(0).size, 9n);
    g.ok('fd_write', 0, ...g.texts('two ', 'ranges'), OUT);
    assert.equal(fd.words, ['two ', 'ranges']);
  });
});

test("what a user's Fd throws ends the program", () => {
  const fd = new ConsoleStdout(() => {
    throw new Error('enough');
  });
  run({ stdout: fd }, (g) => assert.throws(() => g.write(1, 'x'), 'enough'));
});

// Files.

withTree('fdstat tells the rights that a descriptor was opened with', (g) => {
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

/** A file system handle of the browser's, of one file in memory. */
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

// Directories.

for (const size of [40, 64, 100, 4096]) {
  withTree(`a listing with a buffer of ${size} bytes, each entry unlinked when it is read`, (g, inodes) => {
    for (let i = 0; i < 50; i++) inodes.set(`entry ${i}`, new File([]));
    const names = [...inodes.keys()];
    const seen = list(g, THERE, size, (found) => {
      for (const name of found) if (name.startsWith('entry')) g.ok('path_unlink_file', THERE, name);
    });
    assert.equal(seen, ['.', '..', ...names]);
    const after = list(g, THERE, size);
    assert.ok(size === 4096 || after.length < 10, `the next listing sees what is left: ${after.length}`);
  });
}

withTree('a listing has types and inode numbers', (g, inodes) => {
  const { entries } = g.readdir(THERE);
  const dir = entries.find(({ name }) => name === 'dir')!;
  assert.equal([dir.type, dir.ino], [FILETYPE.DIRECTORY, inodes.get('dir')!.ino]);
  assert.equal(list(g, g.open('dir', { dir: THERE })), ['.', '..', 'in']);
  assert.equal(g.readdir(THERE, 4096, 2n ** 63n).entries, []);
  assert.is(g.call('fd_readdir', g.open('a', { dir: THERE }), DATA, 64, 0, OUT), 'ENOTDIR');
});

withTree('what exists is not made again', (g, inodes) => {
  assert.is(g.call('path_create_directory', THERE, 'dir'), 'EEXIST');
  assert.is(g.call('path_create_directory', THERE, 'a'), 'EEXIST');
  assert.is(g.call('path_create_directory', THERE, 'a/'), 'EEXIST');
  assert.is(g.call('path_create_directory', THERE, 'a/b'), 'ENOTDIR');
  assert.is(g.call('path_create_directory', THERE, 'b/c'), 'ENOENT');
  g.ok('path_create_directory', THERE, 'b/');
  assert.instance(inodes.get('b'), Directory);
  assert.is(g.call('path_link', THERE, 0, 'a', THERE, 'fixed'), 'EEXIST');
  assert.is(textOf(inodes.get('fixed')), 'fixed');
  assert.is(g.call('path_link', THERE, 0, 'none', THERE, 'fixed'), 'ENOENT');
  assert.is(g.call('path_link', THERE, 0, 'dir', THERE, 'hard'), 'EPERM');
  g.ok('path_link', THERE, 0, 'a', THERE, 'hard');
  assert.is(inodes.get('hard'), inodes.get('a'));
});

withTree('opening: flags and directories', (g, inodes) => {
  const both = OFLAGS.CREAT | OFLAGS.DIRECTORY;
  assert.is(g.tryOpen('new', { dir: THERE, oflags: both }), 'EINVAL');
  assert.is(g.tryOpen('new/', CREATE), 'EISDIR');
  assert.not.ok(inodes.has('new'));
  assert.is(g.tryOpen('a', { ...CREATE, oflags: OFLAGS.CREAT | OFLAGS.EXCL }), 'EEXIST');
  assert.is(g.read(g.open('a', { dir: THERE, oflags: OFLAGS.EXCL })), 'hello');
  assert.is(g.tryOpen('dir', { dir: THERE, rights: READ_WRITE }), 'EISDIR');
  assert.is(g.tryOpen('dir', { dir: THERE, oflags: OFLAGS.CREAT }), 'EISDIR');
  assert.is(g.tryOpen('dir', { dir: THERE, oflags: OFLAGS.TRUNC }), 'EISDIR');
  assert.is(g.tryOpen('a', { dir: THERE, oflags: OFLAGS.DIRECTORY }), 'ENOTDIR');
  assert.is(g.tryOpen('none', { dir: THERE }), 'ENOENT');
  assert.is(g.read(g.open('in', { dir: g.open('dir', { dir: THERE }) })), 'in');
  g.open('a', { dir: THERE, oflags: OFLAGS.TRUNC, rights: READ_WRITE });
  assert.is(textOf(inodes.get('a')), '');
});

withTree('no path leads out, and the empty one nowhere', (g) => {
  assert.is(g.tryOpen('../x', { dir: THERE }), 'ENOTCAPABLE');
  assert.is(g.tryOpen('/a', { dir: THERE }), 'ENOTCAPABLE');
  assert.is(g.call('path_unlink_file', THERE, '..'), 'ENOTCAPABLE');
  assert.is(g.tryOpen('', { dir: THERE }), 'ENOENT');
  assert.is(g.call('path_filestat_get', THERE, 0, '', OUT), 'ENOENT');
  assert.is(g.call('path_create_directory', THERE, ''), 'ENOENT');
  assert.is(g.call('path_unlink_file', THERE, ''), 'ENOENT');
  assert.is(g.call('path_remove_directory', THERE, ''), 'ENOENT');
  assert.is(g.call('path_readlink', THERE, '', DATA, 9, OUT), 'ENOENT');
  assert.is(g.call('path_link', THERE, 0, '', THERE, 'x'), 'ENOENT');
  assert.is(g.call('path_link', THERE, 0, 'a', THERE, ''), 'ENOENT');
  assert.is(g.call('path_rename', THERE, 'a', THERE, ''), 'ENOENT');
  assert.is(g.call('path_rename', THERE, '', THERE, 'x'), 'ENOENT');
});

withTree('removal', (g, inodes) => {
  assert.is(g.call('path_remove_directory', THERE, 'dir'), 'ENOTEMPTY');
  assert.is(g.call('path_remove_directory', THERE, 'a'), 'ENOTDIR');
  assert.is(g.call('path_unlink_file', THERE, 'dir'), 'EISDIR');
  assert.is(g.call('path_unlink_file', THERE, 'none'), 'ENOENT');
  const fd = g.open('a', { dir: THERE, rights: READ_WRITE });
  g.ok('path_unlink_file', THERE, 'a');
  assert.is(g.write(fd, 'J'), 1);
  assert.is(g.pread(fd, 0), 'Jello');
  g.ok('path_unlink_file', THERE, 'dir/in');
  g.ok('path_remove_directory', THERE, 'dir');
  assert.equal([...inodes.keys()], ['fixed']);
});

withTree('renames', (g, inodes) => {
  const a = inodes.get('a');
  g.ok('path_rename', THERE, 'a', THERE, 'fixed');
  assert.is(inodes.get('fixed'), a);
  assert.is(g.call('path_rename', THERE, 'none', THERE, 'x'), 'ENOENT');
  assert.is(g.call('path_rename', THERE, 'fixed', THERE, 'dir'), 'EISDIR');
  assert.is(g.call('path_rename', THERE, 'fixed', THERE, 'x/'), 'ENOTDIR');
  assert.is(g.call('path_rename', THERE, 'dir', THERE, 'fixed'), 'ENOTDIR');
  assert.is(g.call('path_rename', THERE, 'dir/', THERE, 'none/x'), 'ENOENT');
  assert.is(g.stat('dir/in', true, THERE).size, 2n, 'what could not be moved is where it was');
  g.ok('path_rename', THERE, 'dir/', THERE, 'moved/');
  assert.is(g.stat('moved/in', true, THERE).size, 2n);
  g.ok('path_create_directory', THERE, 'empty');
  assert.is(g.call('path_rename', THERE, 'empty', THERE, 'moved'), 'ENOTEMPTY');
  g.ok('path_rename', THERE, 'moved', THERE, 'empty');
  assert.equal([...inodes.keys()].sort(), ['empty', 'fixed']);
});

withTree('a rename of a file to another of its names, or to its own, changes nothing', (g, inodes) => {
  g.ok('path_link', THERE, 0, 'a', THERE, 'b');
  g.ok('path_rename', THERE, 'a', THERE, 'b');
  g.ok('path_rename', THERE, 'a', THERE, './a');
  assert.equal([...inodes.keys()].sort(), ['a', 'b', 'dir', 'fixed']);
});

withTree('a directory cannot be moved into itself', (g, inodes) => {
  g.ok('path_create_directory', THERE, 'dir/deep');
  const deep = g.open('dir/deep', { dir: THERE });
  assert.is(g.call('path_rename', THERE, 'dir', THERE, 'dir/x'), 'EINVAL');
  assert.is(g.call('path_rename', THERE, 'dir', deep, 'x'), 'EINVAL');
  assert.is(g.call('path_rename', THERE, 'dir', deep, 'x/'), 'EINVAL');
  assert.ok(inodes.has('dir'));
  g.ok('path_rename', THERE, 'a', deep, 'x');
  assert.is(g.stat('dir/deep/x', true, THERE).size, 5n);
});

withTree('names do not move between ours and theirs', (g, inodes) => {
  assert.is(g.call('path_rename', THERE, 'a', ROOT, 'a'), 'EXDEV');
  assert.is(g.call('path_rename', ROOT, 'ours', THERE, 'ours'), 'EXDEV');
  assert.is(g.call('path_link', THERE, 0, 'a', ROOT, 'a'), 'EXDEV');
  assert.is(g.call('path_link', ROOT, 0, 'ours', THERE, 'ours'), 'EXDEV');
  assert.is(g.call('path_link', THERE, 0, 'none', ROOT, 'a'), 'ENOENT');
  assert.equal([...inodes.keys()], ['a', 'fixed', 'dir']);
  assert.equal(g.volume.readdirSync('/'), ['ours']);
});

withTree('what an Fd has no method for', (g) => {
  assert.is(g.call('path_symlink', 'a', THERE, 'link'), 'ENOTSUP');
  assert.is(g.call('path_symlink', 'a', THERE, 'fixed'), 'EEXIST');
  assert.is(g.call('path_readlink', THERE, 'a', DATA, 9, OUT), 'EINVAL');
  assert.is(g.call('path_readlink', THERE, 'none', DATA, 9, OUT), 'ENOENT');
  assert.is(g.call('path_filestat_set_times', THERE, 0, 'a', 1, 1, 5), 'ENOTSUP');
  assert.is(g.call('path_filestat_set_times', THERE, 0, 'none', 1, 1, 5), 'ENOENT');
  assert.is(g.call('fd_filestat_set_times', g.open('a', { dir: THERE }), 1, 1, 5), 'ENOTSUP');
});

test("a user's directory: times and symlinks reach the Fd that has them", () => {
  const calls: unknown[] = [];
  class Full extends PreopenDirectory {
    override path_readlink(path: string): { ret: number; data: string | null } {
      return { ret: 0, data: `target of ${path}` };
    }
    override path_filestat_set_times(...args: [number, string, bigint, bigint, number]): number {
      calls.push(args);
      return 0;
    }
    override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat | null } {
      return { ret: wasi.ERRNO_NOTSUP, fdstat: null };
    }
  }
  const preopens: GuestOptions['preopens'] = (server) => ({ '/': server, '/there': new Full('x', new Map()) });
  run({ preopens }, (g) => {
    assert.is(g.fdstat(THERE).fs_filetype, BigInt(FILETYPE.DIRECTORY), 'a preopen is a directory');
    g.ok('path_readlink', THERE, 'l', DATA, 100, OUT);
    assert.is(g.text(DATA, g.u32()), 'target of l');
    g.ok('path_filestat_set_times', THERE, 1, 'f', 3_000_000_004n, 5n, 1 | 8);
    assert.equal(calls, [[1, 'f', 3_000_000_004n, 5n, 1 | 8]]);
  });
});

test.run();
