// Interned strings equal those of decodeText, for any bytes.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../linux/errno.ts';
import { internString } from './intern.ts';
import { decodeText } from './utf8.ts';

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test('any bytes are what decodeText makes of them, at first and again', () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 70 }).map(bytesOf),
    // Few different bytes, so that neighbours in the table are alike.
    fc.uint8Array({ maxLength: 6, max: 1 }),
  );
  fc.assert(
    fc.property(some, fc.nat(20), (bytes, before) => {
      const u8 = new Uint8Array(before + bytes.length + 3).fill(0x61);
      u8.set(bytes, before);
      assert.is(internString(u8, before, before + bytes.length), decodeText(bytes));
      assert.is(internString(u8, before, before + bytes.length), decodeText(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('more names than the table has entries stay distinct', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `file${i}.txt`);
  for (let round = 0; round < 2; round++) {
    for (const name of names) assert.is(internString(bytesOf(name), 0, name.length), name);
  }
});

test('names of 64 and 65 bytes', () => {
  for (const name of ['x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(62)}é`, `${'x'.repeat(63)}é`]) {
    const u8 = bytesOf(name);
    assert.is(internString(u8, 0, u8.length), name);
    assert.is(internString(u8, 0, u8.length - 1), decodeText(u8.subarray(0, u8.length - 1)));
  }
});

test('a byte order mark and NUL belong to the name', () => {
  for (const name of ['\ufeff', '\ufeffa', 'a\0b', '\0', '']) {
    const u8 = bytesOf(name);
    assert.is(internString(u8, 0, u8.length), name);
  }
});

test('bytes that are not UTF-8 are interned like others', () => {
  const bad = [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0x80]];
  for (let round = 0; round < 3; round++) {
    for (const bytes of bad) {
      const text = bytes.map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
      assert.is(internString(Uint8Array.from(bytes), 0, bytes.length), text);
      assert.is(internString(bytesOf('a'), 0, 1), 'a');
    }
  }
});

test('a guess does not change the result', () => {
  const texts = [
    '',
    'a',
    'ab',
    'é',
    'e',
    'ÿ',
    '\u0080',
    'aé',
    'b'.repeat(70),
    `${'b'.repeat(69)}c`,
    '\ud800',
    '𝄞',
    'ä\0',
  ];
  for (const text of texts) {
    const bytes = bytesOf(text);
    for (const guess of texts)
      assert.is(internString(bytes, 0, bytes.length, guess), decodeText(bytes), `${text} ${guess}`);
    // As many bytes as the guess has characters, of the same numbers: that is not UTF-8.
    const latin = Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
    assert.is(internString(latin, 0, latin.length, text), decodeText(latin), text);
  }
});

test('shared memory is read like any other', () => {
  const u8 = new Uint8Array(new SharedArrayBuffer(256), 16);
  for (const name of ['tmp', 'é', 'long'.repeat(40)]) {
    const bytes = bytesOf(name);
    u8.set(bytes, 5);
    assert.is(internString(u8, 5, 5 + bytes.length), name);
  }
});

test('a range that is not within the bytes is EFAULT', () => {
  const u8 = new Uint8Array(10);
  for (const [start, end] of [
    [0, 11],
    [10, 11],
    [5, 4],
    [-1, 3],
    [0, 2 ** 32],
    [100, 200],
  ]) {
    assert.is(internString(u8, start, end), E.EFAULT);
  }
});

test.run();
