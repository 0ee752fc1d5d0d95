// Tries the copy of a file's content: truncated copies, holes, sizes.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pour } from './content.ts';
import type { Attributes, Handle } from './handle.ts';

/** Copies a file of zeros to one with room for `space` bytes; returns what was written. */
function poured(size: number, blocks: number, space: number): { error: string; size: number; most: number } {
  const result = { error: '', size: 0, most: 0 };
  const source = {
    at: { client: {} },
    read: (offset: number, _: Uint8Array, wanted: number) => Math.max(0, Math.min(wanted, size - offset)),
  };
  const setSize = (to: number): void => {
    result.size = to;
    result.most = Math.max(result.most, to);
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

test('a copy that is cut off is as short as what was written, and does not look whole', () => {
  assert.equal(poured(5 * MIB, 5 * 2048, 3 * MIB), { error: 'ENOSPC', size: 3 * MIB, most: 5 * MIB });
  assert.equal(poured(1000, 8, 500), { error: 'ENOSPC', size: 0, most: 0 });
});

test('a copy has the size of its source, also when that ends with a hole', () => {
  for (const size of [0, 1, 1000, MIB, MIB + 1, 5 * MIB]) {
    assert.is(poured(size, Math.ceil(size / 512), Infinity).size, size);
    assert.is(poured(size, 0, Infinity).size, size);
  }
});

test.run();
