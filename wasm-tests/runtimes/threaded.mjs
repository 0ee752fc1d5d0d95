// Compiles programs for the runtimes; those with threads are of wasm-tests/threads/, and compiled once.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { HERE } from './runtimes.mjs';

const ROOT = resolve(HERE, '../..');
const CLI = join(ROOT, 'dist/cli.js');

/** @param {string[]} flags @param {string} dir */
export function compile(flags, dir) {
  const built = spawnSync(process.execPath, [CLI, 'cc', ...flags], { cwd: dir, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
}

/** Programs with threads, of wasm-tests/threads/. */
export const THREADED = ['files', 'ends', 'streams', 'memory'];
const THREAD_FLAGS = [
  ...['-O1', '-nostdlib', '-ffreestanding', '-fno-builtin', '-matomics', '-mbulk-memory'],
  '-Wl,--import-memory,--export-memory,--shared-memory,--max-memory=16777216',
];

/** The path of one, which is compiled once. @param {string} name */
export function threaded(name) {
  const dir = join(ROOT, '.build/threads');
  fs.mkdirSync(dir, { recursive: true });
  const target = join(dir, `${name}.wasm`);
  const sources = [`${name}.c`, 'threads.h'].map((file) => join(ROOT, 'wasm-tests/threads', file));
  const isFresh =
    fs.existsSync(target) && sources.every((file) => fs.statSync(file).mtimeMs < fs.statSync(target).mtimeMs);
  if (!isFresh) compile([...THREAD_FLAGS, sources[0] ?? '', '-o', target], dir);
  return target;
}
