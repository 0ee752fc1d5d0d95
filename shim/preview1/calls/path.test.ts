// Tests the path_* calls: flags, symlinks, trailing slashes and errnos as on Linux.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FILETYPE, OFLAGS } from '../abi/structs.ts';
import { RIGHTS, RIGHTS_ALL } from '../abi/rights.ts';
import type { CallName } from '../abi/signatures.ts';
import { DATA, OUT, READ, READ_WRITE, ROOT, WRITE, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const FILES = { files: { '/f': '0123456789', '/d/e/x': 'x', '/d/y': 'yy' } };
const CREATE = { oflags: OFLAGS.CREAT, rights: WRITE };

/** Returns the target of a symlink, or the name of an errno. */
function readlink(g: TestGuest, path: string, size = 100): string {
  const errno = g.call('path_readlink', ROOT, path, OUT + 8, size, OUT);
  return errno === 'ok' ? g.text(OUT + 8, g.u32()) : errno;
}

withGuest('path_open makes, truncates, and refuses', FILES, (g) => {
  assert.is(g.read(g.open('d/e/x')), 'x');
  assert.is(g.tryOpen('new'), 'ENOENT');
  assert.is(g.tryOpen('no/new', CREATE), 'ENOENT');
  assert.is(g.tryOpen('f/new', CREATE), 'ENOTDIR');
  g.write(g.open('new', CREATE), 'made');
  assert.is(g.volume.readFileSync('/new', 'utf8'), 'made');
  assert.is(g.tryOpen('new', { oflags: OFLAGS.CREAT | OFLAGS.EXCL }), 'EEXIST');
  g.open('new', { oflags: OFLAGS.TRUNC, rights: WRITE });
  assert.is(g.stat('new').size, 0n);
  assert.is(g.tryOpen('f', { oflags: OFLAGS.DIRECTORY }), 'ENOTDIR');
  assert.is(g.tryOpen('d', { rights: READ_WRITE }), 'EISDIR');
  assert.is(g.tryOpen('d', { oflags: OFLAGS.TRUNC }), 'EISDIR');
  assert.is(g.tryOpen('d', { oflags: OFLAGS.CREAT }), 'EISDIR');
  assert.is(g.tryOpen('d', { oflags: OFLAGS.CREAT | OFLAGS.DIRECTORY }), 'EINVAL');
  assert.is(g.fdstat(g.open('d', { oflags: OFLAGS.DIRECTORY })).fs_filetype, BigInt(FILETYPE.DIRECTORY));
});

/** Calls on a path with a trailing slash, and the answers of Linux. `l` links to f, `ld` to d, `dangling` to nothing. */
const SLASHES: readonly (readonly [call: CallName, from: string, to: string, answer: string])[] = [
  ['path_symlink', 't', 'f/', 'EEXIST'],
  ['path_symlink', 't', 'd/', 'EEXIST'],
  ['path_symlink', 't', 'none/', 'ENOENT'],
  ['path_symlink', 't', 'l/', 'EEXIST'],
  ['path_symlink', 't', 'ld/', 'EEXIST'],
  ['path_symlink', 't', 'dangling/', 'EEXIST'],
  ['path_symlink', 't', 'f/x', 'ENOTDIR'],
  ['path_symlink', 't', 'f/x/', 'ENOTDIR'],
  ['path_symlink', 't', 'f/.', 'ENOTDIR'],
  ['path_create_directory', '', 'f/', 'EEXIST'],
  ['path_create_directory', '', 'd/', 'EEXIST'],
  ['path_create_directory', '', 'l/', 'EEXIST'],
  ['path_create_directory', '', 'ld/', 'EEXIST'],
  ['path_create_directory', '', 'dangling/', 'EEXIST'],
  ['path_link', 'f', 'f/', 'EEXIST'],
  ['path_link', 'f', 'd/', 'EEXIST'],
  ['path_link', 'f', 'none/', 'ENOENT'],
  ['path_link', 'f', 'l/', 'EEXIST'],
  ['path_link', 'f', 'ld/', 'EEXIST'],
  ['path_link', 'f', 'dangling/', 'EEXIST'],
  ['path_link', 'f/', 'x', 'ENOTDIR'],
  ['path_link', 'l/', 'x', 'ENOTDIR'],
  ['path_link', 'd/', 'x', 'EPERM'],
  ['path_rename', 'f', 'f/', 'ENOTDIR'],
  ['path_rename', 'f', 'd/', 'ENOTDIR'],
  ['path_rename', 'f', 'none/', 'ENOTDIR'],
  ['path_rename', 'f/', 'x', 'ENOTDIR'],
  ['path_rename', 'd', 'f/', 'ENOTDIR'],
  ['path_rename', 'd/', 'f', 'ENOTDIR'],
  ['path_rename', 'd', 'ld/', 'ENOTDIR'],
  ['path_rename', 'f', 'l/', 'ENOTDIR'],
  ['path_rename', 'l/', 'x', 'ENOTDIR'],
  ['path_rename', 'ld/', 'x', 'ENOTDIR'],
  ['path_rename', 'd', 'dangling/', 'ENOTDIR'],
  ['path_unlink_file', '', 'f/', 'ENOTDIR'],
  ['path_unlink_file', '', 'd/', 'EISDIR'],
  ['path_unlink_file', '', 'l/', 'ENOTDIR'],
  ['path_unlink_file', '', 'ld/', 'ENOTDIR'],
  ['path_remove_directory', '', 'f/', 'ENOTDIR'],
  ['path_remove_directory', '', 'ld/', 'ENOTDIR'],
  ['path_remove_directory', '', 'l/', 'ENOTDIR'],
];

withGuest('a slash behind the last name', FILES, (g) => {
  for (const [name, target] of Object.entries({ l: 'f', ld: 'd', dangling: 'none' }))
    g.volume.symlinkSync(target, `/${name}`);
  const before = g.volume.toJSON();
  const args: Partial<Record<CallName, (from: string, to: string) => (string | number)[]>> = {
    path_symlink: (target, path) => [target, ROOT, path],
    path_link: (from, to) => [ROOT, 0, from, ROOT, to],
    path_rename: (from, to) => [ROOT, from, ROOT, to],
  };
  for (const [call, from, to, answer] of SLASHES) {
    const passed = args[call]?.(from, to) ?? [ROOT, to];
    assert.is(g.call(call, ...passed), answer, `${call} ${from} ${to}`);
  }
  assert.equal(g.volume.toJSON(), before);
});

withGuest('paths begin at a directory and nowhere else', FILES, (g) => {
  const f = g.open('f');
  for (const [dir, errno] of [
    [f, 'ENOTDIR'],
    [0, 'ENOTDIR'],
    [99, 'EBADF'],
    [-1, 'EBADF'],
  ] as const) {
    assert.is(g.tryOpen('f', { dir }), errno);
    assert.is(g.call('path_create_directory', dir, 'n'), errno);
    assert.is(g.call('path_filestat_get', dir, 0, 'f', OUT), errno);
    assert.is(g.call('path_filestat_set_times', dir, 0, 'f', 0, 0, 0), errno);
    assert.is(g.call('path_readlink', dir, 'f', OUT, 8, OUT), errno);
    assert.is(g.call('path_remove_directory', dir, 'd'), errno);
    assert.is(g.call('path_unlink_file', dir, 'f'), errno);
    assert.is(g.call('path_symlink', 'f', dir, 'n'), errno);
    assert.is(g.call('path_rename', dir, 'f', ROOT, 'n'), errno);
    assert.is(g.call('path_rename', ROOT, 'f', dir, 'n'), errno);
    assert.is(g.call('path_link', dir, 0, 'f', ROOT, 'n'), errno);
    assert.is(g.call('path_link', ROOT, 0, 'f', dir, 'n'), errno);
  }
  assert.is(g.stat('f').nlink, 1n);
});

withGuest('mkdir and rmdir', FILES, (g) => {
  g.ok('path_create_directory', ROOT, 'd/new/');
  assert.is(g.stat('d/new').filetype, BigInt(FILETYPE.DIRECTORY));
  assert.is(g.stat('d').nlink, 4n);
  assert.is(g.call('path_create_directory', ROOT, 'd/new'), 'EEXIST');
  assert.is(g.call('path_create_directory', ROOT, 'f'), 'EEXIST');
  assert.is(g.call('path_create_directory', ROOT, '.'), 'EEXIST');
  assert.is(g.call('path_remove_directory', ROOT, 'd'), 'ENOTEMPTY');
  assert.is(g.call('path_remove_directory', ROOT, 'f'), 'ENOTDIR');
  assert.is(g.call('path_remove_directory', ROOT, 'no'), 'ENOENT');
  g.ok('path_remove_directory', ROOT, 'd/new');
});

withGuest('unlink', FILES, (g) => {
  g.ok('path_unlink_file', ROOT, 'f');
  assert.is(g.call('path_unlink_file', ROOT, 'f'), 'ENOENT');
  assert.is(g.call('path_unlink_file', ROOT, 'd'), 'EISDIR');
  assert.is(g.call('path_unlink_file', ROOT, 'd/y/'), 'ENOTDIR');
  g.ok('path_symlink', 'nowhere', ROOT, 'link');
  g.ok('path_unlink_file', ROOT, 'link');
  assert.not(g.volume.existsSync('/f'));
});

withGuest('symlinks are made, read whole or cut, and stand for themselves unless followed', FILES, (g) => {
  g.ok('path_symlink', 'd/y', ROOT, 'link');
  assert.is(readlink(g, 'link'), 'd/y');
  assert.is(readlink(g, 'link', 2), 'd/');
  assert.is(readlink(g, 'link', 0), '');
  g.ok('path_readlink', ROOT, 'link', 0xffff_ff00, 0, OUT);
  assert.is(readlink(g, 'f'), 'EINVAL');
  assert.is(readlink(g, '.'), 'EINVAL');
  assert.is(readlink(g, 'no'), 'ENOENT');
  assert.is(g.stat('link', true).size, 2n);
  const link = g.stat('link', false);
  assert.is(link.filetype, BigInt(FILETYPE.SYMBOLIC_LINK));
  assert.is(link.size, 3n);
  assert.is(g.call('path_symlink', 'x', ROOT, 'link'), 'EEXIST');
  assert.is(g.call('path_symlink', '', ROOT, 'empty'), 'ENOENT');
  assert.is(g.call('path_symlink', '/abs', ROOT, 'abs'), 'ENOTCAPABLE');
  assert.is(g.call('path_symlink', 'x', ROOT, 'no/'), 'ENOENT');
  assert.is(g.read(g.open('link')), 'yy');
  g.ok('path_symlink', 'ünïcode', ROOT, 'u');
  assert.is(readlink(g, 'u'), 'ünïcode');
});

withGuest('hard links', FILES, (g) => {
  g.ok('path_link', ROOT, 0, 'f', ROOT, 'd/g');
  assert.equal(g.stat('d/g'), g.stat('f'));
  assert.is(g.stat('f').nlink, 2n);
  assert.is(g.call('path_link', ROOT, 0, 'f', ROOT, 'd/g'), 'EEXIST');
  assert.is(g.call('path_link', ROOT, 0, 'd', ROOT, 'd2'), 'EPERM');
  assert.is(g.call('path_link', ROOT, 0, 'no', ROOT, 'd/g'), 'ENOENT', 'the first path’s error first');
  assert.is(g.call('path_link', ROOT, 2, 'f', ROOT, 'h'), 'EINVAL');
  g.ok('path_symlink', 'f', ROOT, 'link');
  g.ok('path_link', ROOT, 0, 'link', ROOT, 'link2');
  assert.is(readlink(g, 'link2'), 'f');
  g.ok('path_link', ROOT, 1, 'link', ROOT, 'file3');
  assert.is(g.stat('file3', false).nlink, 3n);
});

withGuest('rename', FILES, (g) => {
  g.ok('path_rename', ROOT, 'f', ROOT, 'd/g');
  assert.is(g.tryOpen('f'), 'ENOENT');
  g.ok('path_rename', ROOT, 'd/g', ROOT, 'd/y');
  assert.is(g.read(g.open('d/y')), '0123456789');
  assert.is(g.call('path_rename', ROOT, 'no', ROOT, 'x'), 'ENOENT');
  assert.is(g.call('path_rename', ROOT, 'd/y', ROOT, 'd/e'), 'EISDIR');
  assert.is(g.call('path_rename', ROOT, 'd/e', ROOT, 'd/y'), 'ENOTDIR');
  g.ok('path_create_directory', ROOT, 'empty');
  assert.is(g.call('path_rename', ROOT, 'empty', ROOT, 'd/e'), 'ENOTEMPTY');
  g.ok('path_rename', ROOT, 'd/e', ROOT, 'empty');
  assert.is(g.read(g.open('empty/x')), 'x');
});

withGuest('opening through a removed directory', FILES, (g) => {
  const e = g.open('d/e');
  g.ok('path_unlink_file', e, 'x');
  g.ok('path_remove_directory', ROOT, 'd/e');
  assert.is(g.tryOpen('x', { dir: e, ...CREATE }), 'ENOENT');
  assert.is(g.call('path_create_directory', e, 'n'), 'ENOENT');
  assert.is(g.tryOpen('.', { dir: e }), 'ok');
  assert.is(g.fstat(e).nlink, 0n);
});

withGuest('unknown flags are EINVAL, and nothing is done', FILES, (g) => {
  const before = g.server.inspect();
  const open = (dirflags: number, oflags: number, fdflags: number) =>
    g.call('path_open', ROOT, dirflags, 'new', OFLAGS.CREAT | oflags, READ, READ, fdflags, OUT);
  const unknown = [
    [2, 0, 0],
    [0, 16, 0],
    [0, 0, 32],
    [-1, 0, 0],
    [0, 65536, 0],
    [0, 0, 65536],
  ] as const;
  for (const [dirflags, oflags, fdflags] of unknown) {
    assert.is(open(dirflags, oflags, fdflags), 'EINVAL', `${dirflags} ${oflags} ${fdflags}`);
  }
  assert.is(g.call('path_filestat_get', ROOT, 2, 'f', OUT), 'EINVAL');
  assert.is(g.call('path_filestat_set_times', ROOT, 2, 'f', 0, 0, 0), 'EINVAL');
  assert.not(g.volume.existsSync('/new'));
  assert.equal(g.server.inspect(), before);
});

withGuest('the operations of a descriptor follow from the requested rights', FILES, (g) => {
  const only = (rights: number) => g.open('f', { rights });
  assert.is(g.write(only(RIGHTS.FD_WRITE), '!'), 1);
  assert.is(g.read(only(RIGHTS.FD_READ), 2), '!1');
  assert.is(g.read(only(0)), 'EBADF');
  assert.is(g.read(only(RIGHTS.FD_FILESTAT_SET_SIZE)), 'EBADF');
  assert.is(g.call('fd_filestat_set_size', only(RIGHTS.FD_FILESTAT_SET_SIZE), 3), 'EINVAL');
  assert.is(g.call('fd_allocate', only(RIGHTS.FD_ALLOCATE), 0, 5), 'EBADF');
  // The rights of Go's os.Open.
  const go = only(
    RIGHTS_ALL & ~(RIGHTS.FD_DATASYNC | RIGHTS.FD_WRITE | RIGHTS.FD_ALLOCATE | RIGHTS.PATH_FILESTAT_SET_SIZE),
  );
  assert.equal([g.write(go, 'x'), g.call('fd_filestat_set_size', go, 1)], ['EBADF', 'EINVAL']);
  assert.is(g.read(go, 2), '!1');
  const all = 2n ** 64n - 1n;
  g.ok('path_open', ROOT, 0, 'f', 0, all, all, 0, OUT);
});

withGuest('O_CREAT through a dangling symlink makes its target', FILES, (g) => {
  g.ok('path_symlink', 'd/made', ROOT, 'link');
  assert.is(g.tryOpen('link', { ...CREATE, oflags: OFLAGS.CREAT | OFLAGS.EXCL }), 'EEXIST');
  assert.is(g.tryOpen('link', { ...CREATE, follow: false }), 'ELOOP');
  g.open('link', CREATE);
  assert.ok(g.volume.existsSync('/d/made'));
});

withGuest('a symlink whose target is not UTF-8 is followed, and its target is EILSEQ', FILES, (g) => {
  g.volume.mkdirSync('/d\udce9');
  g.volume.writeFileSync('/d\udce9/f', 'found');
  g.volume.symlinkSync('d\udce9/f', '/raw');
  assert.is(g.read(g.open('raw')), 'found');
  assert.is(g.call('path_readlink', ROOT, 'raw', DATA, 100, OUT), 'EILSEQ');
  assert.is(g.call('path_readlink', ROOT, 'raw', DATA, 1, OUT), 'EILSEQ');
  assert.is(g.tryOpen(Uint8Array.of(0x64, 0xe9)), 'EILSEQ');
  // The bytes of the lone surrogate in a lax UTF-8.
  assert.is(g.tryOpen(Uint8Array.of(0x64, 0xed, 0xb3, 0xa9)), 'EILSEQ');
});

test.run();
