// Conformance of times, modes, statfs and extended attributes.
import * as assert from '../assert.ts';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  V9FS_MAGIC,
} from '../../vfs/9p/constants.ts';
import { O_CREAT, O_RDWR, XATTR_CREATE, XATTR_REPLACE } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { tick, type Kit, type Part } from '../kit.ts';
import { setMode, statfs, xattrcreate, xattrwalk } from '../../vfs/client/rare-messages.ts';

const BOTH = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** Returns which times moved between two calls of stat: `m` for mtime, `c` for ctime. */
type Moves = '' | 'm' | 'c' | 'mc';

/** The times that a call moves, of `d/f` and of its directory `d` (POSIX, the page of each call). */
const MOVES: [what: string, run: (kit: Kit) => string, file: Moves, dir: Moves][] = [
  ['stat', (kit) => (kit.stat('d/f'), 'ok'), '', ''],
  ['read', (kit) => (kit.get('d/f'), 'ok'), '', ''],
  ['list', (kit) => (kit.list('d'), 'ok'), '', ''],
  ['write', (kit) => onFid(kit, (fid) => (kit.write(fid, 0, 'y') === 1 ? 'ok' : 'short')), 'mc', ''],
  ['truncate', (kit) => onFid(kit, (fid) => kit.setSize(fid, 3)), 'mc', ''],
  ['chmod', (kit) => onFid(kit, (fid) => errnoName(setMode(kit.client, fid, SETATTR_MODE, 0o600))), 'c', ''],
  ['set atime', (kit) => onFid(kit, (fid) => setTimes(kit, fid, BOTH & ~0x120, [1, 2], [0, 0])), 'c', ''],
  ['set mtime', (kit) => onFid(kit, (fid) => setTimes(kit, fid, BOTH & ~0x90, [0, 0], [1, 2])), 'mc', ''],
  ['create', (kit) => (kit.put('d/new', ''), 'ok'), '', 'mc'],
  ['unlink another', (kit) => kit.unlink('d/new'), '', 'mc'],
  ['mkdir', (kit) => kit.mkdir('d/sub'), '', 'mc'],
  ['rmdir', (kit) => kit.rmdir('d/sub'), '', 'mc'],
  ['symlink', (kit) => kit.symlink('t', 'd/l'), '', 'mc'],
  ['rename another', (kit) => kit.rename('d/l', 'd/m'), '', 'mc'],
  ['rename away and back', (kit) => (kit.rename('d/f', 'g'), kit.rename('g', 'd/f')), 'c', 'mc'],
  ['failing calls', (kit) => (kit.mkdir('d/f'), kit.rmdir('d/f'), kit.unlink('d/none'), 'ok'), '', ''],
];

function onFid(kit: Kit, run: (fid: number) => string): string {
  const fid = kit.open('d/f', O_RDWR);
  const result = run(fid);
  kit.clunk(fid);
  return result;
}

function setTimes(kit: Kit, fid: number, valid: number, a: [number, number], m: [number, number]): string {
  return errnoName(kit.client.setTimes(fid, valid, a[0], a[1], m[0], m[1]));
}

/** Returns which times of a path moved while `run` ran. */
function moved(kit: Kit, path: string, before: { mtime: string; ctime: string }): string {
  const after = kit.stat(path);
  return (after.mtime === before.mtime ? '' : 'm') + (after.ctime === before.ctime ? '' : 'c');
}

/** Times, modes, statfs, extended attributes. */
export function attributes({ test, when }: Part): void {
  test('which calls move which times', (kit) => {
    kit.mkdir('d');
    kit.put('d/f', 'content');
    for (const [what, run, file, dir] of MOVES) {
      tick();
      const fileBefore = kit.stat('d/f');
      const dirBefore = kit.stat('d');
      assert.is(run(kit), 'ok', what);
      assert.is(moved(kit, 'd/f', fileBefore), file, `${what}: the file`);
      assert.is(moved(kit, 'd', dirBefore), dir, `${what}: the directory`);
    }
  });

  when(
    ({ backend }) => backend.capabilities.hardLinks,
    'it makes no hard links',
    'link and unlink move the ctime of the file',
    (kit) => {
      kit.put('f', '');
      for (const run of [() => kit.link('f', 'g'), () => kit.unlink('g')]) {
        tick();
        const before = kit.stat('f');
        const root = kit.fstat(kit.root);
        assert.is(run(), 'ok');
        assert.is(moved(kit, 'f', before), 'c');
        const after = kit.fstat(kit.root);
        assert.ok(after.mtime !== root.mtime && after.ctime !== root.ctime);
      }
    },
  );

  test('new files have present times', (kit) => {
    const from = Math.floor(Date.now() / 1000) - 2;
    kit.put('f', '');
    const stat = kit.stat('f');
    for (const time of [stat.atime, stat.mtime, stat.ctime]) {
      assert.ok(Number(time) >= from && Number(time) <= from + 60, time);
    }
    // With O_TRUNC as well: a new file is not truncated again.
    assert.is(stat.mtime, stat.atime);
    assert.is(stat.ctime, stat.atime);
  });

  when(
    ({ backend }) => backend.capabilities.nanoseconds,
    'it keeps no nanoseconds',
    'times are set and returned to the nanosecond',
    (kit) => {
      kit.put('f', 'x');
      kit.mkdir('d');
      kit.symlink('f', 'l');
      for (const path of ['f', 'd', 'l']) {
        for (const [sec, nsec] of [
          [1_700_000_000, 123_456_789],
          [1_700_000_000, 999_999_999],
          [1_700_000_001, 1],
          [0, 0],
          [0, 1],
          [1_234_567_890, 123_456_000],
          [-2, 500_000_001],
          [4_294_967_296, 7],
        ] as const) {
          const fid = kit.walk(path);
          assert.is(setTimes(kit, fid, BOTH, [sec, nsec], [sec + 1, 999_999_999 - nsec]), 'ok');
          kit.clunk(fid);
          const stat = kit.stat(path);
          const show = (s: number, n: number) => `${s}.${String(n).padStart(9, '0')}`;
          assert.is(stat.atime, show(sec, nsec), path);
          assert.is(stat.mtime, show(sec + 1, 999_999_999 - nsec), path);
        }
      }
    },
  );

  when(
    ({ backend }) => backend.capabilities.nanoseconds,
    'it keeps no nanoseconds',
    'a time that is not set stays, by the nanosecond, through renames and other fids',
    (kit) => {
      kit.put('f', 'x');
      const fid = kit.walk('f');
      assert.is(setTimes(kit, fid, BOTH, [10, 111_111_111], [20, 222_222_222]), 'ok');
      assert.is(setTimes(kit, fid, SETATTR_ATIME | SETATTR_ATIME_SET, [30, 333_333_333], [0, 0]), 'ok');
      assert.equal([kit.fstat(fid).atime, kit.fstat(fid).mtime], ['30.333333333', '20.222222222']);
      assert.is(setTimes(kit, fid, SETATTR_MTIME | SETATTR_MTIME_SET, [0, 0], [40, 444_444_444]), 'ok');
      kit.clunk(fid);
      kit.rename('f', 'g');
      assert.equal([kit.stat('g').atime, kit.stat('g').mtime], ['30.333333333', '40.444444444']);
      const writer = kit.open('g', O_RDWR);
      kit.write(writer, 0, 'y');
      assert.ok(Number(kit.fstat(writer).mtime) > 1e9, 'a write sets the present time');
      assert.is(kit.fstat(writer).atime, '30.333333333');
      kit.clunk(writer);
    },
  );

  test('the present time is the server’s', (kit) => {
    kit.put('f', '');
    const fid = kit.walk('f');
    setTimes(kit, fid, BOTH, [1, 0], [1, 0]);
    const now = Math.floor(Date.now() / 1000);
    assert.is(setTimes(kit, fid, SETATTR_MTIME, [0, 0], [0, 0]), 'ok');
    const stat = kit.fstat(fid);
    assert.is(stat.atime, '1.000000000');
    assert.ok(Math.abs(Number(stat.mtime) - now) < 10);
    assert.is(setTimes(kit, fid, BOTH, [1, 1_000_000_000], [1, 0]), 'EINVAL');
    kit.clunk(fid);
  });

  test('permission bits', (kit) => {
    kit.put('f', '');
    kit.mkdir('d');
    for (const path of ['f', 'd']) {
      const fid = kit.walk(path);
      for (const mode of [0o700, 0o755, 0o600]) {
        assert.is(errnoName(setMode(kit.client, fid, SETATTR_MODE, mode)), 'ok');
        assert.is(kit.fstat(fid).perm, mode);
      }
      kit.clunk(fid);
    }
    const fid = kit.walk('f');
    assert.is(errnoName(setMode(kit.client, fid, 0x8000, 0)), 'EINVAL');
    kit.symlink('f', 'l');
    const link = kit.walk('l');
    assert.is(errnoName(setMode(kit.client, link, SETATTR_MODE, 0o600)), 'ENOTSUP');
    kit.clunk(fid, link);
  });

  test('inode numbers tell files apart, and stay', (kit) => {
    kit.put('a', '');
    kit.put('b', '');
    const a = kit.stat('a').ino;
    assert.isNot(a, kit.stat('b').ino);
    kit.rename('a', 'c');
    assert.is(kit.stat('c').ino, a);
    assert.ok(Number.isSafeInteger(a) && a > 0);
  });

  test('statfs', (kit) => {
    assert.is(errnoName(statfs(kit.client, kit.root)), 'ok');
    const { r } = kit.client;
    assert.is(r.fstype, V9FS_MAGIC);
    assert.is(r.namelen, 255);
    assert.ok(r.bsize > 0 && r.blocks > 0 && r.bfree <= r.blocks && r.bavail <= r.blocks && r.ffree <= r.files);
    for (const value of [r.blocks, r.bfree, r.bavail, r.files, r.ffree]) assert.ok(Number.isSafeInteger(value));
  });

  when(
    ({ backend }) => backend.capabilities.xattrs,
    'it keeps none: ENOTSUP',
    'extended attributes',
    (kit) => {
      const fid = kit.open('f', O_RDWR | O_CREAT);
      assert.is(getXattr(kit, fid, 'user.a'), 'ENODATA');
      assert.is(setXattr(kit, 'f', 'user.a', 'one', 0), 'ok');
      assert.is(setXattr(kit, 'f', 'user.b', 'two', XATTR_CREATE), 'ok');
      assert.is(setXattr(kit, 'f', 'user.b', 'x', XATTR_CREATE), 'EEXIST');
      assert.is(setXattr(kit, 'f', 'user.c', 'x', XATTR_REPLACE), 'ENODATA');
      assert.is(getXattr(kit, fid, 'user.a'), 'one');
      assert.is(getXattr(kit, fid, ''), 'user.a\0user.b\0');
      kit.unlink('f');
      assert.is(getXattr(kit, fid, 'user.b'), 'two');
      kit.clunk(fid);
    },
  );

  when(
    ({ backend }) => !backend.capabilities.xattrs,
    'it keeps them',
    'extended attributes are refused',
    (kit) => {
      kit.put('f', '');
      const fid = kit.walk('f');
      assert.is(getXattr(kit, fid, 'user.a'), 'ENOTSUP');
      assert.is(getXattr(kit, fid, ''), 'ENOTSUP');
      assert.is(setXattr(kit, 'f', 'user.a', 'one', 0), 'ENOTSUP');
      kit.clunk(fid);
    },
  );
}

function getXattr(kit: Kit, fid: number, name: string): string {
  const reader = xattrwalk(kit.client, fid, name);
  if (reader < 0) return errnoName(-reader);
  const bytes = new Uint8Array(kit.client.r.size);
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  assert.is(kit.client.read(reader, 0, iov), bytes.length);
  kit.clunk(reader);
  return new TextDecoder().decode(bytes);
}

function setXattr(kit: Kit, path: string, name: string, value: string, flags: number): string {
  const fid = kit.walk(path);
  const bytes = new TextEncoder().encode(value);
  const errno = xattrcreate(kit.client, fid, name, bytes.length, flags);
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  if (errno === 0) assert.is(kit.client.write(fid, 0, iov), bytes.length);
  const clunked = kit.client.clunk(fid);
  return errnoName(errno || clunked);
}
