// Tries `compile` and its cache with a fake compiler.
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, CompileError, type CompileJob, type CompileOptions } from './compile.ts';
import { loadToolchain } from './toolchain.ts';

interface Context {
  options: CompileOptions & { cache: string };
  /** The number of times the compiler was loaded. */
  loads: number;
  warnings: string[];
}

const test = suite<Context>('compile');

test.before.each((context) => {
  context.loads = 0;
  context.warnings = [];
  context.options = {
    cache: mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-compile-')),
    warn: (text) => context.warnings.push(text),
    load: () => {
      context.loads++;
      return loadToolchain();
    },
  };
});

test.after.each(({ options }) => {
  rmSync(options.cache, { recursive: true });
});

const JOB: CompileJob = { sources: { 'a.c': 'int a = 1;\n' }, argv: ['-c', 'a.c'], output: 'a.o' };

test('a second run of the same compiles nothing, and does not load the compiler', async (context) => {
  const first = await compile(JOB, context.options);
  const { runs } = await loadToolchain();
  const second = await compile(JOB, context.options);
  assert.equal(second, first);
  assert.is(WebAssembly.validate(first), true);
  assert.is(context.loads, 1);
  assert.is((await loadToolchain()).runs, runs);
});

test('another source, argument, file name or driver is another entry', async (context) => {
  const others: Partial<CompileJob>[] = [
    { sources: { 'a.c': 'int a = 2;\n' } },
    { sources: { 'a.c': 'int a = 1;\n', 'a.h': '' } },
    { argv: ['-c', 'a.c', '-O1'] },
    { argv: ['-c', 'a.c', '-o', 'b.o'], output: 'b.o' },
    { driver: 'clang++' },
  ];
  for (const other of [{}, ...others]) await compile({ ...JOB, ...other }, context.options);
  assert.is(context.loads, 1 + others.length);
  assert.is(readdirSync(context.options.cache).length, 1 + others.length);
});

test('the order of the sources and the slash before a path do not matter', async (context) => {
  const argv = ['-c', 'a.c', 'b.c'];
  await compile({ sources: { 'a.c': 'int a;\n', 'b.c': 'int b;\n' }, argv, output: 'a.o' }, context.options);
  await compile({ sources: { '/b.c': 'int b;\n', '/a.c': 'int a;\n' }, argv, output: '/a.o' }, context.options);
  assert.is(context.loads, 1);
});

test('a damaged entry is made anew', async (context) => {
  const first = await compile(JOB, context.options);
  const [entry] = readdirSync(context.options.cache);
  const file = join(context.options.cache, entry!);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0, 40));
  assert.equal(await compile(JOB, context.options), first);
  assert.equal(await compile(JOB, context.options), first);
  assert.is(context.loads, 2);
});

test('sources may lie in directories and be bytes', async (context) => {
  const sources = { 'src/a.c': '#include "b.h"\n', 'src/include/b.h': new TextEncoder().encode('int b = 3;\n') };
  const argv = ['-E', '-P', '-Isrc/include', 'src/a.c', '-o', 'out.i'];
  const made = await compile({ sources, argv, output: 'out.i' }, context.options);
  assert.is(new TextDecoder().decode(made).trim(), 'int b = 3;');
});

test('a C++ source is compiled by clang++', async (context) => {
  const argv = ['a.cpp', '-nostdlib', '-Wl,--no-entry', '-o', 'a.wasm'];
  const source = 'extern "C" int f() { auto x = 7; return x; }\n';
  const made = await compile({ sources: { 'a.cpp': source }, argv, output: 'a.wasm' }, context.options);
  assert.ok(WebAssembly.validate(made));
});

test('a failing compilation rejects with the status and the messages of the compiler, and is not kept', async (context) => {
  const job = { ...JOB, sources: { 'a.c': 'int a = ;\n' } };
  for (let round = 1; round <= 2; round++) {
    const error = await compile(job, context.options).catch((error: unknown) => error);
    assert.instance(error, CompileError);
    const { status, diagnostics, message } = error as CompileError;
    assert.is(status, 1);
    assert.match(diagnostics, /^a\.c:1:9: error: expected expression\n/);
    assert.ok(message.includes(diagnostics));
    assert.is(context.loads, round);
  }
  assert.equal(readdirSync(context.options.cache), []);
});

test('a missing output is an error, too', async (context) => {
  const error = await compile({ ...JOB, output: 'other.o' }, context.options).catch((error: unknown) => error);
  assert.instance(error, CompileError);
  assert.is((error as CompileError).status, 0);
});

test('warnings are passed on when they arise', async (context) => {
  const job = { ...JOB, sources: { 'a.c': '#warning hear this\n' } };
  await compile(job, context.options);
  await compile(job, context.options);
  assert.is(context.warnings.length, 1);
  assert.match(context.warnings[0]!, /^a\.c:1:2: warning: hear this/);
});

test('compilations do not see each other', async (context) => {
  await compile({ ...JOB, sources: { ...JOB.sources, 'left.h': '' } }, context.options);
  const job = { sources: { 'b.c': '#include "left.h"\n' }, argv: ['-c', 'b.c'], output: 'b.o' };
  const error = await compile(job, context.options).catch((error: unknown) => error);
  assert.match((error as CompileError).diagnostics, /'left\.h' file not found/);
});

test.run();
