// Tests the methods of MountedDirectory and of the Fds that it opens.
import { Directory, Fd, File, PreopenDirectory, WASI as Theirs, wasi } from '@bjorn3/browser_wasi_shim';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI_ERRNO as W } from '../../vfs/linux/errno.ts';
import { FDFLAGS, FILETYPE, FSTFLAGS, OFLAGS, WHENCE } from '../preview1/abi/structs.ts';
import { RIGHTS, RIGHTS_ALL, RIGHTS_DIRECTORY, fileRights } from '../preview1/abi/rights.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { utf8 } from '../../testing/test-guest.ts';
import { MountedDirectory } from './directory.ts';
import { OpenMountedDirectory } from './open-directory.ts';
import { StdoutText, input, instantiate, tourModule } from './testing.ts';

const READ = BigInt(RIGHTS.FD_READ);
const WRITE = BigInt(RIGHTS.FD_WRITE);
const BOTH = READ | WRITE;
const ALL = BigInt(RIGHTS_ALL);

const decoder = new TextDecoder();

/** A test with a mounted volume, whose server must be at rest afterwards. */
function withMount(name: string, body: (dir: MountedDirectory, volume: Volume) => void | Promise<void>): void {
  test(name, async () => {
    const volume = Volume.fromJSON({ '/a': 'hello', '/dir/in': 'in', '/empty': null });
    const dir = new MountedDirectory('/mnt', volume);
    await body(dir, volume);
    dir.close();
    assert.equal(dir.server.inspect(), AT_REST);
  });
}

/** Opens a path that must exist. */
function open(dir: Fd, path: string, rights = READ, oflags = 0, fdflags = 0): Fd {
  const { ret, fd_obj } = dir.path_open(1, path, oflags, rights, ALL, fdflags);
  assert.is(ret, 0, `open ${path}`);
  return fd_obj!;
}

function tryOpen(dir: Fd, path: string, rights = READ, oflags = 0, fdflags = 0): number {
  const { ret, fd_obj } = dir.path_open(1, path, oflags, rights, ALL, fdflags);
  assert.is(fd_obj === null, ret !== 0);
  return ret;
}

function read(fd: Fd, size = 100): string {
  const { ret, data } = fd.fd_read(size);
  assert.is(ret, 0);
  return decoder.decode(data);
}

function names(fd: Fd): string[] {
  const found: string[] = [];
  for (let cookie = 0n; ;) {
    const { ret, dirent } = fd.fd_readdir_single(cookie);
    assert.is(ret, 0);
    if (dirent === null) return found;
    found.push(decoder.decode(dirent.dir_name));
    cookie = dirent.d_next;
  }
}

/** path_rename as in the WASI class of 0.4.2. */
function rename(from: Fd, path: string, to: Fd, newPath: string): number {
  const { ret, inode_obj } = from.path_unlink(path);
  if (inode_obj === null) return ret;
  const errno = to.path_link(newPath, inode_obj, true);
  if (errno !== 0) assert.is(from.path_link(path, inode_obj, true), 0, 'it throws when this fails');
  return errno;
}

/** path_link as in the WASI class of 0.4.2. */
function link(from: Fd, flags: number, path: string, to: Fd, newPath: string): number {
  const { ret, inode_obj } = from.path_lookup(path, flags);
  return inode_obj === null ? ret : to.path_link(newPath, inode_obj, false);
}

withMount('files: data, offsets and sizes', (dir, volume) => {
  const fd = open(dir, 'a', BOTH);
  assert.is(read(fd, 2), 'he');
  assert.equal(fd.fd_tell(), { ret: 0, offset: 2n });
  assert.equal(fd.fd_write(utf8('LL')), { ret: 0, nwritten: 2 });
  assert.equal(fd.fd_seek(-1n, WHENCE.END), { ret: 0, offset: 4n });
  assert.equal(fd.fd_seek(-1n, WHENCE.SET), { ret: W.EINVAL, offset: 0n });
  assert.is(decoder.decode(fd.fd_pread(3, 1n).data), 'eLL');
  assert.is(fd.fd_pread(3, -1n).ret, W.EINVAL);
  assert.equal(fd.fd_pwrite(utf8('!'), 6n), { ret: 0, nwritten: 1 });
  assert.is(fd.fd_pwrite(utf8('!'), -6n).ret, W.EINVAL);
  assert.is(volume.readFileSync('/a', 'utf8'), 'heLLo\0!');
  assert.is(fd.fd_filestat_set_size(3n), 0);
  assert.is(fd.fd_filestat_set_size(-3n), W.EINVAL);
  assert.is(fd.fd_allocate(0n, 4n), 0);
  assert.is(fd.fd_allocate(0n, 0n), W.EINVAL);
  assert.is(fd.fd_sync(), 0);
  assert.is(volume.readFileSync('/a', 'utf8'), 'heL\0');
  assert.is(fd.fd_readdir_single(0n).ret, W.ENOTDIR);
});

withMount('a read of more than there is allocates what there is', (dir, volume) => {
  volume.writeFileSync('/big', new Uint8Array(3 << 20).fill(7));
  const fd = open(dir, 'big');
  const { data } = fd.fd_read(0xffff_ffff);
  assert.is(data.length, 3 << 20);
  assert.is(data.buffer.byteLength, 3 << 20);
  assert.is(fd.fd_pread(2 << 20, 2n << 20n).data.length, 1 << 20);
  assert.equal(fd.fd_read(0xffff_ffff), { ret: 0, data: new Uint8Array(0) });
});

withMount('a file allows the operations that it was opened for, and no others', (dir) => {
  const reader = open(dir, 'a');
  assert.equal(reader.fd_write(utf8('x')), { ret: W.EBADF, nwritten: 0 });
  assert.is(reader.fd_pwrite(utf8('x'), 0n).ret, W.EBADF);
  assert.is(reader.fd_filestat_set_size(0n), W.EINVAL);
  assert.is(open(dir, 'a', WRITE).fd_read(1).ret, W.EBADF);
  assert.is(tryOpen(dir, 'dir', WRITE), W.EISDIR);
  assert.is(tryOpen(dir, 'a', READ, OFLAGS.DIRECTORY), W.ENOTDIR);
  assert.is(tryOpen(dir, 'a', WRITE, OFLAGS.CREAT | OFLAGS.EXCL), W.EEXIST);
  assert.is(tryOpen(dir, 'a', WRITE, 64), W.EINVAL);
  assert.is(tryOpen(dir, 'a', WRITE, 0, 64), W.EINVAL);
  assert.is(tryOpen(dir, '../a'), W.ENOTCAPABLE);
  assert.is(tryOpen(dir, '/a'), W.ENOTCAPABLE);
  assert.is(tryOpen(dir, ''), W.ENOENT);
  assert.is(tryOpen(dir, 'a\0b'), W.EINVAL);
});

withMount('fdstat returns real rights, which can be dropped', (dir) => {
  const { fdstat } = dir.fd_fdstat_get();
  assert.equal(
    [fdstat!.fs_filetype, fdstat!.fs_rights_base, fdstat!.fs_rights_inherited],
    [FILETYPE.DIRECTORY, BigInt(RIGHTS_DIRECTORY), ALL],
  );
  const file = open(dir, 'a', BOTH, 0, FDFLAGS.APPEND);
  assert.is(file.fd_fdstat_get().fdstat!.fs_rights_base, BigInt(fileRights(true, true)));
  assert.is(file.fd_fdstat_get().fdstat!.fs_flags, FDFLAGS.APPEND);
  assert.is(file.fd_fdstat_set_flags(64), W.EINVAL);
  assert.is(file.fd_fdstat_set_flags(0), 0);
  assert.is(file.fd_fdstat_get().fdstat!.fs_flags, 0);
  assert.is(file.fd_fdstat_set_rights(READ, 0n), 0);
  assert.is(file.fd_sync(), W.ENOTCAPABLE);
  assert.is(file.fd_seek(0n, 0).ret, W.ENOTCAPABLE);
  assert.is(file.fd_fdstat_set_rights(BOTH, 0n), W.ENOTCAPABLE);
  const sub = open(dir, 'dir');
  assert.is(sub.fd_fdstat_set_rights(BigInt(RIGHTS.PATH_OPEN), READ), 0);
  assert.is(tryOpen(sub, 'in', BOTH), W.ENOTCAPABLE);
  assert.is(tryOpen(sub, 'new', READ, OFLAGS.CREAT), W.ENOTCAPABLE);
  assert.is(sub.path_unlink_file('in'), W.ENOTCAPABLE);
  assert.is(sub.path_lookup('in', 0).ret, W.ENOTCAPABLE);
  assert.is(sub.fd_readdir_single(0n).ret, W.ENOTCAPABLE);
});

withMount('a descriptor made of a directory has no more rights than that', (dir) => {
  const two = READ | BigInt(RIGHTS.PATH_OPEN);
  const sub = open(dir, 'dir') as OpenMountedDirectory;
  for (const fd of [sub, dir]) {
    assert.is(fd.fd_fdstat_set_rights(two, two), 0);
    const d = fd.toDescriptor();
    assert.equal([d.rightsBase, d.rightsInheriting], [Number(two), Number(two)]);
    d.close();
    const below = open(fd, '.', 0n);
    assert.is(below.path_unlink_file('in'), W.ENOTCAPABLE);
    assert.is(below.path_create_directory('new'), W.ENOTCAPABLE);
  }
});

withMount('data moves only with the right to', (dir) => {
  const calls: Record<string, readonly [right: number, call: (fd: Fd) => number]> = {
    read: [RIGHTS.FD_READ, (fd) => fd.fd_read(1).ret],
    pread: [RIGHTS.FD_READ, (fd) => fd.fd_pread(1, 0n).ret],
    'pread, to seek': [RIGHTS.FD_SEEK, (fd) => fd.fd_pread(1, 0n).ret],
    write: [RIGHTS.FD_WRITE, (fd) => fd.fd_write(utf8('x')).ret],
    pwrite: [RIGHTS.FD_WRITE, (fd) => fd.fd_pwrite(utf8('x'), 0n).ret],
    'pwrite, to seek': [RIGHTS.FD_SEEK, (fd) => fd.fd_pwrite(utf8('x'), 0n).ret],
  };
  for (const [name, [right, call]] of Object.entries(calls)) {
    const fd = open(dir, 'a', BOTH);
    const all = fd.fd_fdstat_get().fdstat!.fs_rights_base;
    assert.is(fd.fd_fdstat_set_rights(all & ~BigInt(right), 0n), 0);
    assert.is(call(fd), W.ENOTCAPABLE, name);
  }
});

withMount('filestat is written as the ABI has it', (dir) => {
  assert.is(dir.path_filestat_set_times(0, 'a', 1_000_000_002n, 3_000_000_004n, FSTFLAGS.ATIM | FSTFLAGS.MTIM), 0);
  assert.is(dir.path_filestat_set_times(0, 'a', 0n, 0n, FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW), W.EINVAL);
  const { filestat } = dir.path_filestat_get(1, 'a');
  const bytes = new DataView(new ArrayBuffer(80));
  new Uint8Array(bytes.buffer).fill(0xee);
  filestat!.write_bytes(bytes, 8);
  const field = (offset: number) => bytes.getBigUint64(8 + offset, true);
  assert.equal(
    [field(16), field(24), field(32), field(40), field(48)],
    [BigInt(FILETYPE.REGULAR_FILE), 1n, 5n, 1_000_000_002n, 3_000_000_004n],
  );
  assert.is(field(0), filestat!.dev);
  assert.is(field(8), filestat!.ino);
  assert.is(field(56), filestat!.ctim);
  assert.is(field(64), 0xeeeeeeeeeeeeeeeen, 'nothing behind it');
  assert.is(bytes.getBigUint64(0, true), 0xeeeeeeeeeeeeeeeen, 'nothing before it');
  const file = open(dir, 'a');
  assert.equal({ ...file.fd_filestat_get().filestat }, { ...filestat });
  assert.is(file.fd_filestat_set_times(5n, 6n, FSTFLAGS.MTIM), 0);
  assert.equal([file.fd_filestat_get().filestat!.atim, file.fd_filestat_get().filestat!.mtim], [1_000_000_002n, 6n]);
  assert.equal(dir.path_filestat_get(1, 'none'), { ret: W.ENOENT, filestat: null });
  assert.is(dir.path_filestat_get(2, 'a').ret, W.EINVAL);
});

withMount('a listing, entry by entry', (dir, volume) => {
  for (let i = 0; i < 500; i++) volume.writeFileSync(`/dir/file number ${i}`, '');
  const sub = open(dir, 'dir');
  assert.is(names(sub).length, 503);
  const first = sub.fd_readdir_single(0n).dirent!;
  const second = sub.fd_readdir_single(first.d_next).dirent!;
  const third = sub.fd_readdir_single(second.d_next).dirent!;
  assert.equal({ ...sub.fd_readdir_single(second.d_next).dirent }, { ...third }, 'the same again');
  assert.equal({ ...sub.fd_readdir_single(first.d_next).dirent }, { ...second }, 'and one from before');
  const stat = dir.path_filestat_get(0, `dir/${decoder.decode(third.dir_name)}`).filestat!;
  assert.equal([third.d_ino, third.d_type, third.d_namlen], [stat.ino, stat.filetype, third.dir_name.length]);
});

withMount('each entry is seen once while entries are removed', (dir, volume) => {
  for (let i = 0; i < 300; i++) volume.writeFileSync(`/dir/${i}`, '');
  const sub = open(dir, 'dir');
  let removed = 0;
  for (let cookie = 0n; ;) {
    const { dirent } = sub.fd_readdir_single(cookie);
    if (dirent === null) break;
    cookie = dirent.d_next;
    const name = decoder.decode(dirent.dir_name);
    if (name.startsWith('.')) continue;
    assert.is(sub.path_unlink_file(name), 0, name);
    removed++;
  }
  assert.is(removed, 301);
  assert.equal(names(sub), ['.', '..']);
});

withMount('directories, links and what the paths say', (dir, volume) => {
  assert.is(dir.path_create_directory('new'), 0);
  assert.is(dir.path_create_directory('new'), W.EEXIST);
  assert.is(dir.path_remove_directory('dir'), W.ENOTEMPTY);
  assert.is(dir.path_remove_directory('new'), 0);
  assert.is(dir.path_unlink_file('dir'), W.EISDIR);
  volume.symlinkSync('a', '/s');
  assert.equal(dir.path_readlink('s'), { ret: 0, data: 'a' });
  assert.equal(dir.path_readlink('a'), { ret: W.EINVAL, data: null });
  assert.is(dir.path_filestat_get(0, 's').filestat!.filetype, FILETYPE.SYMBOLIC_LINK);
  assert.is(dir.path_filestat_get(1, 's').filestat!.filetype, FILETYPE.REGULAR_FILE);
  assert.is(link(dir, 0, 'a', dir, 'dir/hard'), 0);
  assert.is(dir.path_filestat_get(1, 'a').filestat!.nlink, 2n);
  assert.is(link(dir, 0, 'a', dir, 'dir/hard'), W.EEXIST);
  assert.is(link(dir, 0, 'dir', dir, 'x'), W.EPERM);
  assert.is(link(dir, 0, 'none', dir, 'x'), W.ENOENT);
  assert.is(link(dir, 0, 's', dir, 'of-symlink'), 0);
  assert.is(dir.path_readlink('of-symlink').data, 'a');
  assert.is(link(dir, 1, 's', dir, 'of-target'), 0);
  assert.is(dir.path_filestat_get(0, 'of-target').filestat!.nlink, 3n);
});

withMount('renames are the server’s', (dir, volume) => {
  const sub = open(dir, 'dir');
  const file = open(dir, 'a');
  const { ino } = dir.path_filestat_get(0, 'a').filestat!;
  assert.is(rename(dir, 'a', sub, 'in'), 0);
  assert.is(sub.path_filestat_get(0, 'in').filestat!.ino, ino);
  assert.not.ok(volume.existsSync('/a'));
  assert.is(read(file), 'hello');
  assert.is(rename(dir, 'none', sub, 'x'), W.ENOENT);
  assert.is(rename(dir, 'dir', dir, 'empty'), 0);
  assert.is(rename(dir, 'empty', dir, 'empty/x'), W.EINVAL);
  assert.is(rename(dir, 'empty/in', dir, 'none/x'), W.ENOENT);
  assert.is(rename(dir, 'empty/in', dir, 'empty'), W.ENOTEMPTY);
  assert.is(rename(dir, 'empty', dir, 'empty'), 0);
  assert.is(rename(dir, '.', dir, 'x'), W.EBUSY);
  assert.is(rename(dir, '.', dir, '.'), W.EBUSY);
  assert.is(rename(dir, '../x', dir, 'x'), W.ENOTCAPABLE);
  assert.is(rename(dir, 'empty', dir, '../x'), W.ENOTCAPABLE);
  assert.equal(volume.readdirSync('/'), ['empty']);
  assert.is(volume.readFileSync('/empty/in', 'utf8'), 'hello');
});

withMount('a file that was unlinked while its rename was on the way', (dir) => {
  const { inode_obj } = dir.path_unlink('a');
  assert.is(dir.path_unlink_file('a'), 0);
  assert.is(dir.path_link('b', inode_obj!), W.ENOENT);
  assert.is(inode_obj!.stat().filetype, FILETYPE.UNKNOWN);
  assert.is(inode_obj!.path_open(0, READ, 0).ret, W.ENOENT);
});

withMount('a rename between two mounts moves nothing', (dir, volume) => {
  const other = new MountedDirectory('/other', volume);
  assert.is(rename(dir, 'a', other, 'b'), W.EXDEV);
  assert.is(link(dir, 0, 'a', other, 'b'), W.EXDEV);
  other.close();
  const theirs = new PreopenDirectory('/x', new Map([['f', new File(utf8('f'))]]));
  assert.is(rename(theirs, 'f', dir, 'b'), W.EXDEV);
  assert.is(link(theirs, 0, 'f', dir, 'b'), W.EXDEV);
  assert.ok(theirs.dir.contents.has('f'));
  assert.equal(volume.readdirSync('/'), ['a', 'dir', 'empty']);
});

withMount('a name given to a directory of theirs is a view of ours', (dir, volume) => {
  const theirs = new Directory([]);
  const preopen = new PreopenDirectory('/x', theirs.contents);
  assert.is(rename(dir, 'a', preopen, 'b'), 0, 'their path_link cannot refuse it');
  assert.ok(volume.existsSync('/a'), 'and it has not gone');
  assert.is(read(open(preopen, 'b')), 'hello');
  assert.is(preopen.path_filestat_get(0, 'b').filestat!.size, 5n);
});

withMount('closing: a file once, the directory as often as one likes, then the session', (dir, volume) => {
  const file = open(dir, 'a');
  const sub = open(dir, 'dir');
  const left = open(dir, 'a', BOTH);
  dir.path_unlink_file('a');
  assert.equal(names(sub), ['.', '..', 'in']);
  assert.is(dir.server.inspect().fids, 6, 'root, directory, two files, a directory and its listing');
  assert.is(file.fd_close(), 0);
  assert.is(file.fd_close(), W.EBADF);
  assert.is(file.fd_read(1).ret, W.EBADF);
  assert.is(file.fd_filestat_get().ret, W.EBADF);
  assert.is(sub.fd_close(), 0);
  assert.is(sub.path_unlink_file('in'), W.EBADF);
  assert.is(sub.fd_fdstat_get().ret, W.EBADF);
  assert.is(dir.fd_close(), 0);
  assert.is(dir.fd_close(), 0);
  assert.is(dir.server.inspect().fids, 2, 'root and the file that was left');
  assert.is(dir.server.inspect().orphans, 1);
  assert.equal(names(dir), ['.', '..', 'dir', 'empty'], 'it can be used again');
  dir.close();
  assert.equal(dir.server.inspect(), AT_REST);
  assert.is(dir.fd_fdstat_get().ret, W.EBADF);
  assert.is(dir.fd_prestat_get().ret, W.EBADF);
  assert.is(dir.fd_close(), W.EBADF);
  assert.is(left.fd_read(1).ret, W.EIO);
  assert.throws(() => dir.toDescriptor(), 'closed');
  assert.ok(volume.existsSync('/dir/in'));
});

withMount('as a preopen and as a directory', (dir) => {
  const { ret, prestat } = dir.fd_prestat_get();
  assert.is(ret, 0);
  assert.is(decoder.decode(prestat!.inner.pr_name), '/mnt');
  assert.instance(dir, Fd);
  const sub = open(dir, 'dir');
  assert.instance(sub, OpenMountedDirectory);
  assert.is(sub.fd_prestat_get().ret, W.EBADF);
  assert.is(sub.fd_seek(0n, 0).ret, W.ENOTCAPABLE);
  assert.is(sub.fd_tell().ret, W.ENOTCAPABLE);
  assert.is(sub.fd_read(1).ret, W.EISDIR);
  assert.is(sub.fd_write(utf8('x')).ret, W.EBADF);
  assert.is(sub.path_rename('in', 3, 'out'), wasi.ERRNO_NOTSUP, 'a number of a table that it does not know');
});

withMount('their WASI class: what a program leaves open lasts until close()', async (dir, volume) => {
  const out = new StdoutText();
  const shell = new Theirs(['tour', '/mnt', 'leave', 'exit'], [], [input(), out.fd, out.fd, dir], { debug: false });
  assert.is(shell.start(instantiate(await tourModule(), shell.wasiImport)), 7);
  assert.is(dir.server.inspect().orphans, 1);
  assert.equal(volume.readdirSync('/'), ['a', 'dir', 'empty']);
});

test.run();
