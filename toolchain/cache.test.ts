// Tries the cache: damaged entries, failed writes, keys, the default directory.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cache, cacheDir, keyOf } from './cache.ts';

const test = suite<{ dir: string }>('cache');

test.before.each((context) => {
  context.dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-cache-'));
});

test.after.each(({ dir }) => {
  rmSync(dir, { recursive: true });
});

const BYTES = Uint8Array.of(0, 97, 115, 109, 255);

test('get returns the content of put, and nothing before', ({ dir }) => {
  const cache = new Cache(join(dir, 'made', 'on', 'demand'));
  assert.is(cache.get('k'), undefined);
  cache.put('k', BYTES);
  assert.equal(cache.get('k'), BYTES);
  assert.is(cache.get('other'), undefined);
});

test('keeps empty content', ({ dir }) => {
  const cache = new Cache(dir);
  cache.put('k', new Uint8Array());
  assert.equal(cache.get('k'), new Uint8Array());
});

test('a later put replaces the entry and leaves no other file', ({ dir }) => {
  const cache = new Cache(dir);
  cache.put('k', BYTES);
  cache.put('k', Uint8Array.of(1));
  assert.equal(cache.get('k'), Uint8Array.of(1));
  assert.equal(readdirSync(dir), ['k']);
});

test('a put that fails throws and leaves nothing behind', ({ dir }) => {
  mkdirSync(join(dir, 'k'));
  assert.throws(() => new Cache(dir).put('k', BYTES));
  assert.equal(readdirSync(dir), ['k']);
});

test('an entry with any byte changed, or cut short, is absent', ({ dir }) => {
  const cache = new Cache(dir);
  cache.put('k', BYTES);
  const file = join(dir, 'k');
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at++) {
    const bad = Buffer.from(whole);
    bad[at]! ^= 1;
    writeFileSync(file, bad);
    assert.is(cache.get('k'), undefined, `byte ${at}`);
    writeFileSync(file, whole.subarray(0, at));
    assert.is(cache.get('k'), undefined, `length ${at}`);
  }
});

test('a key depends on every part and on where one ends', () => {
  const keys = [[], ['ab', 'c'], ['a', 'bc'], ['abc'], ['c', 'ab'], ['', 'abc'], ['abc', '']].map(keyOf);
  assert.is(new Set(keys).size, keys.length);
  assert.is(keyOf(['é']), keyOf([new TextEncoder().encode('é')]));
  assert.match(keys[0]!, /^[0-9a-f]{64}$/);
});

test('the default directory is in the project around the given one', ({ dir }) => {
  const deep = join(dir, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{}');
  assert.is(cacheDir(deep), join(dir, 'node_modules', '.cache', 'wasi9p'));
});

test.run();
