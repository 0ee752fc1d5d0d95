// The sorted chunk array agrees with a Map under random operations.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SparseChunks } from './sparse-chunks.ts';

const PIECES = Array.from({ length: 64 }, (_, i) => new Uint8Array(i));

test('at random: as a Map has them, in order', () => {
  let seed = 99;
  const random = (below: number) => (seed = (Math.imul(seed, 48271) >>> 0) % 0x7fffffff) % below;
  for (let round = 0; round < 200; round++) {
    const chunks = new SparseChunks();
    const model = new Map<number, Uint8Array>();
    // Close together, so that some are adjacent, or far apart.
    const scale = [12, 40, 2 ** 31][round % 3]!;
    for (let step = 0; step < 60; step++) {
      const number = random(scale);
      assert.is(chunks.get(number), model.get(number));
      const sorted = [...model.keys()].sort((a, b) => a - b);
      assert.is(chunks.next(number), sorted.find((other) => other >= number) ?? -1);
      let gap = number;
      while (model.has(gap)) gap++;
      assert.is(chunks.gap(number), gap);
      if (random(12) === 0) {
        const dropped = sorted.filter((other) => other >= number);
        const bytes = dropped.reduce((sum, other) => sum + model.get(other)!.length, 0);
        assert.is(chunks.cut(number), bytes);
        for (const other of dropped) model.delete(other);
      } else {
        const piece = PIECES[random(PIECES.length)]!;
        chunks.set(number, piece);
        model.set(number, piece);
      }
      assert.is(chunks.count, model.size);
    }
  }
});

test.run();
