// The comparison of outputs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { difference, judge, type Observed } from './judge.ts';
import { DEFAULT_SPEC } from './spec.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const seen = (more: Partial<Observed> = {}): Observed => ({
  end: { kind: 'exit', status: 0 },
  stdout: bytes(''),
  stderr: bytes(''),
  written: [0, 0],
  tree: null,
  leftInTmp: [],
  orphans: 0,
  ...more,
});

test('the lines that differ, with the two before', () => {
  assert.is(difference('a\nb\nc\nd\n', 'a\nb\nc\nx\n'), '  b\n  c\n- d\n+ x');
  assert.is(difference('a\n', 'a'), '- a\n+ a (no newline at the end)');
  assert.is(difference('', 'a\n'), '+ a');
  assert.is(difference('a\nb\nc\n', 'a\nc\n'), '  a\n- b');
  const many = Array.from({ length: 30 }, (_, i) => `${i}\n`).join('');
  assert.match(difference(many, ''), /^- 0\n(- \d\n){9}- … and 20 more lines$/);
  assert.is(difference('x'.repeat(1000), '').length, 2 + 200 + 1);
});

test('an open expectation is the beginning of the output, a closed one all of it', () => {
  const spec = (open: boolean) => ({ ...DEFAULT_SPEC, stdout: { text: 'ab', open } });
  assert.is(judge(spec(true), seen({ stdout: bytes('abc') })).length, 0);
  assert.is(judge(spec(false), seen({ stdout: bytes('abc') })).length, 1);
  assert.is(judge(spec(true), seen({ stdout: bytes('a') })).length, 1);
});

test('bytes that are not UTF-8 do not equal text', () => {
  const spec = { ...DEFAULT_SPEC, stdout: { text: 'é', open: false } };
  assert.is(judge(spec, seen({ stdout: Uint8Array.of(0xe9) })).length, 1);
  assert.is(judge(spec, seen({ stdout: bytes('é') })).length, 0);
});

test('the snapshot of the changed files is compared', () => {
  const spec = { ...DEFAULT_SPEC, tree: 'A /a 1 x\n' };
  assert.is(judge(spec, seen({ tree: 'A /a 1 x\n' })).length, 0);
  assert.equal(judge(spec, seen({ tree: '' })), ['Its changed files differ (- expected, + found):\n- A /a 1 x']);
});

test('of many paths that are left, a sentence lists some, on one line', () => {
  const spec = { ...DEFAULT_SPEC, noLeaks: true };
  const leftInTmp = ['/tmp/a\nb', ...Array.from({ length: 100_000 }, (_, i) => `/tmp/${i}`)];
  const [sentence = ''] = judge(spec, seen({ leftInTmp }));
  assert.match(sentence, /^It left in \/tmp: "\/tmp\/a\\nb", \/tmp\/0, .*\/tmp\/8 and 99991 more\.$/);
});

test.run();
