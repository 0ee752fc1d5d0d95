// Tries the test runner's judgement of the output of uvu.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judge, untested } from './test.mjs';

/** The summary that uvu prints at the end of a file. */
const summary = (total: number, passed: number, skipped = 0): string =>
  `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;

test('all passed', () => {
  assert.equal(judge(summary(3, 3, 1), ''), { passed: 3, failed: 0, skipped: 1, why: '' });
});

test('one failed', () => {
  const { passed, failed } = judge(summary(3, 2), 'it exited with status 1');
  assert.equal([passed, failed], [2, 1]);
});

test('a hook that threw, which uvu reports with exit status 0, fails the tests it kept from running', () => {
  assert.is(judge(summary(3, 0), '').failed, 3);
});

test('no summary: crashed, or ended early with status 0', () => {
  assert.is(judge('Error: x', 'it exited with status 1').failed, 1);
  assert.is(judge('', '').failed, 1);
});

test('green tests and then a crash', () => {
  const { passed, failed } = judge(summary(2, 2), 'it died of SIGSEGV');
  assert.equal([passed, failed], [2, 1]);
});

test('a file with no test is red', () => {
  assert.is(judge(summary(0, 0), '').failed, 1);
});

test('a program without a test beside it is named', () => {
  assert.equal(untested(['wasm-tests/src/no-such-program.c']), ['wasm-tests/src/no-such-program.c']);
});

test.run();
