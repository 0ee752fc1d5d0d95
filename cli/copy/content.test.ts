// Tries the copy of a file's content: truncated copies, holes, sizes.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pour } from './content.ts';
import type { Attributes, Handle } from './handle.ts';

/** Copies a file of zeros to one with room for `space` bytes; returns the error, the final and the largest size. */
function poured(size: number, blocks: number, space: number): { error: string; size: number; largest: number } {
  const result = { error: '', size: 0, largest: 0 };
  const source = {
    at: { client: { transport: {} } },
    read: (offset: number, _: Uint8Array, wanted: number) => Math.max(0, Math.min(wanted, size - offset)),
  };
  const setSize = (to: number): void => {
    result.size = to;
    result.largest = Math.max(result.largest, to);
  };
  const write = (offset: number, _: Uint8Array, start: number, end: number): void => {
    if (offset + end - start > space) throw new Error('ENOSPC');
    setSize(Math.max(result.size, offset + end - start));
  };
  try {
    pour(source as never, { size, blocks } as Attributes, { setSize, write } as unknown as Handle, () => {});
  } catch (thrown) {
    result.error = (thrown as Error).message;
  }
  return result;
}

const MIB = 1 << 20;

test('an interrupted copy is only as long as its data, so that it does not look complete', () => {
  assert.equal(poured(5 * MIB, 5 * 2048, 3 * MIB), { error: 'ENOSPC', size: 3 * MIB, largest: 5 * MIB });
  assert.equal(poured(1000, 8, 500), { error: 'ENOSPC', size: 0, largest: 0 });
});

test('a copy has the size of its source, also when that ends with a hole', () => {
  for (const size of [0, 1, 1000, MIB, MIB + 1, 5 * MIB]) {
    assert.is(poured(size, Math.ceil(size / 512), Infinity).size, size);
    assert.is(poured(size, 0, Infinity).size, size);
  }
});

test.run();
