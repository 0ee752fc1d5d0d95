// Tries the making of directories, below /proc too.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../build/test/skip.ts';
import { makeDirectory } from './make-directory.ts';

function codeOf(path: string): string | undefined {
  try {
    makeDirectory(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

test('a directory and those above it are made; one that exists stays', () => {
  const dir = fs.mkdtempSync(join(tmpdir(), 'wasi9p-make-'));
  const deep = join(dir, 'a', 'b', 'c');
  makeDirectory(deep);
  fs.writeFileSync(join(deep, 'file'), '');
  makeDirectory(deep);
  assert.equal(fs.readdirSync(deep), ['file']);
  assert.is(codeOf(join(deep, 'file')), 'EEXIST');
  assert.is(codeOf(join(deep, 'file', 'x', 'y')), 'ENOTDIR');
  fs.symlinkSync('a', join(dir, 'link'));
  makeDirectory(join(dir, 'link', 'd'));
  assert.ok(fs.statSync(join(dir, 'a', 'd')).isDirectory());
  fs.rmSync(dir, { recursive: true });
});

unless(NOT_LINUX, test)('below /proc it ends with an error', () => {
  for (const path of ['/proc/wasi9p', '/proc/wasi9p/deep', '/proc/self/fdinfo/x']) assert.is(codeOf(path), 'ENOENT');
});

test.run();
