// Tries `wasi9p cc` and `c++` with the real compiler, in a process of its own.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Capture } from '../../toolchain/capture.ts';
import { runWasi } from '../../toolchain/run.ts';
import { cc, cxx } from './cc.ts';

interface Context {
  dir: string;
  home: string;
}

const test = suite<Context>('cc');

test.before.each((context) => {
  context.home = process.cwd();
  context.dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-cc-'));
  process.chdir(context.dir);
});

test.after.each(({ home, dir }) => {
  process.chdir(home);
  rmSync(dir, { recursive: true });
});

async function run(
  argv: string[],
  compile = cc,
  stdin = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  const [out, err] = [new Capture(), new Capture()];
  const status = await compile(argv, { stdin, stdout: out.sink, stderr: err.sink });
  return { status, stdout: out.text(), stderr: err.text() };
}

/** The exit status of a compiled program. */
function execute(file: string): number {
  const module = new WebAssembly.Module(readFileSync(file));
  return runWasi(module, [file], { preopens: {}, stdout: () => {}, stderr: () => {} });
}

test('compiles and links files of the current directory, by relative and absolute paths', async ({ dir }) => {
  mkdirSync('src');
  mkdirSync('include');
  mkdirSync('out');
  writeFileSync('include/f.h', 'int f(void);\n');
  writeFileSync('src/main.c', '#include <f.h>\n#include <stdio.h>\nint main(void) { return f(); }\n');
  writeFileSync('src/f.c', '#include <f.h>\nint f(void) { return 11; }\n');
  const { status, stderr } = await run([
    '-Iinclude',
    'src/main.c',
    join(dir, 'src/f.c'),
    '-o',
    join(dir, 'out/program.wasm'),
  ]);
  assert.is(stderr, '');
  assert.is(status, 0);
  assert.is(execute('out/program.wasm'), 11);
});

test('an output file has the default permissions', async () => {
  writeFileSync('a.c', 'int a;\n');
  writeFileSync('plain', '');
  assert.is((await run(['-c', 'a.c'])).status, 0);
  assert.is(statSync('a.o').mode, statSync('plain').mode);
});

test("directories named usr and tmp are the user's own", async () => {
  mkdirSync('usr');
  mkdirSync('tmp');
  writeFileSync('usr/a.c', '#include "../tmp/b.h"\n#include <stdlib.h>\nint main(void) { return B; }\n');
  writeFileSync('tmp/b.h', '#define B 9\n');
  const { status, stderr } = await run(['usr/a.c', '-o', 'tmp/a.wasm']);
  assert.is(stderr, '');
  assert.is(status, 0);
  assert.is(execute('tmp/a.wasm'), 9);
});

test('diagnostics name the file as the user does', async () => {
  writeFileSync('a.c', 'int a = ;\n');
  const { status, stderr } = await run(['-c', 'a.c']);
  assert.is(status, 1);
  assert.match(stderr, /^a\.c:1:9: error: expected expression\n/);
  assert.is(existsSync('a.o'), false);
});

test('above the current directory it reaches what the command line names, and nothing else', async ({ dir }) => {
  mkdirSync('below');
  writeFileSync('secret.h', 'int secret;\n');
  writeFileSync('below/a.c', '#include "../secret.h"\n');
  writeFileSync('below/b.c', 'int b;\n');
  process.chdir('below');
  const read = await run(['-c', 'a.c']);
  assert.is(read.status, 1);
  assert.match(read.stderr, /fatal error: .*secret\.h/);
  assert.is((await run(['-c', 'b.c', '-o', '../b.o'])).status, 0);
  assert.is((await run(['-c', 'b.c', '-o', join(dir, 'c.o')])).status, 0);
  assert.is((await run(['-c', 'b.c', '-o', '../nowhere/d.o'])).status, 1);
  process.chdir(dir);
  assert.ok(existsSync('b.o') && existsSync('c.o'));
});

test('debug information has the host path of the directory', async ({ dir }) => {
  writeFileSync('a.c', 'int a;\n');
  assert.is((await run(['-g', '-c', 'a.c'])).status, 0);
  assert.ok(readFileSync('a.o').includes(dir));
});

test('c++ links the C++ library, cc --driver-mode=g++ as well', async () => {
  writeFileSync('a.cc', '#include <string>\nint main() { return std::string(5, 65).size(); }\n');
  const made: Buffer[] = [];
  for (const [argv, compile] of [
    [['-fno-exceptions', 'a.cc'], cxx],
    [['--driver-mode=g++', '-fno-exceptions', 'a.cc'], cc],
  ] as const) {
    const { status, stderr } = await run([...argv], compile);
    assert.is(status, 0, stderr);
    assert.is(execute('a.out'), 5);
    made.push(readFileSync('a.out'));
  }
  assert.ok(made[0]!.equals(made[1]!));
});

test('a source from standard input', async () => {
  const { status, stderr } = await run(['-x', 'c', '-', '-o', 'in.wasm'], cc, 'int main(void) { return 3; }\n');
  assert.is(status, 0, stderr);
  assert.is(execute('in.wasm'), 3);
});

test('answers --version', async () => {
  const { status, stdout } = await run(['--version']);
  assert.is(status, 0);
  assert.match(stdout, /^clang version /);
});

test.run();
