// Tries the arguments of `npm test`.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTestOptions } from './options.mjs';

test('no argument: every test', () => {
  assert.equal(parseTestOptions([]), { path: '', name: '', watch: false, plainGate: false });
});

test('WORD is a path, TEXT a title, in either form', () => {
  assert.equal(parseTestOptions(['vfs/ram']), { path: 'vfs/ram', name: '', watch: false, plainGate: false });
  const both = { path: 'vfs/ram', name: 'a: title', watch: false, plainGate: false };
  assert.equal(parseTestOptions(['vfs/ram:a: title']), both);
  assert.equal(parseTestOptions(['--name', 'a: title', 'vfs/ram']), both);
  assert.equal(parseTestOptions([':title', '--watch']), { path: '', name: 'title', watch: true, plainGate: false });
});

test('--plain-gate', () => {
  assert.is(parseTestOptions(['shim/', '--plain-gate']).plainGate, true);
});

test('misuse is refused', () => {
  for (const args of [['-x'], ['--name'], ['--name', ''], ['a', 'b'], ['a:'], ['a:b', '--name', 'c'], ['--watched']])
    assert.throws(() => parseTestOptions(args), 'usage: npm test');
});

test.run();
