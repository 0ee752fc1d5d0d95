import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../errno.ts';
import { encode, Message } from './codec.gen.ts';
import { VALID_BITS } from './messages.ts';
import { Packet } from './packet.ts';
import { MIN_BYTES, type Row, ROWS } from './rows.ts';
import { anyFields, decodeBytes, frameOf, rowOf, sample } from './testing.ts';

/** Where the fixed-length item stands in the frame; -1 behind a string. */
function offsetOf(row: Row, name: string): number {
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
  assert.is(seen, 31);
});

test('numbers that are none are not written', () => {
  const packet = new Packet(256);
  for (const row of ROWS) {
    const items = row.items.filter(({ kind }) => kind === 'size' || kind === 'seconds');
    for (const { name, kind } of items) {
      const signed = kind === 'seconds';
      for (const bad of [0.5, -0.5, signed ? -(2 ** 53) - 2 : -1, 2 ** 53, NaN, Infinity, -Infinity]) {
        const m = new Message();
        m.type = row.type;
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

test('a field that valid does not name may hold anything', () => {
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

test('fsid is never refused', () => {
  const frame = sample(rowOf('Rstatfs'));
  const at = offsetOf(rowOf('Rstatfs'), 'fsid');
  frame.fill(0xff, at, at + 8);
  const m = new Message();
  assert.is(decodeBytes(frame, m), 0);
  assert.is(m.fsid, 2 ** 64);
  assert.ok(encode(m, new Packet(256), 256) > 0, 'and can be passed on');
});

test.run();
