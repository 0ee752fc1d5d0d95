// Quoting: control and format characters are escaped, other text is unchanged.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { escapeControls, quote, quoteIfNeeded } from './quote.ts';

/** Undoes the quoting, as a C compiler does. */
function unquote(text: string): string {
  const letters: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
  const bytes: number[] = [];
  for (const [part] of text.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8));
    else if (part.startsWith('\\')) bytes.push(letters[part[1]!]!);
    else bytes.push(...new TextEncoder().encode(part));
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

const NAMES = [
  'a\nb',
  '\u001b[2K\u001b[1A',
  '\u007f',
  '\u009b31m',
  '\u202eexe.txt',
  '\u2066x\u2069',
  'zero\u200bwidth',
  '\u2028\u2029\ufeff',
  '"quoted"',
  '',
  '\u{e0041}',
];

test('characters that could control a terminal are quoted reversibly', () => {
  for (const name of NAMES) {
    const text = quoteIfNeeded(name);
    assert.match(text, /^"[^\p{C}\p{Zl}\p{Zp}]*"$/u, JSON.stringify(name));
    assert.is(unquote(text), name);
  }
  const all = Array.from({ length: 0x3000 }, (_, i) => String.fromCodePoint(i)).join('');
  assert.is(unquote(quote(all)), all);
  assert.not.match(quote(all), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test('all else stays as it is', () => {
  for (const name of ['a b', 'ü', '漢字', '😀', 'C:\\x', 'a"b', "it's"]) assert.is(quoteIfNeeded(name), name);
  assert.is(quote('a"b\\'), '"a\\"b\\\\"');
  assert.is(escapeControls('"a"\n\u009b\\'), '"a"\\n\\302\\233\\');
});

test('a byte that is not UTF-8 is shown as that byte, as git does; half of a pair as what UTF-8 makes of it', () => {
  assert.is(quoteIfNeeded('caf\udce9'), '"caf\\351"');
  assert.is(quoteIfNeeded('é\udcc3'), '"é\\303"');
  assert.is(escapeControls('it is \udcff'), 'it is \\377');
  assert.is(quoteIfNeeded('\ud800x'), '"\\357\\277\\275x"');
});

test.run();
