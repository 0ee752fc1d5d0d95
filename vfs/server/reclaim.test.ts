// The reclaim queue: when orphans are freed, in which steps, and what happens when that fails.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOTAG, SETATTR_SIZE, VERSION } from '../9p/constants.ts';
import { O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { LIVE, type Inode } from '../backend/inode.ts';
import { E } from '../linux/errno.ts';
import { Server } from './server.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { throwError } from '../../testing/checked-backend.ts';
import { MemfsStore } from '../../testing/memfs-store.ts';
import { type RawClient, exchange, ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

/** Makes files, unlinks them, and gives the fids that hold them. */
function makeOrphans(c: RawClient, count: number, size = 1): number[] {
  return Array.from({ length: count }, (_, i) => {
    const fid = c.create(`f${i}`);
    c.write(fid, new Uint8Array(size));
    c.unlink(`f${i}`);
    return fid;
  });
}

function resize(fid: number, size: number) {
  const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
  return { fid, valid: SETATTR_SIZE, mode: 0, uid: 0, gid: 0, size, ...times };
}

function inoOf(c: RawClient, fid: number): number {
  return Number(c.attr(fid).qid.path);
}

function inos(store: MemfsStore): number[] {
  return store.reclaimed.map(({ ino }) => ino);
}

/** A request that advances the queue, by at most 16. */
function request(c: RawClient): void {
  c.errno('Tflush', { oldtag: 9 });
}

scenario(
  'the clunk returns before anything is freed; the next request frees, in the order of the clunks',
  (c, store) => {
    const fids = makeOrphans(c, 5);
    const order = [3, 0, 4, 1, 2].map((i) => fids[i]!);
    const expected = order.map((fid) => inoOf(c, fid));
    let freed = 0;
    for (const fid of order) {
      c.clunk(fid);
      assert.is(store.reclaimed.length, freed++, 'not by its own clunk');
    }
    request(c);
    assert.equal(inos(store), expected);
  },
);

scenario('a request frees sixteen at most', (c, store) => {
  makeOrphans(c, 40);
  exchange(c.wire, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  const seen = [store.server.inspect().reclaiming];
  for (let i = 0; i < 3; i++) {
    request(c);
    seen.push(store.server.inspect().reclaiming);
  }
  assert.equal(seen, [40, 24, 8, 0]);
});

scenario('a server at rest frees on a timer, in steps', async (c, store) => {
  makeOrphans(c, 40);
  exchange(c.wire, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  assert.is(store.reclaimed.length, 0);
  const steps: number[] = [];
  for (let last = 0, waits = 0; last < 40 && waits < 1000; waits++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (store.reclaimed.length > last) steps.push(store.reclaimed.length - last);
    last = store.reclaimed.length;
  }
  assert.is(store.reclaimed.length, 40);
  assert.ok(
    steps.every((step) => step % 16 === 0 || step === 8),
    steps.join(),
  );
});

scenario('statfs and fsync free all that waits', (c, store) => {
  const fid = c.open('', O_RDONLY);
  for (const sync of [() => c.call('Tstatfs', { fid: ROOT }), () => c.call('Tfsync', { fid, datasync: 1 })]) {
    const other = store.client();
    makeOrphans(other, 40);
    other.session.close();
    assert.is(store.server.inspect().reclaiming, 40);
    sync();
    assert.is(store.server.inspect().reclaiming, 0);
  }
});

scenario('the end of the last session frees all that waits', (c, store) => {
  makeOrphans(c, 40);
  const other = store.client();
  c.session.close();
  assert.is(store.server.inspect().reclaiming, 40);
  other.session.close();
  assert.equal(store.server.inspect(), AT_REST);
});

scenario('an inode that cannot be freed keeps its record, does not block the others, and is retried', (c, store) => {
  const fids = makeOrphans(c, 3, 100);
  const [first, second, third] = fids.map((fid) => inoOf(c, fid));
  let tries = 0;
  let broken = true;
  store.faults.reclaim = (inode) => ((inode as Inode).ino === first && broken && ++tries ? E.EIO : undefined);
  c.clunk(...fids);
  request(c);
  request(c);
  assert.equal(inos(store), [second, third]);
  assert.equal(store.server.inspect(), { ...AT_REST, sessions: 1, fids: 1, inodes: 1, reclaiming: 1, bytes: 100 });
  assert.ok(tries > 1);
  broken = false;
  request(c);
  assert.equal(inos(store), [second, third, first]);
});

scenario('a reclaim that throws counts as failed', (c, store) => {
  const [fid] = makeOrphans(c, 1);
  let tries = 0;
  store.faults.reclaim = () => (tries++ === 0 ? throwError('EBUSY') : undefined);
  c.clunk(fid!);
  request(c);
  assert.is(store.server.inspect().reclaiming, 1);
  request(c);
  assert.is(store.server.inspect().reclaiming, 0);
});

scenario('when all fail, a drain ends all the same', (c, store) => {
  const fids = makeOrphans(c, 20);
  let tries = 0;
  let broken = true;
  store.faults.reclaim = () => (tries++, broken ? E.EIO : undefined);
  c.clunk(...fids);
  tries = 0;
  store.server.sync();
  assert.is(tries, 20, 'each is tried once');
  assert.is(store.server.inspect().reclaiming, 20);
  broken = false;
  store.server.sync();
  assert.is(store.reclaimed.length, 20);
});

scenario('an inode that could not be freed at shutdown is still recorded', (c, store) => {
  const [fid] = makeOrphans(c, 1);
  store.faults.reclaim = () => E.EIO;
  c.clunk(fid!);
  store.server.close();
  assert.equal(store.server.inspect(), { ...AT_REST, reclaiming: 1, bytes: 1 });
  delete store.faults.reclaim;
});

/** A removed directory with another removed one below it that a fid holds: the only way to a waiting inode. */
function waitingParent(c: RawClient, store: MemfsStore): { below: number; ino: number } {
  c.mkdir('a');
  c.mkdir('a/b');
  const below = c.walk('a/b');
  const ino = inoOf(c, c.walk('a'));
  c.rmdir('a/b');
  store.faults.reclaim = () => E.EIO;
  const other = store.client();
  const held = other.walk('a');
  exchange(c.wire, 'Tclunk', { fid: below + 1 });
  c.rmdir('a');
  other.clunk(held);
  other.session.close();
  assert.is(store.server.inspect().reclaiming, 1);
  return { below, ino };
}

scenario('a reopen races reclamation, and wins', (c, store) => {
  const { below, ino } = waitingParent(c, store);
  const up = c.walk('..', below);
  assert.is(store.server.inspect().reclaiming, 0);
  assert.is(inoOf(c, up), ino);
  delete store.faults.reclaim;
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 0, 'it is not freed beneath the fid');
  assert.equal(store.server.inspect(), { ...AT_REST, sessions: 1, fids: 3, inodes: 3, orphans: 2, bytes: 80 });
  c.call('Tlopen', { fid: up, flags: O_RDONLY });
  assert.equal(c.entries(up), []);
  c.clunk(up);
  c.call('Tstatfs', { fid: ROOT });
  assert.equal(inos(store), [ino]);
});

scenario('walking through a waiting inode leaves it waiting', (c, store) => {
  const { below, ino } = waitingParent(c, store);
  const root = c.walk('../..', below);
  assert.is(inoOf(c, root), inoOf(c, ROOT));
  assert.is(c.call('Twalk', { fid: below, newfid: c.fid(), wname: ['..', 'x'] }).wqid.length, 1);
  assert.is(store.server.inspect().reclaiming, 1);
  delete store.faults.reclaim;
  c.call('Tstatfs', { fid: ROOT });
  assert.equal(inos(store), [ino]);
  c.expectError('Twalk', { fid: below, newfid: c.fid(), wname: ['..'] }, E.ENOENT, 'lost once it is freed');
});

test('two servers over one backend: what one holds, the other does not free', () => {
  const store = new MemfsStore();
  const second = new Server(store.server.backend);
  const c = store.client();
  const { below, ino } = waitingParent(c, store);
  // The same through the second server: the inode waits in the first one's queue.
  const inode = [...store.server.reclaim.pending()][0]!;
  second.reclaim.revive(inode);
  assert.is(inode.state, LIVE);
  delete store.faults.reclaim;
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 0);
  second.reclaim.add(inode);
  second.sync();
  assert.equal(inos(store), [ino]);
  c.clunk(below);
  store.rest();
});

scenario('a backend that throws where it must not leaks nothing', (c, store) => {
  const opened = [c.create('a', 'x'), c.create('b', 'y')];
  const dir = c.open('', O_RDONLY);
  c.entries(dir, 0n, 30);
  c.unlink('a');
  const close = store.server.backend.closeHandle;
  store.faults.closeHandle = () => throwError('EIO');
  c.expectError('Tclunk', { fid: opened[0]! }, E.EIO);
  c.expectError('Tclunk', { fid: opened[0]! }, E.EBADF, 'it is gone all the same');
  c.session.close();
  assert.equal(store.server.inspect(), AT_REST);
  delete store.faults.closeHandle;
  for (let i = 0; i < 3; i++) close({} as Inode, 0);
});

scenario('a truncation that throws leaves no handle open', (c, store) => {
  c.file('f', 'x');
  const fid = c.walk('f');
  store.faults.setattr = () => throwError('ENOSPC');
  c.expectError('Tlopen', { fid, flags: O_RDWR | 0o1000 }, E.ENOSPC);
  delete store.faults.setattr;
  c.call('Tlopen', { fid, flags: O_RDWR | 0o1000 });
});

scenario('an orphan of 256 MiB: the clunk does not walk its data', (c, store) => {
  const fid = c.create('big');
  c.call('Tsetattr', resize(fid, 256 << 20));
  c.unlink('big');
  const small = c.create('small', 'x');
  c.unlink('small');
  const start = performance.now();
  c.clunk(fid);
  const took = performance.now() - start;
  assert.ok(took < 20, `${took} ms`);
  assert.is(store.server.inspect().bytes, (256 << 20) + 1);
  c.clunk(small);
});

scenario('ten thousand orphans, clunked in random order', (c, store) => {
  const fids = makeOrphans(c, 10_000);
  const one = store.server.inspect();
  assert.equal(one, { sessions: 1, fids: 10_001, inodes: 10_001, orphans: 10_000, reclaiming: 0, bytes: 10_000 });
  let seed = 1;
  for (let i = fids.length - 1; i > 0; i--) {
    seed = (seed * 48_271) % 2_147_483_647;
    const j = seed % (i + 1);
    [fids[i], fids[j]] = [fids[j]!, fids[i]!];
  }
  for (const fid of fids) assert.is(c.read(fid, 0, 1), '\0');
  c.clunk(...fids);
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 10_000);
  assert.is(new Set(store.reclaimed).size, 10_000);
});

test.run();
