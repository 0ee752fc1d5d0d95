// Tries the search for paths outside the current directory in a compiler's arguments.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOutside } from './outside.ts';

const dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-outside-'));
const cwd = join(dir, 'project');
const lib = join(dir, 'lib');
mkdirSync(cwd);
mkdirSync(lib);
writeFileSync(join(lib, 'a.c'), '');
process.once('exit', () => rmSync(dir, { recursive: true }));

test('paths inside stay as they are', () => {
  const argv = ['-O2', 'a.c', `${cwd}/b.c`, 'sub/../c.c', '-o', 'out', '-Iinclude', '-DX=/etc/x', '-'];
  assert.equal(findOutside(argv, cwd), { argv, directories: [] });
});

test('paths outside are made absolute and their directories found', () => {
  const found = findOutside(['../lib/a.c', '-I../lib', '-o', `${lib}/new.wasm`], cwd);
  assert.equal(found, { argv: [`${lib}/a.c`, `-I${lib}`, '-o', `${lib}/new.wasm`], directories: [lib] });
});

test('a path that leaves the directory and returns is made relative', () => {
  assert.equal(findOutside(['../project/a.c', '-I../project'], cwd), { argv: ['a.c', '-I.'], directories: [] });
});

test('a path that does not exist is left to the compiler', () => {
  const argv = ['../nowhere/a.c', '/no/such/directory/b.c'];
  assert.equal(findOutside(argv, cwd), { argv, directories: [] });
});

test.run();
