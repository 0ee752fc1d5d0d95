// Tgetattr and Tsetattr: fields, times, sizes and their errnos.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  GETATTR_ALL,
  GETATTR_BASIC,
  GETATTR_BLOCKS,
  GETATTR_GEN,
  GETATTR_RDEV,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_CTIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  SETATTR_UID,
  V9FS_MAGIC,
} from '../../9p/constants.ts';
import { O_RDONLY, O_RDWR, O_WRONLY, S_IFDIR, S_IFIFO, S_IFREG } from '../../linux/constants.ts';
import { decodeFrame, encodeFrame } from '../../9p/schema/interpret.ts';
import { MEMFS_COST } from '../../backends/memfs/space.ts';
import { E } from '../../linux/errno.ts';
import { MemfsStore } from '../../../testing/memfs-store.ts';
import { type RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

const NOTHING = {
  ...{ valid: 0, mode: 0, uid: 0, gid: 0, size: 0 },
  ...{ atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 },
};
const BOTH_SET = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** A file's times as [seconds, nanoseconds]. */
function times(c: RawClient, fid: number) {
  const attr = c.attr(fid);
  return {
    atime: [attr.atime_sec, attr.atime_nsec],
    mtime: [attr.mtime_sec, attr.mtime_nsec],
    ctime: [attr.ctime_sec, attr.ctime_nsec],
  };
}

/** Waits until the clock has moved on. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}

scenario('getattr returns the requested attributes, and always those that cost nothing', (c) => {
  const fid = c.create('f', 'x'.repeat(5000));
  const always = 0x3ef;
  for (const [request_mask, valid] of [
    [0, always],
    [1, always],
    [GETATTR_RDEV, always | GETATTR_RDEV],
    [GETATTR_BASIC, GETATTR_BASIC],
    [GETATTR_ALL, GETATTR_ALL],
    [2 ** 40 + GETATTR_GEN, always | GETATTR_GEN],
  ] as const) {
    const attr = c.call('Tgetattr', { fid, request_mask });
    assert.is(attr.valid, valid);
    assert.equal([attr.mode, attr.nlink, attr.size, attr.rdev], [S_IFREG | 0o644, 1, 5000, 0]);
    const blocks = (valid & GETATTR_BLOCKS) !== 0 ? [4096, 16] : [0, 0];
    assert.equal([attr.blksize, attr.blocks], blocks, 'blocks of 512 bytes, whole ones of 4096');
    const isLong = valid > GETATTR_BASIC;
    assert.is(attr.data_version, isLong ? attr.qid.version : 0);
    assert.is(attr.btime_sec > 1_600_000_000, isLong);
  }
  assert.is(c.attr(ROOT).mode & 0o170000, S_IFDIR);
  c.expectError('Tgetattr', { fid: 999, request_mask: 0 }, E.EBADF);
});

scenario('a mode is set without its kind', (c) => {
  c.mkdir('d');
  c.file('f');
  for (const [path, kind] of [
    ['d', S_IFDIR],
    ['f', S_IFREG],
  ] as const) {
    const fid = c.walk(path);
    c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_MODE, mode: 0o170123 });
    assert.is(c.attr(fid).mode, kind | 0o123);
  }
});

scenario('owner and group', (c) => {
  const fid = c.create('f');
  c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_UID | SETATTR_GID, uid: 7, gid: 2 ** 31 });
  assert.equal([c.attr(fid).uid, c.attr(fid).gid], [7, 2 ** 31]);
  c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_GID, uid: 99, gid: 3 });
  assert.equal([c.attr(fid).uid, c.attr(fid).gid], [7, 3], 'a field outside valid is not set');
});

scenario('unknown bits are refused, and nothing is set', (c) => {
  const fid = c.create('f', 'text');
  c.expectError('Tsetattr', { ...NOTHING, fid, valid: 0x200 | SETATTR_SIZE }, E.EINVAL);
  c.expectError('Tsetattr', { ...NOTHING, fid, valid: 2 ** 31 + SETATTR_SIZE }, E.EINVAL);
  c.expectError('Tsetattr', { ...NOTHING, fid: 999, valid: 0 }, E.EBADF);
  assert.is(c.attr(fid).size, 4);
});

scenario('a size is set where truncate(2) and ftruncate(2) would', (c) => {
  c.file('f', 'text');
  c.mkdir('d');
  c.call('Tsymlink', { dfid: ROOT, name: 's', symtgt: 'f', gid: 0 });
  c.call('Tmknod', { dfid: ROOT, name: 'p', mode: S_IFIFO, major: 0, minor: 0, gid: 0 });
  const cases: [number, number, number][] = [
    [c.walk('f'), 3, 0],
    [c.open('f', O_WRONLY), 2, 0],
    [c.open('f', O_RDWR), 8, 0],
    [c.open('f', O_RDONLY), 0, E.EINVAL],
    [c.walk('d'), 0, E.EISDIR],
    [c.open('d', O_RDONLY), 0, E.EISDIR],
    [c.walk('s'), 0, E.EINVAL],
    [c.walk('p'), 0, E.EINVAL],
    [c.walk('f'), 2 ** 32, E.EFBIG],
    [c.walk('f'), 2 ** 53 - 1, E.EFBIG],
  ];
  for (const [fid, size, errno] of cases) {
    c.expectError('Tsetattr', { ...NOTHING, fid, valid: SETATTR_SIZE, size }, errno, `${size}`);
  }
  assert.is(c.text('f'), 'te\0\0\0\0\0\0');
});

scenario('times to the nanosecond, before 1970 and far off', (c) => {
  const fid = c.create('f');
  for (const sec of [0, 1, -1, -(2 ** 33), 2 ** 32, 2 ** 53 - 1, -(2 ** 53)]) {
    for (const nsec of [0, 1, 123_456_789, 999_999_999]) {
      const set = { atime_sec: sec, atime_nsec: nsec, mtime_sec: -sec, mtime_nsec: 999_999_999 - nsec };
      if (sec === -(2 ** 53)) set.mtime_sec = 5;
      c.call('Tsetattr', { ...NOTHING, fid, valid: BOTH_SET, ...set });
      const { atime, mtime } = times(c, fid);
      assert.equal(atime, [sec, nsec]);
      assert.equal(mtime, [set.mtime_sec, set.mtime_nsec]);
    }
  }
});

scenario('nanoseconds of a second and more are EINVAL', (c) => {
  const fid = c.create('f');
  const before = times(c, fid);
  for (const nsec of [1_000_000_000, 2 ** 30 - 1, 2 ** 32 - 1]) {
    for (const field of ['atime_nsec', 'mtime_nsec']) {
      c.expectError('Tsetattr', { ...NOTHING, fid, valid: BOTH_SET, [field]: nsec }, E.EINVAL);
    }
  }
  assert.equal(times(c, fid), before);
});

scenario('seconds beyond 2^53 are EOVERFLOW if valid names them, otherwise ignored', (c) => {
  const fid = c.create('f');
  for (const valid of [BOTH_SET, SETATTR_MODE]) {
    const bytes = encodeFrame('Tsetattr', { tag: 1, ...NOTHING, fid, valid });
    new DataView(bytes.buffer).setBigInt64(35, 2n ** 62n, true);
    const reply = decodeFrame(c.frame(bytes)!);
    const expected =
      valid === BOTH_SET ? { message: 'Rlerror', tag: 1, ecode: E.EOVERFLOW } : { message: 'Rsetattr', tag: 1 };
    assert.equal(reply, expected);
  }
});

scenario('a time without its _SET bit is now, one without its bit stays', async (c) => {
  const fid = c.create('f');
  c.call('Tsetattr', { ...NOTHING, fid, valid: BOTH_SET, atime_sec: 1, mtime_sec: 2 });
  const start = Math.floor(Date.now() / 1000);
  c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_ATIME, atime_sec: 77 });
  assert.ok(times(c, fid).atime[0]! >= start);
  assert.equal(times(c, fid).mtime, [2, 0]);
  c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_MTIME | SETATTR_MTIME_SET, mtime_sec: 3, mtime_nsec: 4 });
  assert.equal(times(c, fid).mtime, [3, 4]);
  const { ctime } = times(c, fid);
  await nextTick();
  c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_CTIME });
  assert.is.not(times(c, fid).ctime.join(), ctime.join());
  assert.equal(times(c, fid).mtime, [3, 4]);
});

scenario('the times that one call sets to now are the same', async (c) => {
  const fid = c.create('f', 'text');
  for (const valid of [SETATTR_SIZE, SETATTR_MTIME, SETATTR_ATIME | SETATTR_MTIME]) {
    await nextTick();
    c.call('Tsetattr', { ...NOTHING, fid, valid });
    const { atime, mtime, ctime } = times(c, fid);
    assert.equal(mtime, ctime);
    if ((valid & SETATTR_ATIME) !== 0) assert.equal(atime, ctime);
  }
});

scenario('which call moves which time, as on Linux', async (c) => {
  c.mkdir('d');
  const dir = c.walk('d');
  const fid = c.create('d/f', 'text');
  /** The times of the file and of its directory that a call has moved. */
  const moved = async (run: () => void): Promise<string> => {
    const before = [times(c, fid), times(c, dir)];
    await nextTick();
    run();
    const after = [times(c, fid), times(c, dir)];
    const names = ['atime', 'mtime', 'ctime'] as const;
    const changes = (i: number) => names.filter((name) => before[i]![name].join() !== after[i]![name].join());
    return `${changes(0)}|${changes(1)}`;
  };
  const opened = c.open('d', O_RDONLY);
  assert.is(await moved(() => c.write(fid, 'TEXT')), 'mtime,ctime|');
  assert.is(await moved(() => c.read(fid)), 'atime|', 'older than the change: relatime');
  assert.is(await moved(() => c.read(fid)), '|');
  assert.is(await moved(() => c.entries(opened)), '|atime');
  assert.is(await moved(() => c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_MODE })), 'ctime|');
  assert.is(await moved(() => c.call('Tsetattr', { ...NOTHING, fid, valid: SETATTR_SIZE, size: 4 })), 'mtime,ctime|');
  assert.is(await moved(() => c.link('d/l', fid)), 'ctime|mtime,ctime');
  assert.is(await moved(() => c.rename('d/l', 'd/m')), 'ctime|mtime,ctime');
  assert.is(await moved(() => c.unlink('d/m')), 'ctime|mtime,ctime');
  assert.is(await moved(() => c.file('d/new')), '|mtime,ctime');
  assert.is(await moved(() => c.rename('d/new', 'd/f')), 'ctime|mtime,ctime', 'renamed over');
});

/** The number of empty files that a volume of 1 MiB can hold. */
const INODES = Math.floor(2 ** 20 / (MEMFS_COST.inode + MEMFS_COST.name));

scenario(
  'statfs',
  (c) => {
    const before = c.call('Tstatfs', { fid: ROOT });
    assert.equal(before, {
      ...{ message: 'Rstatfs', tag: 1, fstype: V9FS_MAGIC, bsize: 4096, blocks: 256, bfree: 256, bavail: 256 },
      ...{ files: INODES + 1, ffree: INODES, fsid: 0n, namelen: 255 },
    });
    c.file('f', 'x'.repeat(4097));
    const after = c.call('Tstatfs', { fid: c.walk('f') });
    assert.is(before.bfree - after.bfree, 2);
    // An inode takes some bytes of the same space.
    assert.ok(before.ffree - after.ffree >= 1 && after.files - after.ffree === 2);
    c.expectError('Tstatfs', { fid: 999 }, E.EBADF);
  },
  { capacity: 1 << 20 },
);

test('changes by the host are seen', () => {
  const volume = Volume.fromJSON({ '/f': 'text' });
  const store = new MemfsStore({ volume });
  const c = store.client();
  const fid = c.walk('f');
  const { version } = c.attr(fid).qid;
  volume.utimesSync('/f', 5, 6);
  assert.equal(
    [times(c, fid).atime, times(c, fid).mtime],
    [
      [5, 0],
      [6, 0],
    ],
  );
  volume.chmodSync('/f', 0o600);
  assert.is(c.attr(fid).mode, S_IFREG | 0o600);
  volume.appendFileSync('/f', 'more');
  assert.is(c.attr(fid).size, 8);
  assert.is.not(c.attr(fid).qid.version, version);
  c.call('Tsetattr', { ...NOTHING, fid, valid: BOTH_SET, mtime_sec: 9, mtime_nsec: 5_000_000 });
  assert.is(volume.statSync('/f').mtimeMs, 9005);
  store.rest();
});

test.run();
