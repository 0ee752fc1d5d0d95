// copyBytes at every length and alignment.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { copyBytes, forgetCopied } from './copy.ts';

const SIZE = 2048;

function pattern(length: number, step: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * step + 1) & 255);
}

test('every length at every alignment copies these bytes and no others', () => {
  const from = pattern(SIZE, 7);
  for (const count of [0, 1, 4, 15, 16, 17, 18, 31, 32, 33, 99, 100, 101, 127, 128, 129, 256, 1000]) {
    for (const start of [0, 1, 2, 4, 7, 64, SIZE - count]) {
      for (const at of [0, 3, 4, 8, 130, SIZE - count]) {
        const to = new Uint8Array(SIZE).fill(9);
        copyBytes(from, start, to, at, count);
        const wanted = new Uint8Array(SIZE).fill(9);
        wanted.set(from.subarray(start, start + count), at);
        assert.equal(to, wanted, `${count} bytes from ${start} to ${at}`);
      }
    }
  }
});

test('views that do not begin at a word, and small arrays', () => {
  const buffer = pattern(2 * SIZE, 3);
  for (const offset of [0, 1, 2, 4]) {
    const from = buffer.subarray(offset, offset + SIZE);
    const to = new Uint8Array(new ArrayBuffer(SIZE + 8), offset, SIZE);
    copyBytes(from, 4, to, 8, 100);
    assert.equal(to.slice(8, 108), from.slice(4, 104));
    const small = new Uint8Array(40);
    copyBytes(from, 4, small, 4, 32);
    assert.equal(small.slice(4, 36), from.slice(4, 36));
  }
});

test('arrays that take turns', () => {
  const arrays = Array.from({ length: 4 }, (_, i) => pattern(SIZE, 2 * i + 1));
  const copies = arrays.map((bytes) => bytes.slice());
  for (let i = 0; i < 64; i++) {
    const [from, to, at] = [i % 4, (i * 7 + 1) % 4, (i * 64) % 1024];
    if (from === to) continue;
    copyBytes(arrays[from]!, at, arrays[to]!, at + 512, 128);
    copies[to]!.set(copies[from]!.subarray(at, at + 128), at + 512);
    if (i % 9 === 0) forgetCopied();
  }
  assert.equal(arrays, copies);
});

test.run();
