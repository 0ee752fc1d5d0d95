// OpenFile: offsets, the access mode, flags of F_SETFL, and limits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_BASIC } from '../9p/constants.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../linux/constants.ts';
import { E, errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { Found } from './at/resolve/found.ts';
import { FileStatus } from './attributes.ts';
import { OFFSET_MAX, OpenFile } from './open-file.ts';
import { closeTrees, small, type MemfsTree } from './testing.ts';

test.after.each(closeTrees);

function opened(world: MemfsTree, flags: number, path = 'file'): OpenFile {
  const found = new Found();
  assert.is(errnoName(world.at.openat(world.root, path, flags, found)), 'ok');
  return new OpenFile(found.tree, found.fid, flags);
}

/** Ranges over a text, or over `size` bytes to fill. */
function ranges(text: string | number): Iov {
  const u8 = typeof text === 'number' ? new Uint8Array(text) : new TextEncoder().encode(text);
  const iov = new Iov();
  iov.single(u8, 0, u8.length);
  return iov;
}

function read(file: OpenFile, size: number, offset?: number): string {
  const iov = ranges(size);
  const count = offset === undefined ? file.read(iov) : file.pread(iov, offset);
  return count < 0 ? errnoName(-count) : new TextDecoder().decode(iov.u8.subarray(0, count));
}

function resultOf(result: number): string | number {
  return result < 0 ? errnoName(-result) : result;
}

test('read and write move the offset, pread and pwrite do not', () => {
  const world = small();
  const file = opened(world, O_RDWR);
  assert.is(file.write(ranges('abcdef')), 6);
  assert.is(file.pwrite(ranges('XY'), 1), 2);
  assert.is(file.offset, 6);
  assert.is(read(file, 9), '');
  assert.is(file.seek(-4, SEEK_END), 2);
  assert.is(read(file, 2), 'Yd');
  assert.is(read(file, 9, 0), 'aXYdef');
  assert.is(file.seek(0, SEEK_CUR), 4);
  assert.is(file.write(ranges('!')), 1);
  assert.is(read(file, 1), 'f');
  assert.is(file.offset, 6, 'a single byte moves it, too');
  assert.is(file.size(), 6);
  const status = new FileStatus();
  world.at.device = 9;
  assert.is(file.stat(GETATTR_BASIC, status), 0);
  assert.equal([status.device, status.attributes.size, status.attributes.qid_path_lo], [9, 6, world.ino('file')]);
  file.close();
  world.atRest();
});

test('the access mode: 3 is neither reading nor writing, as on Linux', () => {
  const world = small();
  const modes: [number, string, string, string][] = [
    [O_RDONLY, '', 'EBADF', 'EINVAL'],
    [O_WRONLY, 'EBADF', '1', 'ok'],
    [O_RDWR, '', '1', 'ok'],
  ];
  for (const [flags, reads, writes, sets] of modes) {
    const file = opened(world, flags);
    assert.is(read(file, 1, 5), reads);
    assert.is(String(resultOf(file.pwrite(ranges('x'), 0))), writes);
    assert.is(errnoName(file.setSize(1)), sets);
    assert.is(errnoName(file.allocate(0, 1)), sets === 'ok' ? 'ok' : 'EBADF');
    file.close();
  }
  const none = new OpenFile(world.at, opened(world, O_RDONLY).fid, O_ACCMODE);
  assert.equal([none.isReadable, none.isWritable], [false, false]);
  assert.is(read(none, 1), 'EBADF');
  assert.is(resultOf(none.write(ranges('x'))), 'EBADF');
  assert.is(none.setFlags(O_APPEND), 0, 'a clone is opened for reading');
  assert.is(read(none, 1), 'EBADF');
  none.close();
  world.atRest();
});

test('a directory: reading is EISDIR, writing EBADF', () => {
  const world = small();
  const fid = world.client.clone(world.root);
  assert.is(world.client.lopen(fid, O_RDONLY), 0);
  const dir = new OpenFile(world.at, fid, O_RDONLY);
  assert.is(read(dir, 1), 'EISDIR');
  assert.is(resultOf(dir.write(ranges('x'))), 'EBADF');
  dir.close();
  world.atRest();
});

test('O_APPEND: the offset is the end of the written data, in a removed file too', () => {
  const world = small();
  const file = opened(world, O_RDWR | O_APPEND);
  const other = opened(world, O_WRONLY | O_APPEND);
  assert.is(other.write(ranges('other')), 5);
  assert.is(file.write(ranges('one')), 3);
  assert.is(file.offset, 8);
  assert.is(file.pwrite(ranges('!'), OFFSET_MAX), 1, 'the offset does not count');
  assert.is(file.offset, 8);
  world.volume.unlinkSync('/file');
  assert.is(file.setFlags(0), 0);
  assert.is(file.pwrite(ranges('O'), 0), 1);
  assert.is(read(file, 99, 0), 'Otherone!');
  assert.is(file.setFlags(O_APPEND | O_NONBLOCK | O_TRUNC), 0);
  assert.is(file.flags, O_RDWR | O_APPEND | O_NONBLOCK);
  assert.is(file.write(ranges('end')), 3);
  assert.is(file.offset, 12);
  file.close();
  other.close();
  world.atRest();
});

test('O_APPEND on a server elsewhere, which does not tell the end: it is the size', () => {
  const world = small();
  const file = opened(world, O_WRONLY | O_APPEND);
  const iov = ranges('abc');
  Object.defineProperty(iov, 'reached', { get: () => Number.NaN, set: () => {} });
  assert.is(file.write(iov), 3);
  assert.is(file.write(iov), 3);
  assert.is(file.offset, 6);
  file.close();
  world.atRest();
});

test('setFlags sends nothing without a change, and never truncates again', () => {
  const world = small();
  const file = opened(world, O_RDWR | O_CREAT | O_TRUNC);
  const fresh = opened(world, O_WRONLY | O_CREAT | O_EXCL, 'fresh');
  assert.is(fresh.setFlags(O_APPEND), 0);
  assert.is(file.write(ranges('kept')), 4);
  const { fid } = file;
  assert.is(file.setFlags(0), 0);
  assert.is(file.fid, fid);
  assert.is(file.setFlags(O_NONBLOCK), 0);
  assert.is(read(file, 9, 0), 'kept');
  assert.is(file.offset, 4);
  world.failAfter(1);
  assert.is.not(file.setFlags(0), 0);
  assert.is(file.flags, O_RDWR | O_NONBLOCK);
  assert.is(read(file, 9, 0), 'kept', 'the fid of before is still in use');
  file.close();
  fresh.close();
  world.atRest();
});

test('limits: EINVAL and EFBIG, before anything is sent', () => {
  const world = small();
  const file = opened(world, O_RDWR);
  const sent = world.messages(() => {
    assert.is(resultOf(file.seek(-1, SEEK_SET)), 'EINVAL');
    assert.is(resultOf(file.seek(0, 3)), 'EINVAL');
    assert.is(file.seek(OFFSET_MAX, SEEK_SET), OFFSET_MAX);
    assert.is(resultOf(file.seek(1, SEEK_CUR)), 'EINVAL');
    assert.is(resultOf(file.write(ranges('x'))), 'EFBIG');
    assert.is(resultOf(file.pwrite(ranges('xy'), OFFSET_MAX - 1)), 'EFBIG');
    assert.is(file.allocate(0, 0), E.EINVAL);
    assert.is(file.allocate(OFFSET_MAX, 1), E.EFBIG);
  });
  assert.equal(sent, []);
  assert.is(file.write(ranges('')), 0);
  file.close();
  world.atRest();
});

test('allocate extends the file, and never makes it shorter', () => {
  const world = small();
  const file = opened(world, O_RDWR);
  assert.is(file.allocate(2, 3), 0);
  assert.is(file.size(), 5);
  assert.is(file.allocate(0, 1), 0);
  assert.is(file.size(), 5);
  file.close();
  world.atRest();
});

test('a size that cannot be read: nothing is moved, and nothing cut off', () => {
  const world = small();
  const file = opened(world, O_RDWR);
  assert.is(file.write(ranges('abcdef')), 6);
  world.failAfter(0);
  assert.is(file.allocate(0, 3), E.EIO);
  world.failAfter(0);
  assert.is(resultOf(file.seek(9, SEEK_END)), 'EIO');
  assert.is(file.offset, 6);
  assert.is(file.size(), 6);
  file.close();
  world.atRest();
});

test.run();
