// A full store: ENOSPC reclaims orphans and tries once more.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_SIZE } from '../9p/constants.ts';
import { O_RDWR } from '../linux/constants.ts';
import { MEMFS_COST, nameCost } from '../backends/memfs/space.ts';
import { E } from '../linux/errno.ts';
import { type RawClient, ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

// A store of a fixed size: what waits to be reclaimed must never be why it is full.

/** Makes files, unlinks them, and gives the fids that hold them. */
function makeOrphans(c: RawClient, count: number, size = 1): number[] {
  return Array.from({ length: count }, (_, i) => {
    const fid = c.create(`f${i}`);
    c.write(fid, new Uint8Array(size));
    c.unlink(`f${i}`);
    return fid;
  });
}

/** A request that advances the queue, by at most 16. */
function request(c: RawClient): void {
  c.errno('Tflush', { oldtag: 9 });
}

scenario(
  'a full store frees what waits before it says ENOSPC',
  (c, store) => {
    const other = store.client();
    const [old] = makeOrphans(other, 1, 60_000);
    const fid = c.create('f');
    c.expectError('Tsetattr', { ...resize(fid, 80_000) }, E.ENOSPC, 'the orphan is still held');
    store.faults.reclaim = () => E.EIO;
    other.clunk(old!);
    c.expectError('Tsetattr', { ...resize(fid, 80_000) }, E.ENOSPC, 'nothing can be freed');
    delete store.faults.reclaim;
    // Sixteen in front of it, so that the step of the request itself does not come to it.
    c.clunk(...makeOrphans(c, 20, 0));
    c.call('Tsetattr', { ...resize(fid, 80_000) });
    assert.is(c.attr(fid).size, 80_000);
  },
  { capacity: 100_000 },
);

function resize(fid: number, size: number) {
  const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
  return { fid, valid: SETATTR_SIZE, mode: 0, uid: 0, gid: 0, size, ...times };
}

scenario(
  'a write to a full store frees what waits, and is done once',
  (c, store) => {
    const fid = c.create('f');
    const log = c.open('f', O_RDWR | 0o2000);
    store.faults.reclaim = () => E.EIO;
    const [orphan] = makeOrphans(c, 1, 8000);
    assert.ok(c.write(orphan!, new Uint8Array(14_000), 8000) < 14_000, 'now it is full');
    c.clunk(orphan!);
    let drained = 0;
    store.faults.reclaim = () => (drained++ === 0 ? E.EIO : undefined);
    assert.is(c.write(log, 'abc'), 3);
    assert.is(c.read(fid), 'abc');
    assert.is(drained, 2, 'in passing, and then because the store was full');
  },
  { capacity: 14_000 },
);

scenario(
  'room is counted rightly through writes, truncation, orphans and renames',
  (c) => {
    const free = () => c.call('Tstatfs', { fid: ROOT }).bfree;
    for (let round = 0; round < 3; round++) {
      const fid = c.create('f');
      assert.is(c.write(fid, new Uint8Array(60_000)), 60_000);
      assert.is(c.write(fid, new Uint8Array(60_000), 60_000), 5536, 'what there is room for');
      c.expectError('Twrite', { fid, offset: 65_536, data: new Uint8Array(1) }, E.ENOSPC);
      assert.is(c.write(fid, new Uint8Array(10), 65_530), 6);
      c.expectError('Twrite', { fid, offset: 70_000, data: new Uint8Array(1) }, E.ENOSPC, 'a gap counts');
      assert.is(free(), 0);
      c.call('Tsetattr', resize(fid, 4096));
      assert.is(free(), 15);
      c.file('g');
      c.rename('g', 'f');
      c.clunk(fid);
      c.unlink('f');
      // No statfs here, which would count anew: the next round must find all the room.
      request(c);
      request(c);
    }
    assert.is(free(), 16);
  },
  { capacity: 65_536 + MEMFS_COST.inode + nameCost('f') },
);

scenario('an error other than ENOSPC frees nothing', (c, store) => {
  c.clunk(...makeOrphans(c, 40));
  const before = store.reclaimed.length;
  c.expectError('Tunlinkat', { dfid: ROOT, name: 'no', flags: 0 }, E.ENOENT);
  assert.ok(store.reclaimed.length - before <= 16);
});

scenario('Tclunk and Tremove that find no room answer so, and the fid is gone', (c, store) => {
  store.faults.setxattr = () => E.ENOSPC;
  store.faults.unlink = () => E.ENOSPC;
  for (const name of ['Tclunk', 'Tremove'] as const) {
    c.file('f');
    const fid = c.walk('f');
    if (name === 'Tclunk') c.call('Txattrcreate', { fid, name: 'user.a', attr_size: 0, flags: 0 });
    delete store.faults.unlink;
    // Something that waits, so that the full store could be drained.
    store.faults.reclaim = () => E.EIO;
    c.clunk(...makeOrphans(c, 1));
    store.faults.unlink = () => E.ENOSPC;
    let tries = 0;
    store.faults.reclaim = () => (tries++ === 0 ? E.EIO : undefined);
    c.expectError(name, { fid }, E.ENOSPC, 'not the EBADF of a second try');
    c.expectError('Tclunk', { fid }, E.EBADF);
  }
});

test.run();
