// The *at calls: their effects on the tree, and the fids that they return.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  GETATTR_BASIC,
  QTDIR,
  QTFILE,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
} from '../../9p/constants.ts';
import { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { Iov } from '../../lib/iov.ts';
import { FileStatus } from '../attributes.ts';
import { Found } from './resolve/found.ts';
import { link, named, open, rename, rmdir, small, closeTrees } from '../testing.ts';

test.after.each(closeTrees);

const found = new Found();

const CREAT = O_WRONLY | O_CREAT;
const EXCL = CREAT | O_EXCL;
const LONG = 'n'.repeat(256);

test('O_CREAT through dangling symlinks makes their target', () => {
  const world = small();
  assert.is(open('far', CREAT)(world), 0);
  assert.is(world.volume.readFileSync('/made', 'utf8'), '');
  assert.ok(world.volume.lstatSync('/far').isSymbolicLink());
  assert.is(open('far', CREAT)(world), 0, 'and opens it when it is there');
  world.atRest();
});

test('openat returns fid and type, and paths begin at any directory', () => {
  const world = small();
  const { at, client, root } = world;
  assert.is(at.openat(root, 'link', O_RDONLY, found), 0);
  assert.is(found.type, QTDIR);
  const dir = found.fid;
  assert.is(at.openat(dir, 'sub/../file', O_RDWR, found), 0);
  assert.is(found.type, QTFILE);
  const file = found.fid;
  assert.is(world.inoOf(file), world.ino('dir/file'));
  assert.is(at.openat(dir, '.', O_RDONLY | O_DIRECTORY, found), 0);
  assert.is(found.type, QTDIR);
  const self = found.fid;
  assert.is.not(self, dir, 'a fid of its own');
  for (const fid of [dir, file, self]) client.clunk(fid);
  world.atRest();
});

test('lstat of link/ is the directory, lstat of link the link', () => {
  const world = small();
  const ino = (path: string, follow: boolean): number => {
    const status = new FileStatus();
    assert.is(world.at.statat(world.root, path, follow, GETATTR_BASIC, status), 0);
    return status.attributes.qid_path_lo;
  };
  assert.is(ino('link/', false), world.ino('dir'));
  assert.is(ino('link', true), world.ino('dir'));
  assert.is(ino('link', false), world.ino('link'));
  world.atRest();
});

test('link follows a symlink only when asked', () => {
  const world = small();
  assert.is(link('flink', 'one')(world), 0);
  assert.is(link('flink', 'two', true)(world), 0);
  assert.is(world.ino('one'), world.ino('flink'));
  assert.is(world.ino('two'), world.ino('file'));
  world.atRest();
});

test('rename between two names of one file does nothing', () => {
  const world = small();
  assert.is(link('file', 'other')(world), 0);
  assert.is(rename('file', 'other')(world), 0);
  assert.is(world.ino('file'), world.ino('other'));
  world.atRest();
});

const bytes = (text: string): Iov => {
  const iov = new Iov();
  const u8 = new TextEncoder().encode(text);
  iov.single(u8, 0, u8.length);
  return iov;
};

test('a descriptor allows what it was opened for', () => {
  const world = small();
  const { client, root } = world;
  const write = (flags: number): string => {
    const fid = world.openFid(root, 'file', flags);
    const result = client.write(fid, 0, bytes('text'));
    client.clunk(fid);
    return result < 0 ? named(result) : `${result}`;
  };
  const read = (flags: number): string => {
    const fid = world.openFid(root, 'file', flags);
    const result = client.read(fid, 0, bytes('....'));
    client.clunk(fid);
    return result < 0 ? named(result) : `${result}`;
  };
  const cut = (flags: number): string => {
    const fid = world.openFid(root, 'file', flags);
    const errno = client.setSize(fid, SETATTR_SIZE, 4);
    client.clunk(fid);
    return named(errno);
  };
  assert.is(write(O_WRONLY), '4');
  assert.is(write(O_RDONLY), 'EBADF');
  assert.is(write(O_RDONLY | O_APPEND), 'EBADF', 'O_APPEND alone lets nothing through');
  assert.is(read(O_WRONLY), 'EBADF');
  assert.is(read(O_RDONLY | O_EXCL), '4', 'O_EXCL means nothing without O_CREAT');
  assert.is(cut(O_RDONLY), 'EINVAL');
  assert.is(cut(O_WRONLY), 'ok');
  assert.is(read(O_RDONLY | O_TRUNC), '0', 'O_TRUNC truncates even a file opened for reading');
  world.atRest();
});

test('in a removed directory nothing is found and nothing can be made', () => {
  const world = small();
  const { at, client, root } = world;
  const status = new FileStatus();
  const gone = world.openFid(root, 'empty', O_RDONLY);
  assert.is(rmdir('empty')(world), 0);
  const calls: [string, number][] = [
    ['openat x', world.openFid(gone, 'x', O_RDONLY)],
    ['openat O_CREAT', world.openFid(gone, 'x', CREAT)],
    ['openat O_EXCL', world.openFid(gone, 'x', EXCL)],
    ['mkdirat', at.mkdirat(gone, 'x')],
    ['symlinkat', at.symlinkat('t', gone, 'x')],
    ['linkat', at.linkat(root, 'file', false, at, gone, 'x')],
    ['renameat', at.renameat(root, 'file', at, gone, 'x')],
    ['renameat of file/', at.renameat(root, 'flink/', at, gone, 'x')],
    ['renameat of a name of 256 bytes', at.renameat(root, 'file', at, gone, LONG)],
    ['mkdirat of a name of 256 bytes', at.mkdirat(gone, LONG)],
    ['unlinkat', at.unlinkat(gone, 'x')],
    ['statat', at.statat(gone, LONG, true, GETATTR_BASIC, status)],
  ];
  for (const [what, result] of calls) assert.is(named(result), 'ENOENT', what);
  assert.is(named(at.rmdirat(gone, '.')), 'EINVAL');
  assert.is(named(at.statat(gone, '..', true, GETATTR_BASIC, status)), 'OUTSIDE');
  assert.is(at.statat(gone, '.', true, GETATTR_BASIC, status), 0);
  assert.is(status.attributes.nlink, 0);
  const again = world.openFid(gone, '.', O_RDONLY | O_DIRECTORY);
  assert.ok(again > 0);
  client.clunk(again);
  client.clunk(gone);
  world.atRest();
});

test('utimens sets the requested times to the nanosecond, and none for none', () => {
  const world = small();
  const { at, root } = world;
  const both = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
  const times = (): number[] => {
    const status = new FileStatus();
    assert.is(at.statat(root, 'file', true, GETATTR_BASIC, status), 0);
    const r = status.attributes;
    return [r.atime_sec, r.atime_nsec, r.mtime_sec, r.mtime_nsec];
  };
  assert.is(at.utimensat(root, 'flink', true, both, 1, 123_456_789, 2, 999_999_999), 0);
  assert.equal(times(), [1, 123_456_789, 2, 999_999_999]);
  assert.is(at.utimensat(root, 'file', true, SETATTR_MTIME | SETATTR_MTIME_SET, 7, 7, 3, 1), 0);
  assert.equal(times(), [1, 123_456_789, 3, 1]);
  assert.is(named(at.utimensat(root, 'file', true, both, 1, 1_000_000_000, 2, 0)), 'EINVAL');
  assert.is(at.utimensat(root, 'file', true, SETATTR_ATIME, 0, 0, 0, 0), 0);
  assert.ok(times()[0]! > 1_000_000_000, 'the present');
  assert.equal(times().slice(2), [3, 1]);
  // utimensat(2) with UTIME_OMIT twice does not even look at the path.
  assert.is(at.utimensat(root, 'x/y', true, 0, 0, 0, 0, 0), 0);
  world.atRest();
});

test('the results of statat and readlinkat stay valid after later calls', () => {
  const world = small();
  const { at, root } = world;
  const [one, other] = [new FileStatus(), new FileStatus()];
  at.device = 7;
  assert.is(at.statat(root, 'dir/file', true, GETATTR_BASIC, one), 0);
  const target = at.readlinkat(root, 'link');
  assert.is(at.statat(root, 'empty', true, GETATTR_BASIC, other), 0);
  assert.is(at.readlinkat(root, 'flink'), 'file');
  assert.is(target, 'dir');
  assert.is(one.attributes.qid_path_lo, world.ino('dir/file'));
  assert.is(other.attributes.qid_path_lo, world.ino('empty'));
  assert.equal([one.device, other.device], [7, 7]);
  assert.is(at.readlinkat(root, 'file'), E.EINVAL);
  world.atRest();
});

test.run();
