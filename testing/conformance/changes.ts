// Conformance of read-only backends: each change fails with the errno of Linux, and nothing changes.
import * as assert from '../assert.ts';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_UID,
} from '../../vfs/9p/constants.ts';
import {
  O_ACCMODE,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFIFO,
  S_IFREG,
  XATTR_REPLACE,
} from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import type { Kit, Part } from '../kit.ts';
import { mknod, remove, rename, setMode, xattrcreate } from '../../vfs/client/rare-messages.ts';

// Every expectation is that of Linux 6 on a tmpfs mounted read-only, by a bind mount or by its superblock.

const TOO_LONG = 'x'.repeat(256);

/** Returns the errno of a call on a fid that is walked but not opened. */
function onFid(kit: Kit, path: string, run: (fid: number) => number): string {
  const fid = kit.walk(path);
  const errno = run(fid);
  kit.clunk(fid);
  return errnoName(errno);
}

/** Checks a table of calls: title, call, name of the errno. */
function expect(rows: [what: string, run: () => string, errno: string][]): void {
  for (const [what, run, errno] of rows) assert.is(run(), errno, what);
}

/** Each change: its errno, in the kernel's order, and nothing has changed. */
export function changes({ test, when }: Part): void {
  test('opening: only for reading, and nothing is made or cut', (kit) => {
    const open = (path: string, flags: number) => () => kit.openError(path, flags);
    expect([
      ['read', open('f', O_RDONLY), 'ok'],
      ['read-write', open('f', O_RDWR), 'EROFS'],
      ['write', open('f', O_WRONLY), 'EROFS'],
      ['read, truncate', open('f', O_RDONLY | O_TRUNC), 'EROFS'],
      ['write, truncate', open('f', O_WRONLY | O_TRUNC), 'EROFS'],
      ['create an existing file', open('f', O_RDONLY | O_CREAT), 'ok'],
      ['create an existing file, to write', open('f', O_RDWR | O_CREAT), 'EROFS'],
      ['create an existing file, truncate', open('f', O_RDONLY | O_CREAT | O_TRUNC), 'EROFS'],
      ['create an existing file, alone', open('f', O_RDWR | O_CREAT | O_EXCL), 'EEXIST'],
      ['create', open('new', O_RDWR | O_CREAT), 'EROFS'],
      ['create, to read', open('new', O_RDONLY | O_CREAT), 'EROFS'],
      ['create, alone', open('new', O_CREAT | O_EXCL), 'EROFS'],
      ['write a missing file', open('new', O_RDWR), 'ENOENT'],
      ['create in nothing', open('none/new', O_CREAT), 'ENOENT'],
      ['create in a file', open('f/new', O_CREAT), 'ENOTDIR'],
      ['create a long name', open(TOO_LONG, O_CREAT), 'ENAMETOOLONG'],
      ['create with a slash', open('new/', O_CREAT), 'EISDIR'],
      ['write a directory', open('d', O_RDWR), 'EISDIR'],
      ['create a directory', open('d', O_CREAT), 'EISDIR'],
      ['truncate a directory', open('d', O_RDONLY | O_TRUNC), 'EISDIR'],
      ['write a symlink', open('l', O_RDWR | O_NOFOLLOW), 'ELOOP'],
      ['write through a symlink', open('l', O_RDWR), 'EROFS'],
      ['create through a symlink', open('dangling', O_CREAT | O_RDWR), 'EROFS'],
    ]);
  });

  test('Tlopen and Tlcreate say the same', (kit) => {
    const create = (name: string, flags: number) => () =>
      onFid(kit, '', (fid) => kit.client.lcreate(fid, name, flags, 0o600));
    expect([
      ['write', () => onFid(kit, 'f', (fid) => kit.client.lopen(fid, O_WRONLY)), 'EROFS'],
      ['truncate', () => onFid(kit, 'f', (fid) => kit.client.lopen(fid, O_TRUNC)), 'EROFS'],
      ['create', create('new', O_RDWR), 'EROFS'],
      ['create an existing file', create('f', O_RDWR), 'EROFS'],
      ['create an existing file, to read', create('f', O_RDONLY), 'ok'],
      ['create an existing file, alone', create('f', O_RDWR | O_EXCL), 'EEXIST'],
      ['create a directory', create('d', O_RDONLY), 'EISDIR'],
    ]);
    assert.isNot(
      onFid(kit, 'f', (fid) => kit.client.lopen(fid, O_ACCMODE)),
      'ok',
    );
  });

  test('a descriptor for reading changes nothing, and can be synced', (kit) => {
    const fid = kit.open('f');
    assert.is(kit.write(fid, 0, 'x'), 'EBADF');
    assert.is(kit.setSize(fid, 0), 'EINVAL');
    assert.is(errnoName(setMode(kit.client, fid, SETATTR_MODE, 0o600)), 'EROFS');
    assert.is(errnoName(kit.client.setTimes(fid, SETATTR_ATIME | SETATTR_MTIME, 0, 0, 0, 0)), 'EROFS');
    assert.is(errnoName(kit.client.fsync(fid, false)), 'ok');
    assert.is(errnoName(kit.client.fsync(fid, true)), 'ok');
    kit.clunk(fid);
  });

  test('creating: EEXIST for an existing name, then EROFS', (kit) => {
    const made = (name: string, mode: number) => () => errnoName(mknod(kit.client, kit.root, name, mode, 0, 0));
    expect([
      ['mkdir over a directory', () => kit.mkdir('d'), 'EEXIST'],
      ['mkdir over a file', () => kit.mkdir('f'), 'EEXIST'],
      ['mkdir over a symlink', () => kit.mkdir('dangling'), 'EEXIST'],
      ['mkdir', () => kit.mkdir('new'), 'EROFS'],
      ['mkdir with a slash', () => kit.mkdir('new/'), 'EROFS'],
      ['mkdir in nothing', () => kit.mkdir('none/x'), 'ENOENT'],
      ['mkdir in a file', () => kit.mkdir('f/x'), 'ENOTDIR'],
      ['mkdir of a long name', () => kit.mkdir(TOO_LONG), 'ENAMETOOLONG'],
      ['mkdir .', () => kit.mkdir('.'), 'EEXIST'],
      ['mknod over a file', made('f', S_IFREG), 'EEXIST'],
      ['mknod', made('new', S_IFREG), 'EROFS'],
      ['mknod of a fifo', made('new', S_IFIFO), 'EROFS'],
      ['symlink over a file', () => kit.symlink('t', 'f'), 'EEXIST'],
      ['symlink', () => kit.symlink('t', 'new'), 'EROFS'],
      ['symlink to nothing', () => kit.symlink('', 'new'), 'ENOENT'],
      ['symlink with a slash', () => kit.symlink('t', 'new/'), 'ENOENT'],
      ['symlink of a long name', () => kit.symlink('t', TOO_LONG), 'ENAMETOOLONG'],
      ['link', () => kit.link('f', 'new'), 'EROFS'],
      ['link over a directory', () => kit.link('f', 'd'), 'EEXIST'],
      ['link of nothing', () => kit.link('none', 'new'), 'ENOENT'],
      ['link of a directory', () => kit.link('d', 'new'), 'EROFS'],
      ['link of a directory over a file', () => kit.link('d', 'f'), 'EEXIST'],
      ['link to a long name', () => kit.link('f', TOO_LONG), 'ENAMETOOLONG'],
    ]);
  });

  test('removing: EROFS before the name is looked up', (kit) => {
    for (const path of ['f', 'none', 'd', 'l', TOO_LONG, 'd/g']) {
      assert.is(kit.unlink(path), 'EROFS', path);
      assert.is(kit.rmdir(path), 'EROFS', path);
    }
    expect([
      ['unlink in nothing', () => kit.unlink('none/x'), 'ENOENT'],
      ['unlink in a file', () => kit.unlink('f/x'), 'ENOTDIR'],
      ['unlink .', () => kit.unlink('.'), 'EISDIR'],
      ['unlink of no path', () => kit.unlink(''), 'ENOENT'],
      ['rmdir of an empty one', () => kit.rmdir('e'), 'EROFS'],
      ['rmdir with a slash', () => kit.rmdir('f/'), 'EROFS'],
      ['rmdir .', () => kit.rmdir('e/.'), 'EINVAL'],
      ['rmdir ..', () => kit.rmdir('e/..'), 'ENOTEMPTY'],
    ]);
    const fid = kit.walk('f');
    assert.is(errnoName(remove(kit.client, fid)), 'EROFS');
  });

  test('renaming: EROFS before the names are looked up', (kit) => {
    for (const [from, to] of [
      ['f', 'g'],
      ['none', 'g'],
      ['f', 'f'],
      ['f', 'd'],
      ['d', 'f'],
      ['d', 'd/x'],
      ['f', TOO_LONG],
      ['f', 'd/g'],
      ['h1', 'h2'],
    ] as const)
      assert.is(kit.rename(from, to), 'EROFS', `${from} to ${to}`);
    expect([
      ['out of nothing', () => kit.rename('none/x', 'g'), 'ENOENT'],
      ['into nothing', () => kit.rename('f', 'none/x'), 'ENOENT'],
      ['of .', () => kit.rename('.', 'g'), 'EBUSY'],
      ['Trename', () => onFid(kit, 'f', (fid) => rename(kit.client, fid, kit.root, 'g')), 'EROFS'],
    ]);
  });

  test('attributes: EROFS for every one, after the errors of the call itself', (kit) => {
    for (const path of ['f', 'd', 'l', 'e']) {
      for (const valid of [SETATTR_MODE, SETATTR_UID, SETATTR_GID, SETATTR_MODE | SETATTR_UID])
        assert.is(
          onFid(kit, path, (fid) => setMode(kit.client, fid, valid, 0o777)),
          'EROFS',
          path,
        );
      for (const valid of [SETATTR_ATIME, SETATTR_MTIME, SETATTR_ATIME | SETATTR_ATIME_SET])
        assert.is(
          onFid(kit, path, (fid) => kit.client.setTimes(fid, valid, 1, 2, 3, 4)),
          'EROFS',
          path,
        );
    }
    const size = (path: string) => () => onFid(kit, path, (fid) => kit.client.setSize(fid, 0x8, 0));
    expect([
      ['size of a file', size('f'), 'EROFS'],
      ['size of a directory', size('d'), 'EISDIR'],
      ['size of a symlink', size('l'), 'EINVAL'],
      ['a time that is none', () => onFid(kit, 'f', (fid) => kit.client.setTimes(fid, 0x90, 1, 1e9, 0, 0)), 'EINVAL'],
    ]);
    assert.is(errnoName(kit.mount.at.utimensat(kit.root, 'none', true, SETATTR_ATIME, 0, 0, 0, 0)), 'ENOENT');
  });

  test('extended attributes are not set or removed', (kit) => {
    for (const flags of [0, XATTR_REPLACE]) {
      const fid = kit.walk('f');
      const errno = xattrcreate(kit.client, fid, 'user.a', 0, flags);
      const clunked = kit.client.clunk(fid);
      assert.is(errnoName(errno || clunked), 'EROFS');
    }
  });

  when(
    ({ backend }) => backend.capabilities.specialFiles,
    'it has no special files',
    'a fifo shows and is not opened',
    (kit) => {
      assert.is(kit.stat('fifo').kind, S_IFIFO);
      for (const flags of [O_RDONLY, O_RDWR, O_WRONLY]) assert.is(kit.openError('fifo', flags), 'ENXIO');
      assert.is(
        onFid(kit, 'fifo', (fid) => kit.client.setSize(fid, 0x8, 0)),
        'EINVAL',
      );
    },
  );
}
