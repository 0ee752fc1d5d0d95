// Texts with bytes that are not UTF-8, against Python's os.fsencode and os.fsdecode.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../build/test/skip.ts';
import { E } from '../linux/errno.ts';
import { byteLength, bytesOf, decodeText, encodeText, putText } from './utf8.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const withPython = unless(hasPython ? '' : 'python3 is not installed');

/** Bytes that begin, continue and end characters, at the borders of what is valid. */
const BORDERS = [
  ...[0x00, 0x2f, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbd, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xdf, 0xe0],
  ...[0xe9, 0xed, 0xef, 0xbb, 0xf0, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff],
];
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.constantFrom(...BORDERS), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
);
const anyText = fc.oneof(
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0xdc70, max: 0xdd0f }),
        fc.constantFrom(...BORDERS).map((byte) => 0xdc00 + byte),
        fc.constantFrom(0x41, 0xe9, 0xd83d, 0xde00, 0xd800, 0xfffd, 0xfeff, 0x20ac),
      ),
      { maxLength: 10 },
    )
    .map((units) => String.fromCharCode(...units)),
);

const SCRIPT = `
import json, os, sys
def encoded(text):
    try:
        data = os.fsencode(text)
    except UnicodeEncodeError:
        return None
    return data.hex() if os.fsdecode(data) == text else None
given = json.load(sys.stdin)
json.dump({
    'texts': [os.fsdecode(bytes.fromhex(data)) for data in given['bytes']],
    'bytes': [encoded(text) for text in given['texts']],
}, sys.stdout)
`;

withPython('any bytes and any text are those of Python', () => {
  const bytes = fc.sample(anyBytes, 8000);
  const texts = fc.sample(anyText, 8000);
  const input = JSON.stringify({ bytes: bytes.map((some) => Buffer.from(some).toString('hex')), texts });
  const options = { input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const ran = spawnSync('python3', ['-X', 'utf8', '-c', SCRIPT], options);
  assert.is(ran.stderr, '');
  const said = JSON.parse(ran.stdout) as { texts: string[]; bytes: (string | null)[] };
  for (const [i, some] of bytes.entries())
    assert.is(decodeText(some), said.texts[i], Buffer.from(some).toString('hex'));
  for (const [i, text] of texts.entries()) {
    const encoded = encodeText(text);
    assert.is(encoded === null ? null : Buffer.from(encoded).toString('hex'), said.bytes[i], JSON.stringify(text));
    assert.is(byteLength(text), encoded?.length ?? -E.EILSEQ);
  }
  assert.ok(said.bytes.filter((data) => data === null).length > 500, 'many texts have no bytes');
  assert.ok(texts.filter((text, i) => !text.isWellFormed() && said.bytes[i] !== null).length > 500, 'many are raw');
});

test('each sequence of bytes is one text, which has these bytes', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = decodeText(bytes);
      assert.equal(encodeText(text), bytes);
      assert.is(text.isWellFormed(), Buffer.from(Buffer.from(bytes).toString()).equals(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('a text has its own bytes, or none', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = encodeText(text);
      if (bytes !== null) assert.is(decodeText(bytes), text);
      else assert.ok(!text.isWellFormed());
    }),
    { numRuns: 3000 },
  );
});

test('by hand', () => {
  for (const [bytes, text] of [
    [[0x61, 0xff, 0x62], 'a\udcffb'],
    [[0xc3, 0xa9, 0xc3], 'é\udcc3'],
    [[0xe2, 0x82, 0xac, 0xe2, 0x82], '€\udce2\udc82'],
    [[0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x9f], '😀\udcf0\udc9f'],
    [[0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
    [[0xc0, 0x80], '\udcc0\udc80'],
    [[0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    [[0xf8, 0x90, 0x80, 0x80], '\udcf8\udc90\udc80\udc80'],
    [[0xef, 0xbf, 0xbd], '\ufffd'],
    [[0xef, 0xbf, 0xbd, 0xff], '\ufffd\udcff'],
    [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ] as const) {
    assert.is(decodeText(Uint8Array.from(bytes)), text);
    assert.equal(encodeText(text), Uint8Array.from(bytes));
  }
});

test('texts without bytes: halves of pairs, ASCII as a byte, bytes that are UTF-8', () => {
  for (const text of [
    '\ud800',
    'a\udc00',
    '\udc7f',
    '\udd00',
    '\udfff',
    '\udcc3\udca9',
    '\udcf0\udc9f\udc98\udc80',
    '\udcff\ud83d',
  ]) {
    assert.is(encodeText(text), null, JSON.stringify(text));
    assert.is(byteLength(text), -E.EILSEQ);
  }
  // U+10080: the second half of a pair is no byte.
  assert.is(byteLength('\ud800\udc80'), 4);
  assert.equal([...bytesOf('a\ud800')], [0x61, 0xef, 0xbf, 0xbd]);
});

test('a text is written in its place', () => {
  const bytes = new Uint8Array(8).fill(0x2e);
  putText('é\udcff', bytes, 2);
  assert.equal([...bytes], [0x2e, 0x2e, 0xc3, 0xa9, 0xff, 0x2e, 0x2e, 0x2e]);
});

test.run();
