// Record locks: conflicts, owners, splitting and joining, limits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_BLOCKED, LOCK_SUCCESS, LOCK_TYPE_RDLCK, LOCK_TYPE_UNLCK, LOCK_TYPE_WRLCK } from '../../9p/constants.ts';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { RawClient } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

const R = LOCK_TYPE_RDLCK;
const W = LOCK_TYPE_WRLCK;
const U = LOCK_TYPE_UNLCK;

/** Tlock of [start, start + length) by a process: the status. */
function lock(c: RawClient, fid: number, ltype: number, start: number, length: number, proc_id = 1): number {
  return c.call('Tlock', { fid, ltype, flags: 0, start, length, proc_id, client_id: 'host' }).status;
}

/** The lock that conflicts with a write lock of another process, by Tgetlock: `R 0+10 by 1`, or `free`. */
function inTheWay(c: RawClient, fid: number, start: number, length: number): string {
  const held = c.call('Tgetlock', { fid, ltype: W, start, length, proc_id: 99, client_id: 'other' });
  if (held.ltype === U) {
    assert.equal([held.start, held.length, held.proc_id, held.client_id], [start, length, 99, 'other']);
    return 'free';
  }
  return `${held.ltype === R ? 'R' : 'W'} ${held.start}+${held.length} by ${held.proc_id}`;
}

scenario('who may lock beside whom', (c) => {
  const fid = c.create('f');
  const cases: [held: number, wanted: number, status: number][] = [
    [R, R, LOCK_SUCCESS],
    [R, W, LOCK_BLOCKED],
    [W, R, LOCK_BLOCKED],
    [W, W, LOCK_BLOCKED],
  ];
  for (const [held, wanted, status] of cases) {
    lock(c, fid, held, 10, 10);
    assert.is(lock(c, fid, wanted, 19, 1, 2), status, 'the last byte');
    assert.is(lock(c, fid, wanted, 20, 1, 2), LOCK_SUCCESS, 'behind it');
    assert.is(lock(c, fid, wanted, 0, 10, 2), LOCK_SUCCESS, 'before it');
    assert.is(lock(c, fid, wanted, 0, 11, 2), status, 'the first byte');
    assert.is(lock(c, fid, wanted, 5, 0, 2), status, 'to the end of the file');
    assert.is(lock(c, fid, W, 10, 10), status === LOCK_SUCCESS ? LOCK_BLOCKED : LOCK_SUCCESS, 'its own gives way');
    for (const proc of [1, 2]) lock(c, fid, U, 0, 0, proc);
    assert.is(inTheWay(c, fid, 0, 0), 'free');
  }
});

scenario('a session with locks by many fids ends in one look at each lock', (c, store) => {
  const other = store.client();
  const theirs = other.create('f');
  const FIDS = 500;
  for (let i = 0; i < FIDS; i++) {
    lock(c, c.open('f'), R, 2 * i, 1, i);
    lock(other, theirs, R, 2 * i, 1, i);
    // These have locked nothing, and are marked as if they had.
    lock(c, c.open('f'), U, 0, 1, 99);
  }
  let looks = 0;
  const counted = (locks: unknown[]): unknown[] => {
    const filter = (keep: (lock: unknown) => boolean): unknown[] => {
      looks += locks.length;
      return counted(Array.prototype.filter.call(locks, keep));
    };
    return Object.defineProperty(locks, 'filter', { value: filter });
  };
  const { inode } = other.session.fids.get(theirs)!;
  const locks = inode.locks as { held: unknown[] };
  locks.held = counted(locks.held);
  assert.is(locks.held.length, 2 * FIDS);
  c.session.close();
  assert.is(looks, 2 * FIDS);
  assert.is(c.session.locks, 0);
  assert.is((inode.locks as { held: unknown[] }).held.length, FIDS, 'those of the other session are kept');
  assert.is(inTheWay(other, theirs, 10, 1), 'R 10+1 by 5');
});

scenario('Tgetlock returns the conflicting lock, and Tlock is BLOCKED', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 5, 0);
  assert.is(lock(c, fid, R, 7, 1, 2), LOCK_BLOCKED);
  assert.is(inTheWay(c, fid, 0, 5), 'free');
  assert.is(inTheWay(c, fid, 0, 6), 'W 5+0 by 1');
  assert.is(inTheWay(c, fid, 2 ** 52, 1), 'W 5+0 by 1');
  assert.is(
    c.call('Tgetlock', { fid, ltype: W, start: 0, length: 0, proc_id: 1, client_id: 'host' }).ltype,
    U,
    'a lock does not conflict with its owner',
  );
});

scenario('Tgetlock with type UNLCK, as Linux sends it, returns a write lock of another process', (c) => {
  const fid = c.create('f');
  const ask = (proc_id: number): string => {
    const found = c.call('Tgetlock', { fid, ltype: U, start: 0, length: 0, proc_id, client_id: 'host' });
    return found.ltype === U ? 'free' : `${found.ltype === R ? 'R' : 'W'} ${found.start}+${found.length}`;
  };
  lock(c, fid, R, 0, 5, 1);
  assert.is(ask(2), 'free', 'a read lock is not in the way of a reader');
  lock(c, fid, W, 10, 10, 1);
  assert.is(ask(2), 'W 10+10');
  assert.is(ask(1), 'free', 'its own is not in the way');
});

scenario('pieces that touch become one, of one type', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 5);
  lock(c, fid, W, 10, 5);
  assert.is(inTheWay(c, fid, 0, 0), 'W 0+5 by 1');
  lock(c, fid, W, 5, 5);
  assert.is(inTheWay(c, fid, 14, 1), 'W 0+15 by 1', 'the one between joins both');
  lock(c, fid, R, 15, 5);
  assert.is(inTheWay(c, fid, 0, 15), 'W 0+15 by 1');
  assert.is(inTheWay(c, fid, 15, 0), 'R 15+5 by 1', 'another type stays separate');
  lock(c, fid, U, 5, 5);
  assert.is(inTheWay(c, fid, 0, 6), 'W 0+5 by 1');
  assert.is(inTheWay(c, fid, 5, 5), 'free');
  assert.is(inTheWay(c, fid, 5, 6), 'W 10+5 by 1');
  lock(c, fid, R, 3, 9);
  assert.is(inTheWay(c, fid, 4, 1), 'R 3+9 by 1', 'an overlap goes over to the new type');
  assert.is(inTheWay(c, fid, 12, 1), 'W 12+3 by 1');
});

scenario('a file is locked in so many pieces and no more', (c) => {
  const fid = c.create('f');
  let pieces = 0;
  const set = (start: number): number => c.errno('Tlock', { ...piece, start });
  const piece = { fid, ltype: W, flags: 0, start: 0, length: 1, proc_id: 1, client_id: 'host' };
  while (pieces < 10_000 && set(pieces * 2) === 0) pieces++;
  assert.is(pieces, 4096);
  assert.is(set(pieces * 2), E.ENOLCK);
  assert.is(inTheWay(c, fid, pieces * 2, 1), 'free', 'the refused lock is not held');
  assert.is(set(1), 0, 'a lock that joins two lowers the count');
  assert.is(set(pieces * 2), 0);
  assert.is(c.errno('Tlock', { ...piece, client_id: 'x'.repeat(256) }), E.EINVAL, 'nor by a name of any length');
});

scenario('an owner is a process of a client of a session', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const same = { ltype: W, flags: 0, start: 0, length: 1, proc_id: 1 };
  lock(c, fid, W, 0, 1);
  assert.is(c.call('Tlock', { fid, ...same, client_id: 'host' }).status, LOCK_SUCCESS);
  assert.is(c.call('Tlock', { fid: c.open('f', O_RDWR), ...same, client_id: 'host' }).status, LOCK_SUCCESS);
  assert.is(c.call('Tlock', { fid, ...same, proc_id: 2, client_id: 'host' }).status, LOCK_BLOCKED);
  assert.is(c.call('Tlock', { fid, ...same, client_id: 'guest' }).status, LOCK_BLOCKED);
  const theirs = other.open('f', O_RDWR);
  assert.is(other.call('Tlock', { fid: theirs, ...same, client_id: 'host' }).status, LOCK_BLOCKED);
});

scenario('a lock splits, shrinks and changes its kind as fcntl(2) says', (c) => {
  const fid = c.create('f');
  lock(c, fid, W, 0, 30);
  lock(c, fid, U, 10, 10);
  assert.is(inTheWay(c, fid, 0, 0), 'W 0+10 by 1');
  assert.is(inTheWay(c, fid, 10, 10), 'free');
  assert.is(inTheWay(c, fid, 20, 1), 'W 20+10 by 1');
  lock(c, fid, R, 5, 20);
  assert.is(inTheWay(c, fid, 0, 5), 'W 0+5 by 1');
  assert.is(inTheWay(c, fid, 10, 1), 'R 5+20 by 1');
  assert.is(inTheWay(c, fid, 25, 1), 'W 25+5 by 1');
  lock(c, fid, U, 0, 0);
  lock(c, fid, W, 0, 0);
  lock(c, fid, U, 8, 8);
  assert.is(inTheWay(c, fid, 7, 1), 'W 0+8 by 1');
  assert.is(inTheWay(c, fid, 16, 1), 'W 16+0 by 1');
});

scenario('a fid must be opened for what the lock is for', (c) => {
  c.file('f');
  const range = { flags: 0, start: 0, length: 1, proc_id: 1, client_id: '' };
  const cases: [number, number, number][] = [
    [c.walk('f'), R, E.EBADF],
    [999, R, E.EBADF],
    [c.open('f', O_RDONLY), W, E.EBADF],
    [c.open('f', O_WRONLY), R, E.EBADF],
    [c.open('f', O_RDONLY), R, 0],
    [c.open('f', O_WRONLY), U, 0],
    [c.open('f', O_RDWR), 3, E.EINVAL],
    [c.open('f', O_RDWR), 255, E.EINVAL],
  ];
  for (const [fid, ltype, errno] of cases) c.expectError('Tlock', { fid, ltype, ...range }, errno, `${ltype}`);
  const { flags: _, ...asked } = range;
  c.expectError('Tgetlock', { fid: c.walk('f'), ltype: W, ...asked }, E.EBADF);
  c.expectError('Tgetlock', { fid: c.open('f', O_RDONLY), ltype: 3, ...asked }, E.EINVAL);
});

scenario('a range beyond the largest offset is EOVERFLOW', (c) => {
  const fid = c.create('f');
  const far = { fid, ltype: W, start: 2 ** 53 - 10, proc_id: 1, client_id: '' };
  c.expectError('Tlock', { ...far, flags: 0, length: 11 }, E.EOVERFLOW);
  c.expectError('Tgetlock', { ...far, length: 2 ** 53 - 1 }, E.EOVERFLOW);
  assert.is(c.call('Tlock', { ...far, flags: 0, length: 9 }).status, LOCK_SUCCESS);
  assert.is(c.call('Tlock', { ...far, flags: 0, length: 0 }).status, LOCK_SUCCESS);
});

scenario('locks go with the fid they were set through, and with the session', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const second = c.open('f', O_RDWR);
  const theirs = other.open('f', O_RDWR);
  lock(c, fid, W, 0, 10);
  lock(c, second, W, 20, 10);
  lock(other, theirs, W, 40, 10, 5);
  c.clunk(fid);
  assert.is(inTheWay(c, second, 0, 20), 'free');
  assert.is(inTheWay(c, second, 0, 30), 'W 20+10 by 1');
  other.session.close();
  assert.is(inTheWay(c, second, 30, 0), 'free');
  c.call('Tremove', { fid: second });
  const fresh = c.create('f');
  assert.is(inTheWay(c, fresh, 0, 0), 'free');
});

scenario('an orphan keeps its locks', (c, store) => {
  const other = store.client();
  const fid = c.create('f');
  const theirs = other.open('f', O_RDWR);
  lock(c, fid, W, 0, 0);
  c.unlink('f');
  assert.is(lock(other, theirs, R, 0, 1), LOCK_BLOCKED);
  c.clunk(fid);
  assert.is(lock(other, theirs, R, 0, 1), LOCK_SUCCESS);
});

scenario('a session locks no more than 65,536 pieces in all its files', (c) => {
  const [one, other] = [c.create('one'), c.create('other')];
  // As if it had locked all the others, which takes long.
  c.session.locks = 65_534;
  lock(c, one, W, 0, 1);
  lock(c, one, R, 2, 1);
  const more = { fid: other, flags: 0, start: 0, length: 1, proc_id: 1, client_id: '' };
  c.expectError('Tlock', { ...more, ltype: W }, E.ENOLCK);
  assert.is(lock(c, one, W, 2, 1), LOCK_SUCCESS, 'no more than before');
  assert.is(lock(c, other, U, 0, 0), LOCK_SUCCESS);
  c.clunk(one);
  assert.is(c.session.locks, 65_534);
  assert.is(lock(c, other, W, 0, 1), LOCK_SUCCESS);
  c.session.locks -= 65_534;
});

test.run();
