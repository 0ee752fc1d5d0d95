// The assertions that differ from uvu's.
import { test } from 'uvu';
import * as assert from 'uvu/assert';

function fail(): never {
  throw new Error('the message');
}

/** True if the assertion holds; uvu's own `throws` passes an assertion that failed on. */
function holds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    assert.instance(thrown, assert.Assertion);
    return false;
  }
}

test('a text must be in the message', () => {
  assert.ok(holds(() => assert.throws(fail, 'message')));
  assert.not.ok(holds(() => assert.throws(fail, 'another')));
  assert.not.ok(holds(() => assert.throws(() => {}, 'message')));
});

test('a pattern and a function do as with uvu', () => {
  assert.ok(holds(() => assert.throws(fail, /^the message$/)));
  assert.ok(holds(() => assert.throws(fail, (thrown: Error) => thrown.message === 'the message')));
  assert.not.ok(holds(() => assert.throws(fail, /^message/)));
});

test.run();
