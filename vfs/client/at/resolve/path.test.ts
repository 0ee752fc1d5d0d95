// The path parser and its cache.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LAST_DOT, LAST_DOTDOT, LAST_NORM, LAST_ROOT, parsePath } from './path.ts';

const LAST = { [LAST_NORM]: 'norm', [LAST_DOT]: 'dot', [LAST_DOTDOT]: 'dotdot', [LAST_ROOT]: 'root' };

/** Path, its names, the kind of its last component, and the letters of what else is true of it. */
const TABLE: [text: string, names: string, last: string, is: string][] = [
  ['a', 'a', 'norm', ''],
  ['a/b', 'a b', 'norm', ''],
  ['a//b', 'a b', 'norm', ''],
  ['./a', 'a', 'norm', ''],
  ['a/./b', 'a b', 'norm', ''],
  ['...', '...', 'norm', ''],
  ['.a', '.a', 'norm', ''],
  ['a/', 'a', 'norm', 'dir slash'],
  ['a//', 'a', 'norm', 'dir slash'],
  ['a/b/', 'a b', 'norm', 'dir slash'],
  ['.', '', 'dot', 'dir'],
  ['./', '', 'dot', 'dir'],
  ['a/.', 'a', 'dot', 'dir'],
  ['a/./', 'a', 'dot', 'dir'],
  ['..', '..', 'dotdot', 'dir up'],
  ['a/..', 'a ..', 'dotdot', 'dir up'],
  ['a/../', 'a ..', 'dotdot', 'dir up'],
  ['a/../b', 'a .. b', 'norm', 'up'],
  ['../a/', '.. a', 'norm', 'dir slash up'],
  ['a/../.', 'a ..', 'dot', 'dir up'],
  ['', '', 'root', 'empty dir'],
  ['/', '', 'root', 'absolute dir'],
  ['//', '', 'root', 'absolute dir'],
  ['/.', '', 'dot', 'absolute dir'],
  ['/a', 'a', 'norm', 'absolute'],
  ['/..', '..', 'dotdot', 'absolute dir up'],
];

for (const [text, names, last, is] of TABLE) {
  test(`'${text}' is taken apart`, () => {
    const path = parsePath(text);
    assert.is(path.names.join(' '), names);
    assert.is(LAST[path.last], last);
    const found = [
      path.empty ? 'empty' : '',
      path.absolute ? 'absolute' : '',
      path.mustBeDir ? 'dir' : '',
      path.trailingSlash ? 'slash' : '',
      path.hasDotDot ? 'up' : '',
    ];
    assert.is(found.filter((word) => word !== '').join(' '), is);
    assert.not.ok(path.tooLong);
  });
}

test('too long is counted in bytes of UTF-8, from 4096 on', () => {
  assert.not.ok(parsePath('a'.repeat(4095)).tooLong);
  assert.ok(parsePath('a'.repeat(4096)).tooLong);
  assert.not.ok(parsePath('é'.repeat(2047)).tooLong);
  assert.not.ok(parsePath(`${'é'.repeat(2047)}a`).tooLong);
  assert.ok(parsePath('é'.repeat(2048)).tooLong);
  assert.not.ok(parsePath('日'.repeat(1365)).tooLong, '1365 characters of three bytes');
  assert.ok(parsePath(`${'日'.repeat(1365)}a`).tooLong);
  assert.ok(parsePath('👩'.repeat(1024)).tooLong, '1024 characters of four bytes');
});

test('a path is taken apart once, however many others come between', () => {
  const path = parsePath('once/and/again');
  assert.is(parsePath('once/and/again'), path);
  for (let i = 0; i < 10_000; i++) parsePath(`other/${i}`);
  assert.equal(parsePath('once/and/again'), path, 'also when it was forgotten meanwhile');
});

test('long paths are forgotten when there are many', () => {
  const long = (i: number) => `${'a/'.repeat(2000)}${i}`;
  const first = parsePath(long(0));
  for (let i = 1; i < 100; i++) parsePath(long(i));
  assert.is.not(parsePath(long(0)), first);
  assert.equal(parsePath(long(0)), first);
});

test('names joined again lead the same way', () => {
  const anyName = fc.constantFrom('a', 'b', '.', '..', '', 'é', ' ', '..a');
  fc.assert(
    fc.property(fc.array(anyName, { minLength: 1 }), (parts) => {
      const path = parsePath(parts.join('/'));
      assert.not.ok(path.names.includes('.') || path.names.includes(''));
      assert.equal(
        path.names,
        parts.filter((part) => part !== '' && part !== '.'),
      );
      assert.equal(parsePath(path.names.join('/')).names, path.names);
      assert.is(path.hasDotDot, parts.includes('..'));
    }),
  );
});

test.run();
