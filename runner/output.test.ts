// The kept output of a guest.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeptOutput, OUTPUT_MAX, sharedOutput, writtenSoFar } from './output.ts';

test('the first bytes are kept, in the worker and in shared memory', () => {
  const memory = sharedOutput();
  const output = new KeptOutput(memory, 1);
  const piece = Uint8Array.from({ length: 100_000 }, (_, i) => i);
  for (let i = 0; i < 200; i++) output.write(piece);
  assert.is(output.total, 20_000_000);
  const bytes = output.bytes();
  assert.is(bytes.length, OUTPUT_MAX);
  for (const at of [0, 99_999, 100_000, OUTPUT_MAX - 1]) assert.is(bytes[at], piece[at % 100_000]);
  assert.equal(writtenSoFar(memory, 1), piece.slice(0, 65_536));
  assert.is(writtenSoFar(memory, 0).length, 0);
});

test('writes of one byte take no more memory than their bytes', () => {
  const output = new KeptOutput(sharedOutput(), 0);
  const before = process.memoryUsage();
  for (let i = 0; i < 1_000_000; i++) output.write(new Uint8Array([i]));
  const after = process.memoryUsage();
  assert.is(output.bytes().length, 1_000_000);
  // As pieces they take 200 bytes each.
  assert.ok(after.heapUsed + after.external - before.heapUsed - before.external < 100e6);
});

test.run();
