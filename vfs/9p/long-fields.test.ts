// The 64-bit fields: EINVAL and EOVERFLOW at their limits, signed seconds, opaque halves, fields outside of `valid`.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../linux/errno.ts';
import { decode, encode, Message } from './codec.gen.ts';
import { VALID_BITS } from './schema/messages.ts';
import { Packet } from './packet.ts';
import { MIN_BYTES, type MessageRow, ROWS } from './schema/rows.ts';
import { anyFields, decodeBytes, frameOf, rowOf, sample } from './schema/testing.ts';

/** The offset of a fixed-length item in the frame; -1 after a string. */
function offsetOf(row: MessageRow, name: string): number {
  let at = 7;
  for (const item of row.items) {
    if (item.name === name) return at;
    if (item.kind === 'string' || item.counter) return -1;
    at += MIN_BYTES[item.kind];
  }
  return -1;
}

test('checked numbers: EINVAL from 2^63 on, EOVERFLOW from 2^53 on', () => {
  let seen = 0;
  for (const row of ROWS) {
    for (const item of row.items.filter(({ kind }) => kind === 'size')) {
      const at = offsetOf(row, item.name);
      const frame = frameOf(row, { ...fc.sample(anyFields(row), { numRuns: 1, seed: 3 })[0], valid: 0x3fff, name: '' });
      const view = new DataView(frame.buffer);
      // Behind a string, which is empty here, stands its length.
      const start = at < 0 ? offsetOf(row, 'name') + 2 : at;
      view.setBigUint64(start, 2n ** 53n - 1n, true);
      assert.is(decodeBytes(frame), 0, `${row.name}.${item.name}`);
      view.setBigUint64(start, 2n ** 53n, true);
      assert.is(decodeBytes(frame), E.EOVERFLOW, `${row.name}.${item.name}`);
      view.setBigUint64(start, 2n ** 63n, true);
      assert.is(decodeBytes(frame), E.EINVAL, `${row.name}.${item.name}`);
      view.setBigUint64(start, 2n ** 64n - 1n, true);
      assert.is(decodeBytes(frame), E.EINVAL, `${row.name}.${item.name}`);
      seen++;
    }
  }
  assert.ok(seen >= 31, String(seen));
});

test('NaN, infinities and fractions are not encoded', () => {
  const packet = new Packet(256);
  for (const row of ROWS) {
    const items = row.items.filter(({ kind }) => kind === 'size' || kind === 'seconds');
    for (const { name, kind } of items) {
      const signed = kind === 'seconds';
      for (const bad of [0.5, -0.5, signed ? -(2 ** 53) - 2 : -1, 2 ** 53, NaN, Infinity, -Infinity]) {
        const m = new Message();
        m.type = row.type;
        m.valid = 0x3fff;
        assert.ok(encode(m, packet, 256) > 0);
        (m as unknown as Record<string, number>)[name] = bad;
        assert.is(encode(m, packet, 256), -E.EINVAL, `${row.name}.${name} ${bad}`);
      }
    }
  }
});

test('seconds before 1970 and out of range', () => {
  const row = rowOf('Tsetattr');
  const frame = sample(row);
  const view = new DataView(frame.buffer);
  const at = offsetOf(row, 'mtime_sec');
  const m = new Message();
  view.setUint32(offsetOf(row, 'valid'), 0x100, true);
  for (const seconds of [-1n, -(2n ** 32n), -(2n ** 32n) - 1n, -(2n ** 53n), 2n ** 53n - 1n]) {
    view.setBigInt64(at, seconds, true);
    assert.is(decodeBytes(frame, m), 0);
    assert.is(m.mtime_sec, Number(seconds));
  }
  for (const seconds of [2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    view.setBigInt64(at, seconds, true);
    assert.is(decodeBytes(frame), E.EOVERFLOW, String(seconds));
  }
});

test('a field whose bit is not in valid may have any value', () => {
  for (const name of ['Rgetattr', 'Tsetattr']) {
    const row = rowOf(name);
    const frame = sample(row);
    const view = new DataView(frame.buffer);
    for (const { name: field } of row.items.filter(({ kind }) => kind === 'size' || kind === 'seconds')) {
      if (field === 'valid') continue;
      const m = new Message();
      view.setUint32(offsetOf(row, 'valid'), 0x3fff & ~VALID_BITS[name][field], true);
      if (name === 'Rgetattr') view.setUint32(offsetOf(row, 'valid') + 4, 0, true);
      const at = offsetOf(row, field);
      const before = view.getBigUint64(at, true);
      view.setBigUint64(at, 0x7fff_dead_beef_0000n, true);
      assert.is(decodeBytes(frame, m), 0, `${name}.${field}`);
      assert.is((m as unknown as Record<string, number>)[field], 0, `${name}.${field}`);
      view.setBigUint64(at, before, true);
    }
  }
});

test('fields of Rgetattr that go together are zeros on both sides when valid names none of them', () => {
  const row = rowOf('Rgetattr');
  const packet = new Packet(160);
  const last = ['btime_sec', 'btime_nsec', 'gen', 'data_version'] as const;
  for (const [bits, fields, areThere] of [
    [0, ['rdev'], false],
    [0x7ef, ['rdev'], false],
    [0x10, ['rdev'], true],
    [0, ['blksize', 'blocks'], false],
    [0x3bff, ['blksize', 'blocks'], false],
    [0x400, ['blksize', 'blocks'], true],
    [0, last, false],
    [0x7ff, last, false],
    [0x800, last, true],
    [0x1000, last, true],
    [0x2000, last, true],
    [2 ** 40 + 0x3fff, last, true],
  ] as const) {
    const m = new Message();
    m.type = row.type;
    m.valid = bits;
    fields.forEach((field, i) => (m[field] = 5 + i));
    packet.u8.fill(0xff);
    assert.is(encode(m, packet, 160), 160);
    const sent = fields.map((field) => packet.view.getBigUint64(offsetOf(row, field), true));
    assert.equal(sent, areThere ? [5n, 6n, 7n, 8n].slice(0, fields.length) : fields.map(() => 0n), String(bits));
    // A peer may send what it likes there.
    fields.forEach((field) => packet.view.setBigUint64(offsetOf(row, field), 9n, true));
    assert.is(decode(m, packet, 160), 0);
    assert.equal(
      fields.map((field) => m[field]),
      fields.map(() => (areThere ? 9 : 0)),
      String(bits),
    );
  }
});

test('fsid keeps all its bits', () => {
  const frame = sample(rowOf('Rstatfs'));
  const at = offsetOf(rowOf('Rstatfs'), 'fsid');
  frame.fill(0xff, at, at + 8);
  const m = new Message();
  assert.is(decodeBytes(frame, m), 0);
  assert.equal([m.fsid_lo, m.fsid_hi], [0xffff_ffff, 0xffff_ffff]);
  assert.ok(encode(m, new Packet(256), 256) > 0, 'and can be passed on');
});

test.run();
