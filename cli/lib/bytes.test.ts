// Tries texts that are not UTF-8.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rawOf, recovered, wordsOf } from './bytes.ts';
import { isLossy, isRaw } from './lossy.ts';

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

test('a text tells if bytes are lost or escaped', () => {
  assert.equal([isLossy('a\ufffd'), isLossy('aé😀')], [true, false]);
  assert.equal([isRaw('a\udcff'), isRaw('aé😀')], [true, false]);
});

test('words and variables of this process stay as they are where nothing is lost', () => {
  const argv = process.argv.slice(-1);
  assert.equal(wordsOf(argv), argv);
  const others = ['not', 'ours'];
  assert.is(wordsOf(others), others);
  process.env['WASI9P_LATER'] = 'x\ufffd';
  try {
    const env = { WASI9P_LATER: 'x\ufffd', PATH: process.env['PATH']!, A: '=b' };
    assert.equal(recovered(env), env);
  } finally {
    delete process.env['WASI9P_LATER'];
  }
});

test('argv and environ are C strings', () => {
  const { args, env } = rawOf(['p', 'a\udcff'], { B: '\udc80' });
  assert.equal([args, env], [[bytes(0x70, 0), bytes(0x61, 0xff, 0)], [bytes(0x42, 0x3d, 0x80, 0)]]);
});

test.run();
