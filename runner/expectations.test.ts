// Expectation files in TOML.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ExpectationError, expectationOf, parseExpectations } from './expectations.ts';

test('tests to skip and tests that are expected to fail', () => {
  const all = parseExpectations(
    `version = 1
# A comment
[[suite]]
name = "A suite [wasm32-wasip1]"
[[suite.test]]
name = "one"
action = "skip"
[[suite.test]]
name = "two"
expected = "fail"
[[suite]]
name = "empty"
`,
    'x.toml',
  );
  assert.equal(expectationOf(all, 'A suite [wasm32-wasip1]', 'one'), { skip: true, fail: false });
  assert.equal(expectationOf(all, 'A suite [wasm32-wasip1]', 'two'), { skip: false, fail: true });
  assert.equal(expectationOf(all, 'empty', 'one'), { skip: false, fail: false });
});

test('errors name the file and the reason', () => {
  const wrong: [text: string, message: RegExp][] = [
    ['a = ', /^x\.toml: /],
    ['version = 2', /version 2 is not supported/],
    ['suite = 1', /"suite" must be an array of tables/],
    ['[[suite]]', /"suite\.name" must be a string/],
    ['[[suite]]\nname = "s"\n[[suite.test]]\nname = "t"', /the test "t" needs action = "skip" or expected = "fail"/],
    ['[[suite]]\nname = "s"\n[[suite.test]]\nname = "t"\naction = "run"', /the action of "t" must be "skip"/],
    [
      '[[suite]]\nname = "s"\n[[suite.test]]\nname = "t"\nexpected = "no"',
      /"expected" of "t" must be "pass" or "fail"/,
    ],
  ];
  for (const [text, message] of wrong) {
    try {
      parseExpectations(text, 'x.toml');
      assert.unreachable(text);
    } catch (error) {
      assert.instance(error, ExpectationError);
      assert.match((error as Error).message, message);
    }
  }
});

test.run();
