// Tread and Twrite of several ranges, as a client in the same process sends them: the calls of the backend.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Message, TYPE, decode, encode } from '../../9p/codec.gen.ts';
import { Packet } from '../../9p/packet.ts';
import { Iov } from '../../lib/iov.ts';
import type { RawClient } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

/** Moves ranges between a file and the memory, by Tread or Twrite. Returns the count of the reply. */
function move(c: RawClient, type: number, fid: number, iov: Iov): number {
  const t = new Message();
  Object.assign(t, { type, tag: 1, fid, offset: 0, count: iov.total });
  const request = new Packet(64);
  const reply = new Packet(64);
  const length = c.session.serve(request, encode(t, request, c.session.msize), reply, iov);
  const r = new Message();
  assert.is(decode(r, reply, length), 0);
  assert.is(r.type, type + 1);
  return r.count;
}

scenario('ranges of 16 KiB together are moved by one call of the backend, longer ones by one each', (c, store) => {
  const fid = c.create('f');
  const from = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251);
  const cases: [total: number, calls: number][] = [
    [16_384, 1],
    [16_385, 2],
  ];
  for (const [total, calls] of cases) {
    const iov = new Iov();
    iov.reset(from);
    iov.add(1000, 1100);
    iov.add(2000, 2000 + total - 100);
    const expected = new Uint8Array(total);
    iov.gather(expected);
    store.checked.calls = [];
    assert.is(move(c, TYPE.Twrite, fid, iov), total);
    assert.is(store.checked.calls.filter((name) => name === 'write').length, calls, `a write of ${total} bytes`);

    const into = new Uint8Array(from.length);
    iov.reset(into);
    iov.add(5, 17);
    iov.add(100, 100 + total - 12);
    store.checked.calls = [];
    assert.is(move(c, TYPE.Tread, fid, iov), total);
    assert.is(store.checked.calls.filter((name) => name === 'read').length, calls, `a read of ${total} bytes`);
    const read = new Uint8Array(total);
    iov.gather(read);
    assert.equal(read, expected);
  }
});

scenario(
  'a Twrite of no bytes, in no range or an empty one: the count is 0, whatever the reply before it said',
  (c) => {
    const fid = c.create('f');
    const iov = new Iov();
    iov.single(new Uint8Array(9), 2, 7);
    assert.is(move(c, TYPE.Twrite, fid, iov), 5);
    iov.single(iov.u8, 2, 2);
    assert.is(move(c, TYPE.Twrite, fid, iov), 0);
    assert.is(move(c, TYPE.Tread, fid, iov), 0);
    iov.reset(iov.u8);
    assert.is(move(c, TYPE.Twrite, fid, iov), 0);
    assert.is(c.attr(fid).size, 5);
  },
);

test.run();
