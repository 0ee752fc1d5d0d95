// Trenameat, Trename, Tunlinkat, Tremove, Tlink and the other messages on names: errnos and effects.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AT_REMOVEDIR,
  O_DIRECTORY,
  O_RDONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
} from '../../linux/constants.ts';
import { E, errnoName } from '../../linux/errno.ts';
import { AT_REST } from '../../../testing/at-rest.ts';
import { MemfsStore } from '../../../testing/memfs-store.ts';
import { type RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

// The expected errnos are those of the same calls on tmpfs (Linux 6.18), except for `.` and `..`, which 9P does not use.

function tree(c: RawClient): void {
  for (const dir of ['d', 'd/e', 'd/e/g', 'empty', 'empty2']) c.mkdir(dir);
  c.file('f', 'f');
  c.file('h', 'h');
  c.file('d/x', 'x');
  c.link('f2', c.walk('f'));
  c.within('s', (dfid, name) => c.call('Tsymlink', { dfid, name, symtgt: 'f', gid: 0 }));
}

/** Renames by paths: the errno. */
function rename(c: RawClient, from: string, to: string): number {
  return c.within(from, (olddirfid, oldname) =>
    c.within(to, (newdirfid, newname) => c.errno('Trenameat', { olddirfid, oldname, newdirfid, newname })),
  );
}

const RENAMES: [from: string, to: string, errno: number][] = [
  ['f', 'h', 0],
  ['f', 'new', 0],
  ['f', 'f', 0],
  ['f', 'f2', 0],
  ['d', 'd', 0],
  ['f', 's', 0],
  ['s', 'h', 0],
  ['empty', 'empty2', 0],
  ['d', 'empty', 0],
  ['d/e', 'empty', 0],
  ['d/e', 'empty/n', 0],
  ['d/e', 'd/e', 0],
  ['f', 'empty', E.EISDIR],
  ['f', 'd', E.EISDIR],
  ['d/x', 'd/e', E.EISDIR],
  ['s', 'empty', E.EISDIR],
  ['empty', 'f', E.ENOTDIR],
  ['empty', 's', E.ENOTDIR],
  ['empty', 'd', E.ENOTEMPTY],
  ['d/e', 'd', E.ENOTEMPTY],
  ['d/x', 'd', E.ENOTEMPTY],
  ['d/e/g', 'd', E.ENOTEMPTY],
  ['d', 'd/e', E.EINVAL],
  ['d', 'd/new', E.EINVAL],
  ['d', 'd/x', E.EINVAL],
  ['d', 'd/e/g', E.EINVAL],
  ['d', 'd/e/g/new', E.EINVAL],
  ['no', 'f', E.ENOENT],
  ['no', 'd', E.ENOENT],
  ['no', 'd/e/no', E.ENOENT],
];

for (const [from, to, errno] of RENAMES) {
  scenario(`rename ${from} to ${to}: ${errnoName(errno)}`, (c) => {
    tree(c);
    const path = (name: string) => (c.exists(name) ? c.attr(c.walk(name)).qid.path : 0n);
    const [source, target] = [path(from), path(to)];
    assert.is(errnoName(rename(c, from, to)), errnoName(errno));
    const moved = errno === 0 && source !== target;
    assert.is(path(to), moved ? source : target);
    assert.is(path(from), moved ? 0n : source);
  });
}

scenario('the same through Trename, by the fid of the file', (c) => {
  for (const [from, to, errno] of RENAMES) {
    if (from === 'no') continue;
    const store = new MemfsStore();
    const own = store.client();
    tree(own);
    const fid = own.walk(from);
    const got = own.within(to, (dfid, name) => own.errno('Trename', { fid, dfid, name }));
    assert.is(errnoName(got), errnoName(errno), `${from} to ${to}`);
    store.rest();
  }
  tree(c);
  c.expectError('Trename', { fid: ROOT, dfid: c.walk('d'), name: 'x' }, E.EBUSY);
  c.expectError('Trename', { fid: 999, dfid: ROOT, name: 'x' }, E.EBADF);
  c.expectError('Trename', { fid: c.walk('f'), dfid: 999, name: 'x' }, E.EBADF);
  c.expectError('Trename', { fid: c.walk('f'), dfid: c.walk('h'), name: 'x' }, E.ENOTDIR);
  c.expectError('Trename', { fid: c.walk('d/e/..'), dfid: ROOT, name: 'x' }, E.EINVAL, 'no name leads to it');
});

// No fid was ever on the files: the checked backend finds what is not released.
scenario('a rename releases the files that it looks up', (c) => {
  tree(c);
  for (const [from, to, errno] of [
    ['h', 'moved', 0],
    ['f', 'f2', 0],
    ['d/x', 'empty', E.EISDIR],
    ['d/e', 'd', E.ENOTEMPTY],
  ] as const)
    assert.is(errnoName(rename(c, from, to)), errnoName(errno), from);
});

scenario('a name that was moved is that of every fid walked by it, and of no other', (c) => {
  tree(c);
  const [one, two, byLink] = [c.walk('f'), c.walk('f'), c.walk('f2')];
  c.call('Trename', { fid: one, dfid: c.walk('d'), name: 'moved' });
  c.call('Trename', { fid: two, dfid: ROOT, name: 'again' });
  assert.is(c.text('again'), 'f');
  c.call('Tremove', { fid: byLink });
  assert.is(c.exists('f2'), false);
  c.call('Tremove', { fid: one });
  assert.is(c.exists('again'), false);
  c.expectError('Trename', { fid: two, dfid: ROOT, name: 'more' }, E.ENOENT);
});

scenario('names that no entry may have', (c) => {
  tree(c);
  const times = { mode: 0o644, gid: 0 };
  const cases: [string, number][] = [
    ['', E.EINVAL],
    ['.', E.EINVAL],
    ['..', E.EINVAL],
    ['a/b', E.EINVAL],
    ['/', E.EINVAL],
    ['a\0', E.EINVAL],
    ['x'.repeat(256), E.ENAMETOOLONG],
    ['é'.repeat(128), E.ENAMETOOLONG],
  ];
  const fid = c.walk('f');
  for (const [name, errno] of cases) {
    c.expectError('Tmkdir', { dfid: ROOT, name, ...times }, errno, name);
    c.expectError('Tmknod', { dfid: ROOT, name, major: 0, minor: 0, ...times }, errno, name);
    c.expectError('Tsymlink', { dfid: ROOT, name, symtgt: 'x', gid: 0 }, errno, name);
    c.expectError('Tlink', { dfid: ROOT, fid, name }, errno, name);
    c.expectError('Tunlinkat', { dfid: ROOT, name, flags: 0 }, errno, name);
    c.expectError('Tunlinkat', { dfid: ROOT, name, flags: AT_REMOVEDIR }, errno, name);
    c.expectError('Trename', { fid, dfid: ROOT, name }, errno, name);
    c.expectError('Trenameat', { olddirfid: ROOT, oldname: name, newdirfid: ROOT, newname: 'ok' }, errno, name);
    c.expectError('Trenameat', { olddirfid: ROOT, oldname: 'f', newdirfid: ROOT, newname: name }, errno, name);
  }
  for (const dfid of [c.walk('f'), c.walk('s')]) {
    c.expectError('Tmkdir', { dfid, name: 'x', ...times }, E.ENOTDIR);
    c.expectError('Tlink', { dfid, fid, name: 'x' }, E.ENOTDIR);
    c.expectError('Tunlinkat', { dfid, name: 'x', flags: 0 }, E.ENOTDIR);
    c.expectError('Trenameat', { olddirfid: dfid, oldname: 'x', newdirfid: ROOT, newname: 'y' }, E.ENOTDIR);
    c.expectError('Trenameat', { olddirfid: ROOT, oldname: 'f', newdirfid: dfid, newname: 'y' }, E.ENOTDIR);
  }
});

scenario('unlinkat', (c) => {
  tree(c);
  const cases: [string, number, number][] = [
    ['d', 0, E.EISDIR],
    ['empty', 0, E.EISDIR],
    ['no', 0, E.ENOENT],
    ['no', AT_REMOVEDIR, E.ENOENT],
    ['f', AT_REMOVEDIR, E.ENOTDIR],
    ['s', AT_REMOVEDIR, E.ENOTDIR],
    ['d', AT_REMOVEDIR, E.ENOTEMPTY],
    ['f', 1, E.EINVAL],
    ['empty', AT_REMOVEDIR, 0],
    ['empty', AT_REMOVEDIR, E.ENOENT],
    ['s', 0, 0],
    ['f', 0, 0],
    ['f', 0, E.ENOENT],
  ];
  for (const [name, flags, errno] of cases) {
    c.expectError('Tunlinkat', { dfid: ROOT, name, flags }, errno, `${name} ${flags}`);
  }
  assert.is(c.text('f2'), 'f');
  c.expectError('Tunlinkat', { dfid: 999, name: 'x', flags: 0 }, E.EBADF);
});

scenario('Tremove clunks, also when it fails', (c) => {
  tree(c);
  const up = c.walk('d/..');
  const cases: [number, number][] = [
    [c.walk('d'), E.ENOTEMPTY],
    [c.walk('empty'), 0],
    [c.walk('s'), 0],
    [c.walk('f'), 0],
    [up, E.EBUSY],
    [c.walk('d/e/..'), E.EINVAL],
  ];
  for (const [fid, errno] of cases) {
    c.expectError('Tremove', { fid }, errno);
    c.expectError('Tclunk', { fid }, E.EBADF);
  }
  assert.equal(c.names(c.open('', O_RDONLY)).sort(), ['d', 'empty2', 'f2', 'h']);
});

scenario('link', (c) => {
  tree(c);
  const fid = c.walk('h');
  c.expectError('Tlink', { dfid: ROOT, fid, name: 'f' }, E.EEXIST);
  c.expectError('Tlink', { dfid: ROOT, fid: c.walk('d'), name: 'f' }, E.EEXIST);
  c.expectError('Tlink', { dfid: ROOT, fid: c.walk('d'), name: 'dd' }, E.EPERM);
  c.expectError('Tlink', { dfid: ROOT, fid: 999, name: 'dd' }, E.EBADF);
  c.expectError('Tlink', { dfid: 999, fid, name: 'dd' }, E.EBADF);
  c.call('Tlink', { dfid: c.walk('d/e'), fid, name: 'h2' });
  assert.is(c.attr(fid).nlink, 2);
  assert.equal(c.attr(c.walk('d/e/h2')).qid, c.attr(fid).qid);
  c.call('Tlink', { dfid: ROOT, fid: c.walk('s'), name: 's2' });
  assert.is(c.call('Treadlink', { fid: c.walk('s2') }).target, 'f', 'a symlink itself is linked');
});

scenario('mknod makes files, fifos and sockets, and no devices', (c) => {
  tree(c);
  const make = (name: string, mode: number) => {
    return c.errno('Tmknod', { dfid: ROOT, name, mode: mode | 0o600, major: 1, minor: 3, gid: 0 });
  };
  for (const [name, kind] of [
    ['reg', 0],
    ['reg2', S_IFREG],
    ['fifo', S_IFIFO],
    ['sock', S_IFSOCK],
  ] as const) {
    assert.is(make(name, kind), 0, name);
    assert.is(c.attr(c.walk(name)).mode, (kind || S_IFREG) | 0o600);
    assert.is(c.attr(c.walk(name)).rdev, 0);
    assert.is(make(name, kind), E.EEXIST);
  }
  for (const kind of [S_IFCHR, S_IFBLK, S_IFDIR]) assert.is(make('x', kind), E.EPERM, kind.toString(8));
  for (const kind of [S_IFLNK, 0o030000, 0o110000, 0o170000]) assert.is(make('x', kind), E.EINVAL, kind.toString(8));
  assert.is(make('f', S_IFCHR), E.EEXIST);
  assert.is(c.exists('x'), false);
});

scenario('symlink and readlink', (c) => {
  tree(c);
  const cases: [string, string, number][] = [
    ['q', '', E.ENOENT],
    ['h', '', E.ENOENT],
    ['h', 'x', E.EEXIST],
    ['q', 'x'.repeat(4096), E.ENAMETOOLONG],
    ['q', 'x\0', E.EINVAL],
    ['q', 'x'.repeat(4095), 0],
    ['r', '../../é', 0],
  ];
  for (const [name, symtgt, errno] of cases) {
    c.expectError('Tsymlink', { dfid: ROOT, name, symtgt, gid: 0 }, errno, `${name} ${symtgt.length}`);
  }
  assert.is(c.call('Treadlink', { fid: c.walk('r') }).target, '../../é');
  assert.is(c.attr(c.walk('r')).size, 8, 'bytes, not units');
  assert.is(c.attr(c.walk('r')).mode, S_IFLNK | 0o777);
  c.expectError('Treadlink', { fid: c.walk('f') }, E.EINVAL);
  c.expectError('Treadlink', { fid: c.walk('d') }, E.EINVAL);
  c.expectError('Treadlink', { fid: 999 }, E.EBADF);
});

scenario('a link target that no message holds is an error, not the end', (c, store) => {
  c.call('Tsymlink', { dfid: ROOT, name: 's', symtgt: 'x'.repeat(2000), gid: 0 });
  const small = store.client(512);
  small.expectError('Treadlink', { fid: small.walk('s') }, E.EMSGSIZE);
  assert.is(small.exists('s'), true);
});

scenario('link counts of directories', (c) => {
  const nlink = (path: string) => c.attr(c.walk(path)).nlink;
  assert.is(nlink(''), 2);
  tree(c);
  assert.equal([nlink(''), nlink('d'), nlink('d/e'), nlink('d/e/g')], [5, 3, 3, 2]);
  c.rename('d/e', 'empty/e');
  assert.equal([nlink(''), nlink('d'), nlink('empty'), nlink('empty/e')], [5, 2, 3, 3]);
  c.rename('empty', 'd/empty');
  assert.equal([nlink(''), nlink('d'), nlink('d/empty')], [4, 3, 3]);
  c.rmdir('empty2');
  assert.is(nlink(''), 3);
});

scenario('nothing is made in a removed directory, or moved into it', (c) => {
  tree(c);
  const dfid = c.walk('d/e/g');
  const fid = c.walk('h');
  c.rmdir('d/e/g');
  const name = 'x';
  c.expectError('Tmkdir', { dfid, name, mode: 0, gid: 0 }, E.ENOENT);
  c.expectError('Tmknod', { dfid, name, mode: 0, major: 0, minor: 0, gid: 0 }, E.ENOENT);
  c.expectError('Tsymlink', { dfid, name, symtgt: 'x', gid: 0 }, E.ENOENT);
  c.expectError('Tlink', { dfid, fid, name }, E.ENOENT);
  c.expectError('Tunlinkat', { dfid, name, flags: 0 }, E.ENOENT);
  c.expectError('Trename', { fid, dfid, name }, E.ENOENT);
  c.expectError('Trename', { fid: c.walk('d'), dfid, name }, E.ENOENT, 'a directory into a former subdirectory');
  c.expectError('Trenameat', { olddirfid: dfid, oldname: 'x', newdirfid: ROOT, newname: 'y' }, E.ENOENT);
});

scenario('a directory moved while fids are below it', (c) => {
  tree(c);
  const below = c.walk('d/e/g');
  const file = c.walk('d/x');
  c.rename('d', 'empty');
  c.call('Tmkdir', { dfid: below, name: 'made', mode: 0o755, gid: 0 });
  assert.is(c.exists('empty/e/g/made'), true);
  c.expectError('Trename', { fid: c.walk('empty'), dfid: below, name: 'in' }, E.EINVAL, 'still below it');
  c.call('Tremove', { fid: file });
  assert.is(c.exists('empty/x'), false);
});

test('a directory that the host has moved into itself does not hang the server', () => {
  const store = new MemfsStore({ volume: Volume.fromJSON({ '/a/b/f': 'x', '/d/x': 'y' }) });
  const c = store.client();
  const ring = c.walk('a/b');
  store.volume.renameSync('/a', '/a/b/a');
  c.expectError('Trename', { fid: c.walk('d'), dfid: ring, name: 'd' }, E.ENOENT, 'the root does not lead there');
  assert.equal(store.volume.readdirSync('/'), ['d']);
  assert.is(c.text('d/x'), 'y');
  c.clunk(ring);
  c.session.close();
  assert.equal(store.server.inspect(), AT_REST);
});

scenario('a change that the backend refuses changes nothing', (c, store) => {
  tree(c);
  const fid = c.walk('f');
  store.faults.unlink = () => E.EROFS;
  store.faults.rename = () => E.EROFS;
  c.expectError('Tunlinkat', { dfid: ROOT, name: 'h', flags: 0 }, E.EROFS);
  c.expectError('Trename', { fid, dfid: ROOT, name: 'new' }, E.EROFS);
  c.expectError('Trename', { fid, dfid: ROOT, name: 'h' }, E.EROFS);
  delete store.faults.unlink;
  delete store.faults.rename;
  c.call('Tremove', { fid });
  assert.is(c.exists('f'), false, 'the fid kept its name');
  assert.is(c.text('h'), 'h');
});

scenario('a new name that the backend refuses', (c, store) => {
  tree(c);
  store.faults.create = store.faults.symlink = store.faults.link = () => E.EDQUOT;
  const entry = { dfid: ROOT, name: 'new', gid: 0 };
  c.expectError('Tmkdir', { ...entry, mode: 0o755 }, E.EDQUOT);
  c.expectError('Tmknod', { ...entry, mode: 0o644, major: 0, minor: 0 }, E.EDQUOT);
  c.expectError('Tsymlink', { ...entry, symtgt: 'f' }, E.EDQUOT);
  c.expectError('Tlink', { dfid: ROOT, fid: c.walk('f'), name: 'new' }, E.EDQUOT);
  const fid = c.walk('d');
  const version = c.attr(fid).qid.version;
  c.expectError('Tlcreate', { fid, name: 'new', flags: O_RDONLY, mode: 0o644, gid: 0 }, E.EDQUOT);
  assert.equal(c.attr(fid).qid.version, version);
  c.expectError('Tlopen', { fid, flags: O_DIRECTORY }, 0, 'the fid is still the directory');
});

test.run();
