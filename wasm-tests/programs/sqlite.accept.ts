// SQLite's amalgamation, compiled by clang on our stack, under sqlite/workload.c; and natively by gcc.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import { natively } from './natively.ts';
import { packageFile } from './packages.ts';
import { QUICK, Stage, assertEnded, onEachRoot } from './stage.ts';

const ROWS = QUICK ? '5000' : '50000';
const EXPECTED = readFileSync(new URL(`sqlite/expected-${ROWS}.txt`, import.meta.url), 'utf8');
const WORKLOAD = fileURLToPath(new URL('sqlite/workload.c', import.meta.url));
const SQLITE = packageFile('better-sqlite3/deps/sqlite3/sqlite3.c');
const HEADER = packageFile('better-sqlite3/deps/sqlite3/sqlite3.h');
// Compiling takes longer than running, so nothing is optimized. The warnings are SQLite's own.
const FLAGS = ['-O0', '-w', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION'];

function compileWorkload(): Promise<Uint8Array<ArrayBuffer>> {
  const sources = {
    'workload.c': readFileSync(WORKLOAD),
    'sqlite3.c': readFileSync(SQLITE),
    'sqlite3.h': readFileSync(HEADER),
  };
  const argv = [...FLAGS, 'workload.c', 'sqlite3.c', '-o', 'workload.wasm'];
  return compile({ sources, argv, output: 'workload.wasm' });
}

const module = await WebAssembly.compile(await compileWorkload());

onEachRoot('SQLite', (root) => {
  const ended = new Stage(root, { args: ['workload', '/tmp', ROWS] }).start(module);
  assertEnded(ended, EXPECTED);
  assert.equal([...ended.marks.keys()], ['statement', 'table', 'sort']);
  for (const [mark, alive] of ended.marks) assert.ok(alive.orphans > 0 && alive.bytes > 0, `an orphan: ${mark}`);
  assert.ok(ended.orphans >= 10);
  assert.equal(root.fs.readdirSync(`${root.path}/tmp/temp`), []);
});

/** Compiles the workload with gcc to this file. */
function build(program: string): string {
  const built = spawnSync('gcc', [...FLAGS, `-I${dirname(HEADER)}`, WORKLOAD, SQLITE, '-lm', '-o', program]);
  assert.is(built.status, 0, String(built.stderr));
  return program;
}

natively('SQLite', { needs: 'gcc', command: (base) => [build(`${base}/workload`), base, ROWS], expect: EXPECTED });

test.run();
