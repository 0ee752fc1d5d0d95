// Runs the C programs of this directory, which assert what preview1's functions do, on each store.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI, serverFor, type LocalSource } from '../../shim/index.ts';
import { compile } from '../../toolchain/compile.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { assertAtRest } from '../harness.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const FLAGS = ['-std=gnu17', '-O1', '-Wall', '-Wextra'];
/** The output of a program without failures. */
const NO_FAILURE = /^[1-9]\d* checks\n$/;

/** The host's part of a program: its file system, its arguments and its expected end. */
interface Run {
  /** Arguments after the program's name. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** True if the store is its only directory, `/`. Default: true. */
  directory?: boolean;
  /** Default: 0. */
  status?: number;
  /** Default: only the number of checks. */
  stdout?: RegExp;
}

/** A store to run on: what a preopen takes, and its end. */
interface Store {
  source: LocalSource;
  dispose(): void;
}

const STORES: Readonly<Record<string, () => Store>> = {
  memfs: () => ({ source: new Volume(), dispose() {} }),
  hostdir: () => {
    const path = mkdtempSync(join(tmpdir(), 'wasi9p-preview1-'));
    const backend = hostDir(path);
    const dispose = () => {
      backend.close();
      rmSync(path, { recursive: true });
    };
    return { source: backend, dispose };
  },
  ram: () => ({ source: ram(), dispose() {} }),
};

const PROGRAMS: Readonly<Record<string, readonly Run[]>> = {
  rights: [{}],
  'directory-descriptors': [{}],
  preopens: [{}],
  readdir: [{}],
  times: [{}],
  flags: [{}],
  offsets: [{}],
  symlinks: [{}],
  names: [{}],
  renumber: [{}],
  stdio: [{ stdout: /^greetings\nstill there\n[1-9]\d* checks\n$/ }],
  poll: [{}],
  'clock-random-args': [
    {},
    {
      args: ['words', `say "hi" 'there'`, '', 'two\nlines', 'grüß'],
      env: { EMPTY: '', QUOTED: 'a "b" c', LINES: 'up\ndown', EQUALS: 'x=y' },
    },
    { args: ['exit', '0'], stdout: /^$/ },
    { args: ['exit', '42'], status: 42, stdout: /^$/ },
  ],
  sockets: [{}],
  libc: [{}, { args: ['outside'], directory: false }],
};

function compileProgram(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const files = [`${name}.c`, 'check.h', 'files.h'];
  const sources = Object.fromEntries(files.map((file) => [file, readFileSync(join(HERE, file), 'utf8')]));
  const output = `${name}.wasm`;
  return compile({ sources, argv: [...FLAGS, `${name}.c`, '-o', output], output }, { warn: assert.unreachable });
}

function runOn(source: LocalSource, name: string, module: WebAssembly.Module, run: Run): void {
  const decoder = new TextDecoder();
  let stdout = '';
  const wasi = new WASI({
    args: [name, ...(run.args ?? [])],
    env: run.env ?? {},
    preopens: run.directory === false ? {} : { '/': source },
    stdin: '',
    stdout: (bytes) => (stdout += decoder.decode(bytes, { stream: true })),
  });
  const status = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  assert.ok((run.stdout ?? NO_FAILURE).test(stdout), `${name} printed, and ended with status ${status}:\n${stdout}`);
  assert.is(status, run.status ?? 0, 'exit status');
}

async function runAll(name: string, runs: readonly Run[], store: Store): Promise<void> {
  try {
    const module = await WebAssembly.compile(await compileProgram(name));
    for (const run of runs) {
      runOn(store.source, name, module, run);
      assertAtRest(serverFor(store.source));
    }
  } finally {
    store.dispose();
  }
}

test('preview1: every program is run', () => {
  const programs = readdirSync(HERE).filter((file) => file.endsWith('.c'));
  assert.equal(
    programs.sort(),
    Object.keys(PROGRAMS)
      .map((name) => `${name}.c`)
      .sort(),
  );
});

for (const [name, runs] of Object.entries(PROGRAMS)) {
  for (const [kind, make] of Object.entries(STORES)) {
    test(`preview1 ${name} on ${kind}`, () => runAll(name, runs, make()));
  }
}

test.run();
