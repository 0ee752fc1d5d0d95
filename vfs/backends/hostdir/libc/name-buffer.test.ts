// Names as bytes for libc: one component or refused, always ended by a NUL.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../../../linux/errno.ts';
import { NameBuffer, NumberedPath, PATH_MAX } from './name-buffer.ts';

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes.subarray(0, bytes.indexOf(0)));

test('a name is one component', () => {
  const buffer = new NameBuffer();
  for (const name of ['a', '...', '..a', '.a', 'a.', 'ä', '日本', '😀', 'a\u0001\n', 'x'.repeat(255), ' ', '~', '-']) {
    buffer.bytes.fill(0xff);
    assert.is(buffer.setName(name), 0, name);
    assert.is(textOf(buffer.bytes), name);
  }
  for (const name of ['', '.', '..', '/', 'a/', '/a', 'a/b', 'ä/b', '../a', 'a\0b', 'ä\0', '\0', '日/..']) {
    assert.is(buffer.setName(name), -E.EINVAL, JSON.stringify(name));
  }
  // From there on it is the kernel that says so.
  assert.is(buffer.setName('x'.repeat(PATH_MAX - 1)), 0);
  for (const name of ['x'.repeat(PATH_MAX), 'ä'.repeat(PATH_MAX / 2), '日'.repeat(2000)])
    assert.is(buffer.setName(name), -E.ENAMETOOLONG);
});

test('the target of a symlink is any text without a NUL', () => {
  const buffer = new NameBuffer();
  for (const text of ['/etc/passwd', '../x', 'ä/b', 'x'.repeat(PATH_MAX - 1)]) {
    assert.is(buffer.setText(text), 0);
    assert.is(textOf(buffer.bytes), text);
  }
  assert.is(buffer.setText('a\0b'), -E.EINVAL);
  assert.is(buffer.setText('x'.repeat(PATH_MAX)), -E.ENAMETOOLONG);
});

test('a path with a number', () => {
  const path = new NumberedPath('/proc/self/fd/');
  for (const number of [0, 123, 7, 10, 99, 100, 2 ** 31 - 1, 5]) {
    assert.is(textOf(path.of(number)), `/proc/self/fd/${number}`);
  }
});

test.run();
