// The cache of parsed paths: which paths keep their slots. A path that loses its slot is parsed again in each call.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePath } from './path.ts';

/** Parses the paths one after the other; returns the share of those that are in the cache at the end. */
function kept(paths: readonly string[]): number {
  const parsed = paths.map(parsePath);
  return paths.filter((path, i) => parsePath(path) === parsed[i]).length / paths.length;
}

const numbered = (path: (number: string) => string) =>
  Array.from({ length: 400 }, (_, i) => path(String(i).padStart(4, '0')));

test('long paths that differ in the number of a file or of its directory have slots of their own', () => {
  const cases = {
    files: numbered((number) => `usr/share/project/sources/file${number}`),
    directories: numbered((number) => `usr/share/project/dir${number}/index.ts`),
    short: numbered((number) => `f${number}`),
  };
  for (const [name, paths] of Object.entries(cases)) {
    const share = kept(paths);
    assert.ok(share > 0.7, `${name}: ${share}`);
  }
});

/** Parses a path after two others, so that it is found by its slot or not at all. */
function bySlot(text: string): unknown {
  parsePath('one/before');
  parsePath('another/before');
  return parsePath(text);
}

test('the last two paths are found, whatever their slots', () => {
  const paths = Array.from({ length: 100_000 }, (_, i) => `number/${i}`);
  for (let i = 1; i < paths.length; i++) {
    const [a, b] = [parsePath(paths[i - 1]!), parsePath(paths[i]!)];
    assert.is(parsePath(paths[i - 1]!), a);
    assert.is(parsePath(paths[i]!), b);
    assert.is(b.text, paths[i]);
  }
});

test('two paths that take one slot from each other do not empty the cache', () => {
  const first = 'some/directory/first';
  const second = Array.from({ length: 100_000 }, (_, i) => `rival/${i}`).find((path) => {
    const parsed = bySlot(first);
    bySlot(path);
    return bySlot(first) !== parsed;
  });
  assert.ok(second !== undefined);
  const other = bySlot('other');
  for (let i = 0; i < 20_000; i++) {
    bySlot(first);
    bySlot(second);
  }
  assert.is(bySlot('other'), other);
});

test.run();
