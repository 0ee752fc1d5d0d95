// The codec of directory entries in the payload of Rreaddir.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../linux/errno.ts';
import { decodeDirent, WireDirent, encodeDirent } from './codec.gen.ts';
import { Packet } from './packet.ts';

const u32 = fc.nat(0xffffffff);
const fields = {
  qid_type: fc.nat(255),
  qid_version: u32,
  qid_path_lo: u32,
  qid_path_hi: u32,
  cookie_lo: u32,
  cookie_hi: u32,
  dtype: fc.nat(255),
  name: fc.string({ unit: 'binary', maxLength: 30 }),
};
const anyEntry = fc.record(fields, { noNullPrototype: true });

test('entries written one after the other are read the same', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 5 }), (entries) => {
      const packet = new Packet(4096);
      let end = 0;
      for (const entry of entries) end = encodeDirent(Object.assign(new WireDirent(), entry), packet, end, 4096);
      const back = new WireDirent();
      let at = 0;
      for (const entry of entries) {
        at = decodeDirent(back, packet, at, end);
        assert.equal({ ...back }, entry);
      }
      assert.is(at, end);
    }),
  );
});

test('the layout is that of the manual', () => {
  const packet = new Packet(64);
  const entry = Object.assign(new WireDirent(), { qid_type: 0x80, qid_path_lo: 7, cookie_lo: 3, dtype: 4, name: '..' });
  assert.is(encodeDirent(entry, packet, 2, 64), 28);
  const expected = [0x80, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 0x2e, 0x2e];
  assert.equal([...packet.u8.subarray(2, 28)], expected);
});

test('an entry that does not fit is not written, and an incomplete entry is not read', () => {
  const packet = new Packet(256);
  const entry = Object.assign(new WireDirent(), { name: 'näme' });
  const end = 10 + 24 + 5;
  for (let cut = 0; cut < end; cut++) {
    packet.u8.fill(0xee);
    assert.is(encodeDirent(entry, packet, 10, cut), -E.EMSGSIZE);
    const behind = packet.u8.subarray(cut);
    assert.equal([...behind], new Array(256 - cut).fill(0xee), 'nothing is written behind the end');
  }
  assert.is(encodeDirent(entry, packet, 10, 256), end);
  for (let cut = 0; cut < end; cut++) assert.is(decodeDirent(new WireDirent(), packet, 10, cut), -E.EINVAL);
  assert.is(decodeDirent(new WireDirent(), packet, 10, 257), -E.EINVAL, 'beyond the packet');
  packet.u8[35] = 0xff;
  const raw = new WireDirent();
  assert.is(decodeDirent(raw, packet, 10, end), end);
  assert.is(raw.name, 'n\udcff\udca4me');
  entry.name = '\ud800';
  assert.is(encodeDirent(entry, packet, 10, 256), -E.EILSEQ);
});

test.run();
