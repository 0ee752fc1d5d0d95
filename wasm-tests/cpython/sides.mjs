// The runtimes that the tests run on: for each, the command line that starts Python with a file system of its own.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const STACK = 16 << 20;
const ENV = { PYTHONPATH: '/lib', TMPDIR: '/tmp' };

/**
 * The input of a run: the program, the directory with the package `test`, and one for the report.
 * @typedef {{ program: string, lib: string, exchange: string, args: readonly string[] }} Job
 * @typedef {{ name: string, command: (job: Job, root: string) => string[] }} Side
 */

/** @type {readonly Side[]} */
export const SIDES = [
  {
    name: 'wasi9p, a directory',
    // As CPython's HOSTRUNNER.
    command: ({ program, lib, exchange, args }, root) => [
      ...[CLI, 'wasmtime', 'run', '--wasm', `max-wasm-stack=${STACK}`],
      ...[`--dir=${root}::/`, `--dir=${lib}::/lib`, `--dir=${exchange}::/exchange`],
      ...Object.entries(ENV).map(([name, value]) => `--env=${name}=${value}`),
      ...[program, ...args],
    ],
  },
  {
    name: 'wasi9p, in memory',
    command: ({ program, lib, exchange, args }) => [
      ...[CLI, 'run', `--stack=${STACK}`, `--dir=${lib}::/lib`, `--dir=${exchange}::/exchange`],
      ...Object.entries(ENV).map(([name, value]) => `--env=${name}=${value}`),
      ...[program, ...args],
    ],
  },
  {
    name: 'node:wasi',
    command: ({ program, lib, exchange, args }, root) => [
      ...['--no-warnings', join(import.meta.dirname, 'node-wasi.mjs'), program],
      ...[JSON.stringify({ '/': root, '/lib': lib, '/exchange': exchange }), JSON.stringify(ENV), ...args],
    ],
  },
];

/** Calls a function with an empty directory, with a `tmp` in it, that is gone afterwards. @template T @param {(root: string) => T} act */
export function inEmptyRoot(act) {
  const scratch = fs.existsSync('/dev/shm') ? '/dev/shm' : fs.realpathSync(tmpdir());
  const root = fs.mkdtempSync(join(scratch, 'wasi9p-cpython-'));
  try {
    fs.mkdirSync(join(root, 'tmp'));
    return act(root);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}
