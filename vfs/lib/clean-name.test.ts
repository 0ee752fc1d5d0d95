// Lexical normalization of paths, beside that of node:path.
import { posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanName } from './clean-name.ts';

const CASES: Record<string, string> = {
  '': '.',
  '.': '.',
  './': '.',
  '/': '/',
  '//': '/',
  '/..': '/',
  '/../../a': '/a',
  '/a/./b//c/': '/a/b/c',
  '/a/../b': '/b',
  './a/': 'a',
  'a/..': '.',
  'a/../..': '..',
  '../a/../..': '../..',
  'a/b/../../../c': '../c',
  '...': '...',
};
for (const [path, clean] of Object.entries(CASES)) {
  test(`'${path}' is '${clean}'`, () => assert.is(cleanName(path), clean));
}

test('every path of up to six components is that of posix.normalize without its trailing slash', () => {
  const parts = ['', '.', '..', 'a'];
  for (let n = 0; n < 4 ** 6; n++) {
    const path = Array.from({ length: 6 }, (_, i) => parts[Math.floor(n / 4 ** i) % 4]!).join('/');
    assert.is(cleanName(path), posix.normalize(path).replace(/(?<=.)\/$/, ''), path);
  }
});

test.run();
