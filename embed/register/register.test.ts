// Runs programs with `node --import wasi9p/register` on the built modules: every way to node:wasi, traces, overlays.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { build } from 'esbuild';
import { COMMON } from '../../build/bundle.mjs';
import { lazyLibc } from '../../build/lazy-libc.mjs';
import { ENTRIES, ROOT } from '../../build/project.mjs';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { compile } from '../../toolchain/compile.ts';

const PROGRAM = `
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* NAME TEXT: writes a file. -NAME: removes one. ?NAME: prints one. !STATUS: exits. */
__attribute__((export_name("again"))) int again(void) { return access("/d/later", F_OK); }
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *word = argv[i];
    if (*word == '!') exit(atoi(word + 1));
    if (*word == '-') { if (unlink(word + 1)) { perror(word + 1); exit(9); } continue; }
    if (*word == '?') {
      char text[100] = "";
      int fd = open(word + 1, O_RDONLY);
      if (fd < 0) { perror(word + 1); exit(8); }
      read(fd, text, 99);
      puts(text);
      continue;
    }
    FILE *file = fopen(word, "w");
    if (!file) { perror(word); exit(7); }
    fputs(argv[++i], file);
    fclose(file);
  }
  return 0;
}
`;

/** Runs program.wasm on the directory \`data\`, once for each list of arguments. */
const MAIN = `
import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';
const module = new WebAssembly.Module(readFileSync('program.wasm'));
for (const args of JSON.parse(process.argv[2])) {
  const wasi = new WASI({ version: 'preview1', args: ['program', ...args], preopens: { '/d': 'data' }, returnOnExit: process.argv[3] !== 'end' });
  const instance = new WebAssembly.Instance(module, wasi.getImportObject());
  console.log('status', wasi.start(instance), instance.exports.again());
}
`;

const WAYS = `
import { WASI } from 'node:wasi';
import * as all from 'wasi';
import wasi from 'node:wasi';
import { createRequire } from 'node:module';
import { Worker, isMainThread } from 'node:worker_threads';
import { required } from './required.cjs';
const later = await import('node:wasi');
const require = createRequire(import.meta.${'url'});
const isSubclass = new (class extends WASI {})({ version: 'preview1' }) instanceof WASI;
const found = [all.WASI, wasi.WASI, later.WASI, later.default.WASI, require('wasi').WASI, require('node:wasi').WASI];
found.push(process.getBuiltinModule('wasi').WASI, process.getBuiltinModule('node:wasi').WASI, required.WASI);
const isOurs = 'dispose' in Symbol && Symbol.dispose in WASI.prototype;
console.log(isMainThread ? 'main' : 'thread', isOurs, isSubclass, found.every((each) => each === WASI), Object.keys(required).join());
// Other modules are Node's own.
console.log((await import('node:fs')).default === require('fs'));
if (isMainThread) new Worker(new URL(import.meta.${'url'}));
`;

const test = suite('register');
let outdir = '';
let dir = '';

test.before(async () => {
  mkdirSync(join(ROOT, '.build'), { recursive: true });
  outdir = mkdtempSync(join(ROOT, '.build', 'register-'));
  // As in dist/, but not minified; wasm-tests/runtimes runs those of dist/.
  const { register, 'node-wasi': nodeWasi } = ENTRIES;
  const entryPoints = { register, 'node-wasi': nodeWasi };
  await build({ ...COMMON, entryPoints, outdir, platform: 'neutral', external: ['node:*'], plugins: [lazyLibc] });
  dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-register-'));
  const job = { sources: { 'program.c': PROGRAM }, argv: ['-O1', 'program.c', '-o', 'program.wasm'] };
  writeFileSync(join(dir, 'program.wasm'), await compile({ ...job, output: 'program.wasm' }));
  writeFileSync(join(dir, 'main.mjs'), MAIN);
  writeFileSync(join(dir, 'ways.mjs'), WAYS);
  writeFileSync(join(dir, 'required.cjs'), `exports.required = require('wasi');`);
});

test.before.each(() => {
  rmSync(join(dir, 'data'), { recursive: true, force: true });
  mkdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data/old'), 'old');
});

test.after(() => {
  rmSync(outdir, { recursive: true, force: true });
  rmSync(dir, { recursive: true, force: true });
});

function run(args: readonly string[], env: Record<string, string> = {}) {
  const preload = pathToFileURL(join(outdir, 'register.js')).href;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

function guest(lists: readonly (readonly string[])[], env: Record<string, string> = {}, ...more: string[]) {
  return run(['main.mjs', JSON.stringify(lists), ...more], env);
}

test('each way to node:wasi leads to ours, in threads, too', () => {
  const { stdout, stderr } = run(['ways.mjs']);
  assert.is(stderr, '');
  assert.is(stdout, 'main true true true WASI\ntrue\nthread true true true WASI\ntrue\n');
});

test('a program runs on its directory, and its functions can be called after its end', () => {
  const { stdout, stderr } = guest([['/d/later', 'x', '?/d/old'], ['!5'], ['?/d/later']]);
  assert.is(stderr, '');
  assert.is(stdout, 'old\nstatus 0 0\nstatus 5 0\nx\nstatus 0 0\n');
  assert.is(readFileSync(join(dir, 'data/later'), 'utf8'), 'x');
});

test('returnOnExit: false ends the process with the status', () => {
  const { status, stdout } = guest([['!5'], []], {}, 'end');
  assert.equal([status, stdout], [5, '']);
});

test('a guest cannot leave its directory', () => {
  writeFileSync(join(dir, 'secret'), 'secret');
  const { stdout, stderr } = guest([['?/d/../secret'], ['/d/../../new', 'x']]);
  assert.is(stdout, 'status 8 -1\nstatus 7 -1\n');
  assert.match(stderr, /Capabilities insufficient|Operation not permitted|No such file/);
  assert.not(existsSync(join(dir, '../new')));
});

test('WASI9P_OVERLAY keeps changes in memory, where all guests see them', () => {
  const { stdout, stderr } = guest([['/d/new', 'n', '-/d/old'], ['?/d/new'], ['?/d/old']], { WASI9P_OVERLAY: '1' });
  assert.is(stdout, 'status 0 -1\nn\nstatus 0 -1\nstatus 8 -1\n');
  assert.match(stderr, /^\/d\/old: No such file/);
  assert.equal([existsSync(join(dir, 'data/new')), readFileSync(join(dir, 'data/old'), 'utf8')], [false, 'old']);
});

test('WASI9P_OVERLAY=report lists the changes at the end of the process, also of one that exits', () => {
  const expected = `A ${dir}/data/new\nD ${dir}/data/old\n`;
  const returned = guest([['/d/new', 'n'], ['-/d/old']], { WASI9P_OVERLAY: 'report' });
  assert.is(returned.stderr, expected);
  const exited = guest([['/d/new', 'n', '-/d/old', '!3']], { WASI9P_OVERLAY: 'report' }, 'end');
  assert.equal([exited.status, exited.stderr], [3, expected]);
  assert.not(existsSync(join(dir, 'data/new')));
});

test('WASI9P_TRACE=1 prints the calls, and a file gets those of all processes', () => {
  const { stderr, stdout } = guest([['?/d/old']], { WASI9P_TRACE: '1' });
  assert.is(stdout, 'old\nstatus 0 -1\n');
  assert.match(stderr, /^path_open\(fd=3, .*"old".* = ok opened_fd=4$/m);
  assert.match(stderr, /^ {4}.*Tlopen/m);
  const file = join(dir, 'trace');
  for (let i = 0; i < 2; i++) assert.is(guest([['?/d/old']], { WASI9P_TRACE: file }).stderr, '');
  assert.is(readFileSync(file, 'utf8').match(/^path_open\(/gm)!.length, 2);
});

test('a value that is wrong is one sentence', () => {
  const overlay = guest([[]], { WASI9P_OVERLAY: 'yes' });
  assert.match(overlay.stderr, /^Error: WASI9P_OVERLAY=yes is unknown: give 1 .*\.$/m);
  const trace = guest([[]], { WASI9P_TRACE: '/does/not/exist' });
  assert.match(trace.stderr, /^Error: WASI9P_TRACE=\/does\/not\/exist cannot be written \(ENOENT\): give .*\.$/m);
  const off = guest([['?/d/old']], { WASI9P_TRACE: '0', WASI9P_OVERLAY: '' });
  assert.equal([off.stdout, off.stderr], ['old\nstatus 0 -1\n', '']);
});

const COLLECTED = `
import { WASI } from 'node:wasi';
import { readFileSync, readdirSync } from 'node:fs';
const module = new WebAssembly.Module(readFileSync('program.wasm'));
const count = () => readdirSync('/proc/self/fd').length;
const make = () => {
  const wasi = new WASI({ version: 'preview1', preopens: { '/d': 'data' } });
  const instance = new WebAssembly.Instance(module, wasi.getImportObject());
  wasi.start(instance);
  return instance;
};
const before = count();
const kept = make();
for (let i = 0; i < 50; i++) make();
const most = count();
for (let i = 0; i < 20; i++) {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(most >= before + 50, count() <= before + 12, kept.exports.again());
`;

unless(NOT_LINUX, test)('a guest of which no function is left is closed by the garbage collector, and no other', () => {
  writeFileSync(join(dir, 'collected.mjs'), COLLECTED);
  writeFileSync(join(dir, 'data/later'), '');
  const { stdout, stderr } = run(['--expose-gc', 'collected.mjs']);
  assert.is(stderr, '');
  assert.is(stdout, 'true true 0\n');
});

test.run();
