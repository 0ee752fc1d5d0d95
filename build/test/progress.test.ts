// Tries the lines that tell of a run of tests.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Progress, printSkips } from './progress.mjs';

const PASSED = { passed: 3, failed: 0, skipped: 0, skips: [], why: '' };

/** Runs with a clock that is advanced by hand; returns the output. */
function record(isTTY: boolean, run: (progress: Progress, clock: { now: number }) => void): string {
  const clock = { now: 0 };
  let text = '';
  const out = { isTTY, write: (more: string) => (text += more) };
  const progress = new Progress(12, out, () => clock.now);
  run(progress, clock);
  progress.end();
  return text;
}

test('each file that ends has a line: which, how far, how long', () => {
  const text = record(false, (progress, clock) => {
    progress.begin('a.test.ts');
    progress.begin('b.test.ts');
    clock.now = 1500;
    progress.finish('a.test.ts', { ...PASSED, skipped: 1 }, '');
    clock.now = 4000;
    progress.finish('b.test.ts', { ...PASSED, failed: 1, why: 'it hung' }, 'its output\n');
  });
  assert.is(
    text,
    'ok    1/12 a.test.ts: 3, 1 skipped (1.5 s of 2 s)\nFAIL  2/12 b.test.ts: it hung (4.0 s)\nits output\n\n',
  );
});

test('a file of which the name filter left no test has no line', () => {
  assert.is(
    record(false, (progress) => progress.finish('a.test.ts', { ...PASSED, passed: 0 }, '')),
    '',
  );
});

test('a terminal shows the running files below the lines', () => {
  const text = record(true, (progress, clock) => {
    progress.begin('a.test.ts');
    progress.begin('b.test.ts');
    clock.now = 3000;
    progress.finish('a.test.ts', PASSED, '');
  });
  const shown = text.split('\r\x1b[K');
  assert.equal(shown, [
    '',
    '0/12 0 s: a.test.ts 0 s',
    '0/12 0 s: a.test.ts 0 s, b.test.ts 0 s',
    'ok    1/12 a.test.ts: 3 (3.0 s of 3 s)\n',
    '1/12 3 s: b.test.ts 3 s',
    '',
  ]);
});

test('skipped tests are listed by reason', () => {
  const lines: string[] = [];
  const skips = [
    { file: 'a', title: 'one', reason: 'no gcc' },
    { file: 'b', title: 'two', reason: 'no tar' },
    { file: 'c', title: 'three', reason: 'no gcc' },
  ];
  printSkips(skips, (line: string) => lines.push(line));
  assert.equal(lines, ['skipped: no gcc', '  a: one', '  c: three', 'skipped: no tar', '  b: two']);
});

test.run();
