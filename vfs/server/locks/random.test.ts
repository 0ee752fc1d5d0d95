// Random blocking locks of several clients, with flushes and fids that are opened anew.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, LOCK_TYPE_RDLCK, LOCK_TYPE_UNLCK, LOCK_TYPE_WRLCK } from '../../9p/constants.ts';
import { O_RDWR } from '../../linux/constants.ts';
import { findConflict, heldLocks, waitersOf } from './locks.ts';
import { MemfsStore } from '../../../testing/memfs-store.ts';
import type { RawClient } from '../../../testing/raw-client.ts';

const TYPES = { read: LOCK_TYPE_RDLCK, write: LOCK_TYPE_WRLCK, unlock: LOCK_TYPE_UNLCK };

/** A step of the random test: what a client does with one of its fids. */
type Step = {
  client: number;
  file: number;
  op: 'read' | 'write' | 'unlock' | 'flush' | 'reopen';
  start: number;
  length: number;
  proc: number;
};

const anyStep: fc.Arbitrary<Step> = fc.record({
  client: fc.nat(2),
  file: fc.nat(1),
  op: fc.constantFrom('read', 'write', 'write', 'unlock', 'unlock', 'flush', 'reopen'),
  start: fc.nat(3),
  length: fc.integer({ min: 1, max: 3 }),
  proc: fc.nat(1),
});

test('random locks of three clients: none conflict, none waits without a conflict, all end', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const store = new MemfsStore();
      const clients = [0, 1, 2].map(() => store.client());
      for (const name of ['f0', 'f1']) clients[0]!.create(name);
      const fids = clients.map((c) => ['f0', 'f1'].map((name) => c.open(name, O_RDWR)));
      let tag = 100;
      let waited = 0;
      for (const { client, file, op, start, length, proc } of steps) {
        const c = clients[client]!;
        const fid = fids[client]![file]!;
        if (op === 'flush') {
          const oldest = [...c.session.pending!.keys()][0];
          if (oldest !== undefined) c.call('Tflush', { oldtag: oldest });
        } else if (op === 'reopen') {
          c.clunk(fid);
          fids[client]![file] = c.open(`f${file}`, O_RDWR);
        } else {
          const ltype = TYPES[op];
          c.wire.send(
            'Tlock',
            { fid, ltype, flags: LOCK_FLAGS_BLOCK, start, length, proc_id: proc, client_id: 'host' },
            tag++,
          );
          if (c.session.pending!.has(tag - 1)) waited++;
        }
        for (const other of clients) other.wire.replies.length = 0;
        checkLocks(clients, fids);
      }
      for (const c of clients) for (const fid of fids[clients.indexOf(c)]!) c.clunk(fid);
      assert.is(waited === 0 || clients.every((c) => c.session.pending!.size === 0), true, 'all are answered');
      for (const c of clients) {
        assert.is(c.session.locks, 0);
        c.session.close();
      }
      store.rest();
    }),
    { numRuns: 300 },
  );
});

/** No two held locks conflict; the count of each session is right; each waiting request has a conflict. */
function checkLocks(clients: readonly RawClient[], fids: readonly (readonly number[])[]): void {
  const held = [0, 0, 0];
  for (const file of [0, 1]) {
    const { inode } = clients[0]!.session.fids.get(fids[0]![file]!)!;
    for (const lock of heldLocks(inode)) {
      held[clients.findIndex((c) => c.session === lock.fid.session)]!++;
      assert.is(findConflict(inode, lock), undefined, 'two locks conflict');
    }
    for (const { wanted } of waitersOf(inode)) assert.ok(findConflict(inode, wanted), 'a request waits for nothing');
  }
  assert.equal(
    held,
    clients.map((c) => c.session.locks),
  );
}

test.run();
