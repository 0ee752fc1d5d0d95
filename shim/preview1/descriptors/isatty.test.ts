// Tests isatty(3) of the standard streams: a stream is a terminal to the guest if it is one to a native program.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConsoleStdout, File, OpenFile } from '@bjorn3/browser_wasi_shim';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../../toolchain/compile.ts';
import { FILETYPE } from '../abi/structs.ts';
import { WASI as Core } from '../../core.ts';
import { RIGHTS } from '../abi/rights.ts';
import { TestGuest, type GuestOptions } from '../../../testing/test-guest.ts';
import { skip } from '../../../build/test/skip.ts';

/** isatty(3) as wasi-libc implements it. */
function isatty(g: TestGuest, fd: number): boolean {
  const { fs_filetype: filetype, fs_rights_base: rights } = g.fdstat(fd);
  return filetype === BigInt(FILETYPE.CHARACTER_DEVICE) && (rights & BigInt(RIGHTS.FD_SEEK | RIGHTS.FD_TELL)) === 0n;
}

const SILENT = { stdout: () => {}, stderr: () => {} };
const WITHOUT: Record<string, GuestOptions> = {
  text: { stdin: 'text' },
  bytes: { stdin: new Uint8Array(1) },
  'a function': { stdin: () => null },
  'an OpenFile': { stdin: new OpenFile(new File([])) },
  'streams that `tty` declares not to be terminals': {
    stdout: new ConsoleStdout(() => {}),
    stderr: new ConsoleStdout(() => {}),
    tty: { stdout: false, stderr: false },
  },
};

for (const [name, options] of Object.entries(WITHOUT)) {
  test(`no terminal: ${name}`, () => {
    const g = new TestGuest({ ...SILENT, ...options });
    assert.equal(
      [0, 1, 2].map((fd) => isatty(g, fd)),
      [false, false, false],
    );
    for (const fd of [0, 1, 2]) if (!name.includes('OpenFile')) assert.is(g.seek(fd, 0, 1), 'ESPIPE');
    g.end();
  });
}

test('a terminal, because the user says so', () => {
  const inputs = ['text', new Uint8Array(1), () => null, new OpenFile(new File([]))];
  for (const stdin of inputs) {
    for (const tty of [
      { stdin: true },
      { stdout: true },
      { stderr: true },
      { stdin: true, stdout: true, stderr: true },
    ]) {
      const g = new TestGuest({ ...SILENT, stdin, tty });
      assert.equal(
        [0, 1, 2].map((fd) => isatty(g, fd)),
        (['stdin', 'stdout', 'stderr'] as const).map((key) => (tty as Record<string, boolean>)[key] ?? false),
      );
      g.end();
    }
  }
});

/** Collects the output to the console. */
function onConsole(body: () => void): string[] {
  const lines: string[] = [];
  const { log, error } = console;
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    body();
  } finally {
    Object.assign(console, { log, error });
  }
  return lines;
}

/** A guest of the core whose output goes to the console, with its memory. */
function consoleGuest(): { wasi: Core; write: (text: string) => void } {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const wasi = new Core();
  wasi.finalizeBindings({ exports: { memory } });
  const write = (text: string): void => {
    const { written } = new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, 64));
    new DataView(memory.buffer).setUint32(0, 64, true);
    new DataView(memory.buffer).setUint32(4, written, true);
    assert.is(wasi.wasiImport.fd_write(1, 0, 1, 8), 0);
  };
  return { wasi, write };
}

test('lines on the console, the last one also without an end', () => {
  const lines = onConsole(() => {
    const { wasi, write } = consoleGuest();
    for (const text of ['one\ntw', 'o\n\nthr', 'ee', '\nwithout an end']) write(text);
    wasi.close();
  });
  assert.equal(lines, ['one', 'two', '', 'three', 'without an end']);
});

test('output without an end of line is searched once, and kept to a bound', () => {
  const { split } = String.prototype as { split: (...args: unknown[]) => string[] };
  let searched = 0;
  const writes = 5000;
  const lines = onConsole(() => {
    // eslint-disable-next-line no-extend-native -- to see all that is searched
    String.prototype.split = function (this: string, ...args: unknown[]) {
      searched += this.length;
      return split.apply(this, args);
    } as never;
    try {
      const { wasi, write } = consoleGuest();
      for (let i = 0; i < writes; i++) write('x'.repeat(64));
      wasi.close();
    } finally {
      // eslint-disable-next-line no-extend-native -- as it was
      String.prototype.split = split as never;
    }
  });
  // The options are split, too.
  assert.ok(searched < writes * 64 + 1000, `${searched} characters`);
  assert.is(lines.join(''), 'x'.repeat(writes * 64));
  assert.ok(lines.every((line) => line.length <= 65536 + 64));
});

const PROGRAM = `
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int bits = 0;
  for (int fd = 0; fd < 3; fd++) {
    struct stat st;
    int yes = argv[1][0] == 't' ? isatty(fd) : argv[1][0] == 's' ? lseek(fd, 0, SEEK_CUR) == 0 : fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
    if (yes) bits |= 1 << fd;
  }
  exit(bits);
}
`;
const RUN = `
import { readFileSync } from 'node:fs';
import { WASI } from './index.ts';
const [path, ...args] = process.argv.slice(2);
const wasi = new WASI({ args: ['isatty', ...args] });
const module = new WebAssembly.Module(readFileSync(path));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
`;
const DEV = 'P </dev/null >/dev/null 2>/dev/zero; echo $? >status';
const PIPES = ': | { P 2>&1; echo $? >status; } | cat';
const FILES = ': >file; P <file >>file 2>>file; echo $? >status';
const MIXED = ': | P >/dev/null 2>>file; echo $? >status';
const PTY = `script -qec 'P; echo $? >status' /dev/null </dev/null >/dev/null`;

const noCompiler = spawnSync('gcc', ['--version']).status !== 0 || process.platform !== 'linux';
const noScript = spawnSync('script', ['--version']).status !== 0;

/** Command lines of the shell, and the tests that a program makes natively and here. A file here cannot seek. */
const REDIRECTIONS: Record<string, readonly [line: string, asked: string, skip?: boolean]> = {
  'devices that are none': [DEV, 'tsc'],
  pipes: [PIPES, 'tsc'],
  files: [FILES, 'tc'],
  'of each kind': [MIXED, 'tc'],
  'a pseudo terminal': [PTY, 'tsc', noScript],
};

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-isatty-'));
const bundle = fileURLToPath(new URL(`../.build/isatty-${process.pid}.mjs`, import.meta.url));
test.after(() => {
  rmSync(scratch, { recursive: true });
  rmSync(bundle, { force: true });
});

async function prepare(): Promise<void> {
  writeFileSync(join(scratch, 'isatty.c'), PROGRAM);
  assert.is(spawnSync('gcc', ['isatty.c', '-o', 'isatty'], { cwd: scratch }).status, 0);
  const argv = ['-O1', 'isatty.c', '-o', 'isatty.wasm'];
  writeFileSync(
    join(scratch, 'isatty.wasm'),
    await compile({ sources: { 'isatty.c': PROGRAM }, argv, output: 'isatty.wasm' }),
  );
  const stdin = { contents: RUN, resolveDir: fileURLToPath(new URL('../..', import.meta.url)), loader: 'ts' as const };
  mkdirSync(fileURLToPath(new URL('../../../.build', import.meta.url)), { recursive: true });
  await build({ stdin, outfile: bundle, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
}

/** Returns the exit status of a program that a command line runs. */
function statusOf(line: string, program: string): string {
  const { stderr } = spawnSync('sh', ['-c', line.replace('P', () => program)], { cwd: scratch, encoding: 'utf8' });
  assert.is(stderr, '');
  return readFileSync(join(scratch, 'status'), 'utf8').trim();
}

if (noCompiler) skip('isatty, lseek and S_ISCHR of the host’s streams', 'gcc is missing, or the platform is not Linux');
else {
  test('isatty, lseek and S_ISCHR of the host’s streams are what they are natively', async () => {
    await prepare();
    for (const [name, [line, asked, skip = false]] of Object.entries(REDIRECTIONS)) {
      if (skip) continue;
      for (const what of asked) {
        const here = statusOf(line, `"${process.execPath}" "${bundle}" "${join(scratch, 'isatty.wasm')}" ${what}`);
        assert.is(here, statusOf(line, `./isatty ${what}`), `${name}: ${what}`);
      }
    }
  });
}

test.run();
