// Tests Fds as directories: listings, and entries created, opened, renamed and removed by path.
import { Directory, File, PreopenDirectory, wasi, type Inode, type OpenDirectory } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FILETYPE, OFLAGS } from '../preview1/abi/structs.ts';
import { CREATE, THERE, run, textOf, withTree } from './testing.ts';
import { DATA, OUT, READ_WRITE, ROOT, type GuestOptions, type TestGuest } from '../../testing/test-guest.ts';

/** Lists all names with a buffer of `size` bytes; `each` gets the names of every call. */
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

withTree('a long listing looks at each entry once, and is what the methods tell', (g, inodes) => {
  let looks = 0;
  class Counted extends Map<string, Inode> {
    override entries(): MapIterator<[string, Inode]> {
      looks += this.size;
      return super.entries();
    }
    override [Symbol.iterator](): MapIterator<[string, Inode]> {
      return this.entries();
    }
  }
  const dir = new Directory(new Counted());
  for (let i = 0; i < 1000; i++) dir.contents.set(`f${i}`, i % 3 ? new File([]) : new Directory([]));
  inodes.set('long', dir);
  const listed: string[] = [];
  const open = dir.path_open(0, 0n, 0).fd_obj as OpenDirectory;
  for (let cookie = 0n; ; cookie++) {
    const { dirent } = open.fd_readdir_single(cookie);
    if (dirent === null) break;
    listed.push([dirent.d_next, dirent.d_ino, dirent.d_type, new TextDecoder().decode(dirent.dir_name)].join());
  }
  looks = 0;
  const { entries } = g.readdir(g.open('long', { dir: THERE }), 1 << 16);
  assert.equal(
    entries.map(({ next, ino, type, name }) => [next, ino, type, name].join()),
    listed,
  );
  assert.is(looks, 1000);
});

test('an Fd with a way of its own to list is asked by it', () => {
  class Hiding extends PreopenDirectory {
    override fd_readdir_single(cookie: bigint): ReturnType<PreopenDirectory['fd_readdir_single']> {
      return cookie < 2n ? super.fd_readdir_single(cookie) : { ret: 0, dirent: null };
    }
  }
  const there = new Hiding('x', new Map([['hidden', new File([])]]));
  run({ preopens: (server) => ({ '/': server, '/there': there }) }, (g) => {
    assert.equal(list(g, THERE), ['.', '..']);
  });
});

withTree('an existing name is not created again', (g, inodes) => {
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

withTree('a directory is moved however deep it is', (g, inodes) => {
  const top = new Directory([]);
  let leaf = top;
  for (let i = 0; i < 50_000; i++) {
    const next = new Directory([]);
    leaf.contents.set('d', next);
    leaf = next;
  }
  inodes.set('deep', top);
  g.ok('path_rename', THERE, 'deep', THERE, 'moved');
  assert.is(inodes.get('moved'), top);
  assert.is(g.call('path_rename', THERE, 'moved', THERE, 'moved/d/into'), 'EINVAL');
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

withTree('calls for which an Fd has no method', (g) => {
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
