// Blocking record locks: the reply comes when the lock is free. Tflush, Tversion and the end of a session cancel it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LOCK_BLOCKED,
  LOCK_FLAGS_BLOCK,
  LOCK_SUCCESS,
  LOCK_TYPE_RDLCK,
  LOCK_TYPE_UNLCK,
  LOCK_TYPE_WRLCK,
  NOFID,
  NOTAG,
  VERSION,
} from '../../9p/constants.ts';
import { O_RDWR } from '../../linux/constants.ts';
import { E, errnoName } from '../../linux/errno.ts';
import { decodeFrame, encodeFrame } from '../../9p/schema/interpret.ts';
import { lock as clientLock } from '../../client/rare-messages.ts';
import { Client } from '../../client/client.ts';
import { MAX_SESSION_WAITING, MAX_WAITING } from './wait.ts';
import { MemfsStore } from '../../../testing/memfs-store.ts';
import { exchange, Wire, type RawClient } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

const R = LOCK_TYPE_RDLCK;
const W = LOCK_TYPE_WRLCK;
const U = LOCK_TYPE_UNLCK;

function fields(fid: number, ltype: number, start: number, length: number, proc_id: number, flags: number) {
  return { fid, ltype, flags, start, length, proc_id, client_id: 'host' };
}

/** Tlock without LOCK_FLAGS_BLOCK: the status. */
function lock(c: RawClient, fid: number, ltype: number, start: number, length: number, proc = 1): number {
  return c.call('Tlock', fields(fid, ltype, start, length, proc, 0)).status;
}

/** Sends a Tlock with LOCK_FLAGS_BLOCK, which must wait. */
function wait(
  c: RawClient,
  tag: number,
  fid: number,
  ltype: number,
  start: number,
  length: number,
  proc: number,
): void {
  const before = c.wire.replies.length;
  c.wire.send('Tlock', fields(fid, ltype, start, length, proc, LOCK_FLAGS_BLOCK), tag);
  assert.is(c.wire.replies.length, before, `the request with tag ${tag} is not answered`);
}

/** The late replies since the last look: `2 ok`, `3 EBADF`, by tags. */
function late(c: RawClient): string[] {
  return c.wire.replies.splice(0).map((bytes) => {
    const reply = decodeFrame(bytes);
    if (reply.message === 'Rlerror') return `${reply.tag} ${errnoName(reply.ecode)}`;
    assert.is(reply.message, 'Rlock');
    return `${reply.tag} ${(reply as unknown as { status: number }).status === LOCK_SUCCESS ? 'ok' : 'status'}`;
  });
}

scenario('a blocking lock is answered when the conflicting lock is released', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const theirs = other.open('f', O_RDWR);
  assert.is(lock(c, fid, W, 0, 10), LOCK_SUCCESS);
  wait(other, 7, theirs, W, 5, 10, 2);
  assert.is(other.attr(theirs).nlink, 1, 'other requests of the session are answered meanwhile');
  assert.is(lock(c, fid, U, 0, 5), LOCK_SUCCESS);
  assert.equal(late(other), [], 'the rest of the lock still conflicts');
  assert.is(lock(c, fid, U, 5, 5), LOCK_SUCCESS);
  assert.equal(late(other), ['7 ok']);
  assert.is(lock(c, fid, W, 14, 1), LOCK_BLOCKED, 'the lock is held');
  other.clunk(theirs);
});

scenario('a blocking lock without conflict is answered at once', (c) => {
  const fid = c.create('f');
  assert.is(c.call('Tlock', fields(fid, W, 0, 0, 1, LOCK_FLAGS_BLOCK)).status, LOCK_SUCCESS);
  assert.is(c.call('Tlock', fields(fid, U, 0, 0, 1, LOCK_FLAGS_BLOCK)).status, LOCK_SUCCESS);
});

scenario('the late reply says that the lock is held, whatever the reply before it said', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  assert.is(lock(c, fid, W, 0, 0, 2), LOCK_BLOCKED);
  wait(c, 5, fid, W, 0, 0, 2);
  lock(c, fid, U, 0, 0);
  assert.equal(late(c), ['5 ok']);
});

scenario('requests are answered in the order of their arrival, each when it has no conflict', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  wait(c, 11, fid, R, 0, 10, 2);
  wait(c, 12, fid, W, 0, 1, 3);
  wait(c, 13, fid, R, 5, 1, 4);
  lock(c, fid, R, 0, 0);
  assert.equal(late(c), ['11 ok', '13 ok'], 'a downgrade admits the readers');
  lock(c, fid, U, 0, 0);
  assert.equal(late(c), [], 'a reader conflicts with the writer');
  lock(c, fid, U, 0, 0, 2);
  assert.equal(late(c), ['12 ok']);
});

scenario('the end of a holder’s fid, or of its session, admits those that wait', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const theirs = other.open('f', O_RDWR);
  const third = store.client();
  const last = third.open('f', O_RDWR);
  lock(c, fid, W, 0, 0);
  wait(other, 7, theirs, W, 0, 0, 2);
  wait(third, 7, last, W, 0, 0, 3);
  c.clunk(fid);
  assert.equal([late(other), late(third)], [['7 ok'], []]);
  other.session.close();
  assert.equal([late(other), late(third)], [[], ['7 ok']]);
});

scenario('the clunk of the fid of a waiting request answers it with EBADF', (c) => {
  const fid = c.create('f');
  const waiting = c.open('f', O_RDWR);
  lock(c, fid, W, 0, 0);
  wait(c, 5, waiting, W, 0, 0, 2);
  c.clunk(waiting);
  assert.equal(late(c), ['5 EBADF']);
  lock(c, fid, U, 0, 0);
  assert.equal(late(c), []);
  assert.is(lock(c, fid, W, 0, 0, 3), LOCK_SUCCESS, 'the lock was not taken');
});

scenario('Tflush cancels a waiting request, which is not answered', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  wait(c, 5, fid, W, 0, 0, 2);
  wait(c, 6, fid, W, 0, 0, 3);
  c.call('Tflush', { oldtag: 5 });
  c.call('Tflush', { oldtag: 99 });
  lock(c, fid, U, 0, 0);
  assert.equal(late(c), ['6 ok']);
  wait(c, 5, fid, W, 0, 0, 2);
  lock(c, fid, U, 0, 0, 3);
  assert.equal(late(c), ['5 ok'], 'the tag is free again');
});

scenario('the tag of a waiting request cannot be used again', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  wait(c, 5, fid, W, 0, 0, 2);
  const reply = exchange(c.wire, 'Tlock', fields(fid, W, 0, 0, 3, LOCK_FLAGS_BLOCK), 5);
  assert.equal(reply, { message: 'Rlerror', tag: 5, ecode: E.EINVAL });
  lock(c, fid, U, 0, 0);
  assert.equal(late(c), ['5 ok']);
});

scenario('Tversion and the end of the session cancel what waits', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  wait(other, 3, other.open('f', O_RDWR), W, 0, 0, 2);
  exchange(other.wire, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  const third = store.client();
  wait(third, 3, third.open('f', O_RDWR), W, 0, 0, 2);
  third.session.close();
  assert.is(lock(c, fid, U, 0, 0), LOCK_SUCCESS);
  assert.equal([late(other), late(third)], [[], []]);
  assert.is(lock(c, fid, W, 0, 0, 9), LOCK_SUCCESS, 'none of them holds a lock');
});

scenario('owners that wait for each other: EDEADLK', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const theirs = other.open('f', O_RDWR);
  const second = c.create('g');
  lock(c, fid, W, 0, 1, 1);
  lock(other, theirs, W, 1, 1, 2);
  lock(c, second, W, 0, 1, 3);
  wait(other, 7, theirs, W, 0, 1, 2);
  wait(c, 8, fid, W, 1, 1, 3);
  c.expectError(
    'Tlock',
    fields(second, W, 0, 1, 1, LOCK_FLAGS_BLOCK),
    E.EDEADLK,
    'a ring of three owners and two files',
  );
  c.expectError('Tlock', fields(fid, W, 1, 1, 1, LOCK_FLAGS_BLOCK), E.EDEADLK, 'a ring of two');
  lock(c, fid, U, 0, 1, 1);
  assert.equal(late(other), ['7 ok']);
  other.clunk(theirs);
  assert.equal(late(c), ['8 ok']);
});

scenario('so many requests wait for locks of a file and no more', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  for (let i = 0; i < MAX_WAITING; i++) wait(c, 10 + i, fid, R, 0, 0, 2);
  assert.is(c.call('Tlock', fields(fid, R, 0, 0, 2, LOCK_FLAGS_BLOCK)).status, LOCK_BLOCKED);
  lock(c, fid, U, 0, 0);
  assert.is(late(c).length, MAX_WAITING);
});

scenario('a cancelled request does not count among those that wait', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  for (let i = 0; i <= MAX_WAITING; i++) {
    wait(c, 10, fid, R, 0, 0, 2);
    c.call('Tflush', { oldtag: 10 });
  }
});

scenario('so many requests of a session wait and no more', (c) => {
  const fids: number[] = [];
  for (let file = 0; file * MAX_WAITING <= MAX_SESSION_WAITING; file++) {
    fids.push(c.create(`f${file}`));
    lock(c, fids.at(-1)!, W, 0, 0);
  }
  for (let i = 0; i < MAX_SESSION_WAITING; i++) wait(c, 10 + i, fids[Math.floor(i / MAX_WAITING)]!, R, 0, 0, 2);
  assert.is(c.call('Tlock', fields(fids.at(-1)!, R, 0, 0, 2, LOCK_FLAGS_BLOCK)).status, LOCK_BLOCKED);
});

scenario('a client in the same process cannot wait: it is answered BLOCKED', (c, store) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 0);
  const inProcess = new Client(store.server.connect());
  assert.is(inProcess.attach(), 0);
  const theirs = inProcess.walk(inProcess.root, ['f'], 0, 1);
  assert.is(inProcess.lopen(theirs, O_RDWR), 0);
  assert.is(clientLock(inProcess, theirs, W, LOCK_FLAGS_BLOCK, 0, 0, 1, 'other'), 0);
  assert.is(inProcess.r.status, LOCK_BLOCKED);
  inProcess.close();
});

test('a client that is gone when its lock is free does not disturb the others', () => {
  const store = new MemfsStore();
  const c = store.client();
  const fid = c.create('f');
  const other = store.client();
  const theirs = other.open('f', O_RDWR);
  lock(c, fid, W, 0, 0);
  let gone = false;
  const broken = new Wire(store.server, () => {
    if (gone) throw Object.assign(new Error('socket'), { code: 'EPIPE' });
  });
  exchange(broken, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  exchange(broken, 'Tattach', { fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 });
  exchange(broken, 'Twalk', { fid: 0, newfid: 1, wname: ['f'] });
  exchange(broken, 'Tlopen', { fid: 1, flags: O_RDWR });
  broken.send('Tlock', fields(1, W, 0, 0, 2, LOCK_FLAGS_BLOCK), 5);
  wait(other, 6, theirs, W, 0, 0, 3);
  gone = true;
  assert.is(lock(c, fid, U, 0, 0), LOCK_SUCCESS);
  assert.equal(late(other), ['6 ok'], 'the broken one was first, and its lock went with it');
  assert.is(store.server.inspect().sessions, 2);
  c.session.close();
  other.session.close();
  store.rest();
});

test('all that waits in a session ends with it, when the first late reply cannot be sent', () => {
  const store = new MemfsStore();
  const c = store.client();
  const fid = c.create('f');
  const other = store.client();
  const theirs = other.open('f', O_RDWR);
  lock(c, fid, W, 0, 0);
  let gone = false;
  let sent = 0;
  const broken = new Wire(store.server, () => {
    if (!gone) return;
    sent++;
    throw Object.assign(new Error('socket'), { code: 'EPIPE' });
  });
  exchange(broken, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  exchange(broken, 'Tattach', { fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 });
  exchange(broken, 'Twalk', { fid: 0, newfid: 1, wname: ['f'] });
  exchange(broken, 'Tlopen', { fid: 1, flags: O_RDWR });
  for (const tag of [5, 6, 7]) broken.send('Tlock', fields(1, W, 0, 0, tag, LOCK_FLAGS_BLOCK), tag);
  wait(other, 8, theirs, W, 0, 0, 3);
  gone = true;
  assert.is(lock(c, fid, U, 0, 0), LOCK_SUCCESS);
  assert.equal(late(other), ['8 ok']);
  assert.is(sent, 1, 'nothing is sent after the end');
  assert.is(lock(other, theirs, U, 0, 0, 3), LOCK_SUCCESS);
  assert.is(lock(c, fid, W, 0, 0), LOCK_SUCCESS, 'the session that ended holds no lock');
  c.session.close();
  other.session.close();
  store.rest();
});

for (const message of ['close', 'Tversion'] as const) {
  test(`${message}: a session whose end answers a client that closes it again ends once`, () => {
    const store = new MemfsStore();
    const c = store.client();
    const fid = c.create('f');
    lock(c, fid, W, 0, 0);
    let watching = false;
    const other = new Wire(store.server, () => {
      if (watching) c.session.close();
    });
    exchange(other, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
    exchange(other, 'Tattach', { fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 });
    exchange(other, 'Twalk', { fid: 0, newfid: 1, wname: ['f'] });
    exchange(other, 'Tlopen', { fid: 1, flags: O_RDWR });
    other.send('Tlock', fields(1, W, 0, 0, 2, LOCK_FLAGS_BLOCK), 5);
    watching = true;
    if (message === 'close') c.session.close();
    else assert.is(c.wire.frame(encodeFrame('Tversion', { tag: NOTAG, msize: 8192, version: VERSION })), null);
    assert.is(store.server.inspect().sessions, 1);
    assert.is(store.server.inspect().fids, 2);
    other.connection.close();
    store.rest();
  });
}

scenario('a deadlock that arises when another request gets its lock: EDEADLK', (c) => {
  const first = c.create('f');
  const second = c.create('g');
  lock(c, first, W, 0, 0, 1);
  lock(c, second, W, 0, 0, 3);
  // Two threads of the process 2 wait: no ring, since the process 1 does not.
  wait(c, 5, first, W, 0, 0, 2);
  wait(c, 6, first, W, 0, 0, 3);
  wait(c, 7, second, W, 0, 0, 2);
  lock(c, first, U, 0, 0, 1);
  assert.equal(late(c).sort(), ['5 ok', '6 EDEADLK']);
  lock(c, second, U, 0, 0, 3);
  assert.equal(late(c), ['7 ok']);
});

test.run();
