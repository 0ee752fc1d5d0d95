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

test('two paths that take one slot from each other do not empty the cache', () => {
  const first = 'some/directory/first';
  const second = Array.from({ length: 100_000 }, (_, i) => `rival/${i}`).find((path) => {
    const parsed = parsePath(first);
    parsePath(path);
    return parsePath(first) !== parsed;
  });
  assert.ok(second !== undefined);
  const kept = parsePath('other');
  for (let i = 0; i < 20_000; i++) {
    parsePath(first);
    parsePath(second);
  }
  assert.is(parsePath('other'), kept);
});

test.run();
