// Tries texts that are not UTF-8.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decode, encode, rawOf, recovered, wordsOf } from './bytes.ts';
import { isLossy, isRaw } from './lossy.ts';

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

test('each byte comes back; those that are not UTF-8 are lone surrogates', () => {
  const cases: [Uint8Array, string][] = [
    [bytes(), ''],
    [bytes(0x61, 0xff, 0x62), 'a\udcffb'],
    [bytes(0xc3, 0xa9, 0xc3), 'é\udcc3'],
    [bytes(0xe2, 0x82, 0xac, 0xe2, 0x82), '€\udce2\udc82'],
    [bytes(0xf0, 0x9f, 0x98, 0x80), '😀'],
    // An encoded surrogate, an overlong form, a character beyond U+10FFFF, a byte order mark.
    [bytes(0xed, 0xb2, 0x80), '\udced\udcb2\udc80'],
    [bytes(0xc0, 0x80), '\udcc0\udc80'],
    [bytes(0xf4, 0x90, 0x80, 0x80), '\udcf4\udc90\udc80\udc80'],
    [bytes(0xef, 0xbb, 0xbf, 0x61), '\ufeffa'],
  ];
  for (const [raw, text] of cases) {
    assert.is(decode(raw), text);
    assert.equal(encode(text), raw, text);
  }
  for (let i = 0; i < 2000; i++) {
    const raw = Uint8Array.from({ length: i % 9 }, () => Math.floor(Math.random() * 256));
    assert.equal(encode(decode(raw)), raw, [...raw].join());
  }
});

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
