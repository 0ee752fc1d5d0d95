// The programs of this folder: threads that start and end, files of one process in several threads, waits, hostile guests.
import { closeSync, openSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { serverFor } from '../../shim/index.ts';
import { strace } from '../../shim/trace/index.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { memfs } from '../../vfs/backends/memfs/index.ts';
import { passes, runThreaded } from './testing.ts';

test('a thread has the number that its spawn has returned', () => passes('spawn', [], ''));
test('300 threads one after the other, then 16 at a time', () => passes('spawn', ['many'], ''));
test('a thread starts the next one, ten deep', () => passes('spawn', ['nested'], ''));
test('beyond maxThreads a spawn returns −EAGAIN, and an end makes room', () =>
  passes('spawn', ['limit'], 'threads: 5\nthen: -6\n', { maxThreads: 5 }));
test('with maxThreads 0 the program has its main thread only', async () => {
  const { end, stdout } = await runThreaded('spawn', ['limit'], { maxThreads: 0 });
  assert.equal([end, stdout.slice(0, 20)], [70, 'threads: 0\nthen: -6\n']);
});

const OTHERS = ['wait', 'spin', 'sleep', 'call'];
for (const what of OTHERS) {
  test(`the process ends while others ${what}: return, exit, trap, in any thread`, async () => {
    const ends = new Map<string, number | string>([
      ['return', 0],
      ['exit', 9],
      ['trap', 'unreachable'],
      ['thread-exit', 9],
      ['thread-trap', 'unreachable'],
    ]);
    for (const [who, expected] of ends) {
      const { end } = await runThreaded('ends', [who, what]);
      if (typeof expected === 'number') assert.is(end, expected, `${who} ${String(end)}`);
      else assert.ok(end instanceof WebAssembly.RuntimeError && end.message === expected, `${who} ${String(end)}`);
    }
  });
}

test('a trap tells where in the program it was', async () => {
  const { end } = await runThreaded('ends', ['thread-trap', 'wait']);
  assert.match((end as Error).stack ?? '', /at .*wasm:\/\/wasm\//);
});

test('a thread that returns ends itself only; the status is that of the main thread', async () => {
  assert.is((await runThreaded('ends', ['thread-return'])).end, 4);
});

for (const mode of ['pwrite', 'append', 'write', 'orphan', 'open']) {
  test(`8 threads: ${mode}`, () => passes('files', [mode], 'whole\n'));
}

test('the same on memfs and on a host directory', async () => {
  await passes('files', ['append'], 'whole\n', { server: serverFor(memfs(new Volume())) });
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-threads-'));
  const store = hostDir(dir);
  try {
    for (const mode of ['pwrite', 'append', 'write', 'orphan']) {
      await passes('files', [mode], 'whole\n', { server: serverFor(store) });
    }
  } finally {
    store.close();
    rmSync(dir, { recursive: true });
  }
});

test('a memory grows while other threads use it', () => passes('memory', [], ''));

unless(NOT_LINUX)('a thread that waits for stdin holds up no other', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-threads-'));
  const fifo = join(dir, 'fifo');
  assert.is(spawnSync('mkfifo', [fifo]).status, 0);
  // Opened for both: neither open waits for the other side.
  const stdin = openSync(fifo, 'r+');
  let output = '';
  const stdout = (bytes: Uint8Array): void => {
    output += new TextDecoder().decode(bytes);
    if (output === 'written\n') {
      writeSync(stdin, 'x');
      setTimeout(() => closeSync(stdin), 20);
    }
  };
  const reader = openSync(fifo, 'r');
  try {
    const { end } = await runThreaded('streams', [], { stdin: reader, stdout });
    assert.equal([end, output], [0, `written\nread: ${'x'.charCodeAt(0)}\n`]);
  } finally {
    closeSync(reader);
    rmSync(dir, { recursive: true });
  }
});

test('a guest that overwrites all that it can reach harms itself only', async () => {
  for (let i = 0; i < 3; i++) await passes('hostile', [], 'alive\n');
  const { end } = await runThreaded('hostile', ['everywhere']);
  assert.ok(end === 5 || end instanceof WebAssembly.RuntimeError, String(end));
});

test('a tracer sees all calls', async () => {
  const lines: string[] = [];
  const options = { maxThreads: 5, trace: strace((line) => lines.push(line)) };
  await passes('spawn', ['limit'], 'threads: 5\nthen: -6\n', options);
  const called = (text: string): boolean => lines.some((line) => line.startsWith(text));
  assert.ok(called('args_get(') && called('fd_write(fd=1'), lines.join('\n'));
});

test.run();
