// Tries the test runner's judgement of the output of uvu.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judge } from './judge.mjs';

/** The summary that uvu prints at the end of a file. */
const summary = (total: number, passed: number, skipped = 0): string =>
  `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;

test('all passed', () => {
  assert.equal(judge(summary(3, 3), ''), { passed: 3, failed: 0, skipped: 0, skips: [], why: '' });
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

const SKIP = 'skipped (the host is not Linux): suite: a title: with a colon\n';

test('a skipped test is listed with its reason', () => {
  assert.equal(judge(`${SKIP}• ${summary(1, 1, 1)}`, ''), {
    passed: 1,
    failed: 0,
    skipped: 1,
    skips: [{ title: 'suite: a title: with a colon', reason: 'the host is not Linux' }],
    why: '',
  });
});

test('a skip without a reason fails', () => {
  const { failed, why } = judge(`${SKIP}skipped (): another\n${summary(1, 1, 2)}`, '');
  assert.equal([failed, why], [1, "it skips 'another' without a reason"]);
  assert.is(judge(summary(3, 3, 1), '').failed, 1);
});

test('the tests that .only leaves out need no reason', () => {
  assert.is(judge(summary(1, 1, 5), '', { focused: true }).failed, 0);
});

test('a name filter may leave no test of a file', () => {
  const { passed, failed, why } = judge(summary(0, 0), '', { mayBeEmpty: true });
  assert.equal([passed, failed, why], [0, 0, '']);
});

test.run();
