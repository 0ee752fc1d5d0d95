// The specifications of tests: both dialects, the keys of this runner, and what is wrong in them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SPEC, SpecError, parseSpec, type TestSpec } from './spec.ts';

const parse = (value: unknown): TestSpec => parseSpec(JSON.stringify(value), '/suite/t.json');

function wrong(value: unknown, message: RegExp): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  try {
    parseSpec(text, '/suite/t.json');
  } catch (error) {
    assert.instance(error, SpecError);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(text);
}

test('an empty specification has the defaults', () => {
  assert.equal(parse({}), DEFAULT_SPEC);
});

test('the keys of the first dialect', () => {
  const spec = parse({ args: ['a'], env: { A: 'b' }, dirs: ['d'], exit_code: 3, stdout: 'out', stderr: '' });
  assert.equal(spec, {
    ...DEFAULT_SPEC,
    args: ['a'],
    env: { A: 'b' },
    fixtures: [{ guest: 'd', host: '/suite/d' }],
    exitCode: 3,
    stdout: { text: 'out', open: false },
    stderr: { text: '', open: false },
  });
  assert.equal(parse({ root: 'r' }).fixtures, [{ guest: '/', host: '/suite/r' }]);
  assert.equal(parse({ dirs: { '/in': '../x' } }).fixtures, [{ guest: '/in', host: '/x' }]);
  assert.equal(parse({ root: null, stdout: null, args: null }), DEFAULT_SPEC, 'null is as if it were left out');
});

test('the operations of the second dialect', () => {
  const spec = parse({
    operations: [
      { type: 'run', args: ['a'], env: { A: 'b' }, root: 'r' },
      { type: 'write', payload: 'in' },
      { type: 'read', payload: 'one' },
      { type: 'read', id: 'stdout', payload: 'two' },
      { type: 'read', id: 'stderr', payload: 'oh' },
      { type: 'wait', exit_code: 2 },
    ],
  });
  assert.equal(spec, {
    ...DEFAULT_SPEC,
    args: ['a'],
    env: { A: 'b' },
    fixtures: [{ guest: '/', host: '/suite/r' }],
    stdin: 'in',
    exitCode: 2,
    stdout: { text: 'onetwo', open: true },
    stderr: { text: 'oh', open: true },
  });
});

test('tests that need a network or a signal are not supported', () => {
  assert.is(parse({ proposals: ['http', 'sockets'] }).unsupported, 'it needs http, sockets');
  assert.is(parse({ world: 'wasi:http/service', operations: [] }).unsupported, 'its world is wasi:http/service');
  assert.is(parse({ servers: [] }).unsupported, 'it needs servers');
  assert.is(parse({ operations: [{ type: 'connect' }] }).unsupported, 'it has the operation connect');
  assert.is(parse({ proposals: [], operations: [{ type: 'run' }] }).unsupported, null);
});

test('the keys of this runner, in both dialects', () => {
  const own = { stdin: 'x', flags: ['-O2'], timeout: 5, tmp: true, leaks: false };
  const expected = { stdin: 'x', flags: ['-O2'], timeout: 5, tmp: true, noLeaks: true };
  for (const spec of [parse(own), parse({ ...own, operations: [{ type: 'run' }] })]) {
    for (const [key, value] of Object.entries(expected)) assert.equal(spec[key as keyof TestSpec], value, key);
  }
});

test('errors name the file and the key', () => {
  wrong('{', /^\/suite\/t\.json is not JSON: /);
  wrong([], /must hold one JSON object/);
  wrong({ argv: [] }, /unknown key "argv"/);
  wrong({ operations: [], args: [] }, /"args" cannot be used with "operations"/);
  wrong({ args: [1] }, /"args" must be an array of strings/);
  wrong({ env: { A: 1 } }, /"env" must be an object of strings/);
  wrong({ exit_code: 1.5 }, /"exit_code" must be an integer/);
  wrong({ timeout: 0 }, /"timeout" must be a number of milliseconds/);
  wrong({ timeout: 2 ** 31 }, /"timeout" must be a number of milliseconds from 1 to 2147483647/);
  wrong({ operations: [{ type: 'jump' }] }, /operations\[0\] has the unknown type "jump"/);
  wrong({ operations: [{ type: 'run' }, { type: 'wait', exit_code: 'x' }] }, /"operations\[1\]\.exit_code" must be/);
  wrong({ operations: [{ type: 'read', id: 'file' }] }, /operations\[0\] reads from "file"/);
  wrong({ operations: [1] }, /operations\[0\] must be an object/);
});

test.run();
