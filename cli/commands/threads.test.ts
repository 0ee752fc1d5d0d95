// Programs with threads on the command line: run, and the command lines of wasmtime and iwasm.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { LIMITS, threadModule } from '../../shim/threads/testing.ts';
import { compileThreaded } from '../../wasm-tests/threads/testing.ts';
import { bundle } from '../testing.ts';

const threads = suite('threads on the command line');
const linux = unless(NOT_LINUX, threads);
let dir = '';
let cli = '';

threads.before(async () => {
  dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-threads-'));
  fs.mkdirSync(join(dir, 'data'));
  for (const name of ['spawn', 'ends', 'files', 'streams', 'memory']) {
    fs.writeFileSync(join(dir, `${name}.wasm`), await compileThreaded(name));
  }
  fs.writeFileSync(join(dir, 'alone.wasm'), threadModule({ spawns: false, exports: ['_start'] }));
  fs.writeFileSync(join(dir, 'unshared.wasm'), threadModule({ memory: LIMITS.UNSHARED }));
  cli = await bundle();
});

threads.after(() => {
  fs.rmSync(dir, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

/** Runs a line, whose words are divided by spaces. */
function wasi9p(line: string) {
  const options = { cwd: dir, encoding: 'utf8', input: '' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...line.split(' ')], options);
  return { status, stdout, stderr };
}

/** Starts a line, and calls `act` when it has written `written`. */
function started(line: string, act: (child: ReturnType<typeof spawn>) => void) {
  const child = spawn(process.execPath, [cli, ...line.split(' ')], { cwd: dir, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  child.stdout.on('data', (bytes) => {
    stdout += String(bytes);
    if (stdout === 'written\n') act(child);
  });
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

threads('a program that imports wasi.thread-spawn runs in workers', () => {
  assert.equal(wasi9p('run spawn.wasm many'), { status: 0, stdout: '', stderr: '' });
  assert.equal(wasi9p('wasmtime --wasi threads --wasm shared-memory spawn.wasm'), {
    status: 0,
    stdout: '',
    stderr: '',
  });
  assert.is(wasi9p('wasmtime -Sthreads --dir data::/ ends.wasm exit wait').status, 9);
  assert.is(wasi9p('run --stack 32M spawn.wasm nested').status, 0);
});

threads('-S threads runs any program with a shared memory in a worker, and others as before', () => {
  assert.equal(wasi9p('wasmtime -S threads alone.wasm'), { status: 0, stdout: '', stderr: '' });
  const { status, stderr } = wasi9p('wasmtime alone.wasm');
  assert.equal([status, /imports env\.memory.*: .*-S threads/.test(stderr)], [1, true], stderr);
});

threads('-S threads=n refuses them, and what cannot run is said in a sentence', () => {
  const off = wasi9p('wasmtime -S threads=n spawn.wasm');
  assert.is(off.status, 1);
  assert.match(
    off.stderr,
    /spawn\.wasm cannot be started: it imports .*wasi\.thread-spawn.*: threads are off: leave out -S threads=n\.\n$/,
  );
  const unshared = wasi9p('run unshared.wasm');
  assert.is(unshared.status, 1);
  assert.is(
    unshared.stderr,
    'wasi9p: unshared.wasm cannot be started: the memory that it imports is not shared: link it with --shared-memory.\n',
  );
  const invoked = wasi9p('wasmtime --invoke f spawn.wasm');
  assert.equal([invoked.status, /only _start can be called/.test(invoked.stderr)], [2, true], invoked.stderr);
});

threads('limits: --max-memory, and --max-threads of iwasm', () => {
  const small = wasi9p('run --max-memory 1M spawn.wasm');
  assert.equal([small.status, /memory is larger than 1048576 bytes from the start/.test(small.stderr)], [1, true]);
  assert.is(wasi9p('run --max-memory 8M memory.wasm').status, 0);
  // It grows by 20 pages.
  assert.is(wasi9p('run --max-memory 3M memory.wasm').status, 70);
  assert.equal(wasi9p('iwasm --max-threads=5 spawn.wasm limit').stdout, 'threads: 5\nthen: -6\n');
});

threads('a trap in any thread is reported, with its frames', () => {
  const { status, stderr } = wasi9p('run ends.wasm thread-trap sleep');
  assert.is(status, 134);
  assert.match(stderr, /^wasi9p: ends\.wasm trapped: unreachable\n {4}at .*traps/);
});

threads('all threads write to a directory of this machine, and to an overlay of it', () => {
  const args = ['append', 'pwrite'];
  for (const mode of args) assert.is(wasi9p(`run --dir data::/ files.wasm ${mode}`).stdout, 'whole\n');
  assert.is(fs.statSync(join(dir, 'data/file')).size, 8 * 200 * 64);
  const { status, stdout } = wasi9p('run --overlay data::/ --diff files.wasm open');
  assert.is(status, 0);
  assert.match(stdout, /^whole\nM \/file\nA \/open-a\n/);
});

threads('a trace has the calls of all threads', () => {
  const { status, stderr } = wasi9p('run --trace=path_open files.wasm open');
  assert.is(status, 0);
  const opened = [...stderr.matchAll(/^path_open\(fd=3, .*path="(.*?)"/gm)].map(([, name]) => name);
  assert.is(opened.length, 1 + 8 * 100);
  assert.is(new Set(opened).size, 1 + 8);
});

threads('stdin is live while a thread waits for it', async () => {
  const { status, stdout } = await started('run streams.wasm', (child) => child.stdin!.end('x'));
  assert.equal([status, stdout], [0, 'written\nread: 120\n']);
});

linux('a thread that writes to a full pipe holds up no other, and no byte is lost', async () => {
  const argv = [cli, 'run', '--dir', 'data::/', 'streams.wasm', 'full'];
  const child = spawn(process.execPath, argv, { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.pause();
  const file = join(dir, 'data/full');
  for (let i = 0; i < 600 && !fs.existsSync(file); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(fs.existsSync(file), 'the main thread goes on while the pipe is full');
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdout.resume();
  const status = await new Promise((resolve) => child.on('close', resolve));
  const bytes = Buffer.concat(chunks);
  assert.equal([status, bytes.length], [0, 1 << 20]);
  assert.ok(bytes.every((byte, i) => byte === 97 + (i % 25)));
});

/** Starts a line whose first thread writes a megabyte to stdout, of which only the start is read. */
async function filling(line: string) {
  const child = spawn(process.execPath, [cli, ...line.split(' ')], { cwd: dir, stdio: 'pipe' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  await new Promise((resolve) => child.stdout.once('readable', resolve));
  const said = async (text: string): Promise<void> => {
    for (let i = 0; i < 400 && !stderr.includes(text); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(stderr.includes(text), stderr);
  };
  return { child, ended, said, stderr: () => stderr };
}

for (const how of ['renumber', 'close', 'nonblock']) {
  for (const trace of ['', '--trace=trace ']) {
    linux(`a write to a full pipe keeps its stream: ${how} ${trace}`, async () => {
      const { child, ended, said, stderr } = await filling(`run --dir data::/ ${trace}streams.wasm ${how}`);
      child.stdin.end('x');
      await said('now\n').catch((error: unknown) => {
        child.kill('SIGKILL');
        throw error;
      });
      let size = 0;
      child.stdout.on('data', (chunk: Buffer) => (size += chunk.length));
      assert.equal([await ended, size, stderr()], [0, 1 << 20, 'now\nmore\n']);
      assert.is(fs.statSync(join(dir, 'data/other')).size, 0);
      if (trace === '') return;
      const traced = fs.readFileSync(join(dir, 'trace'), 'utf8');
      assert.is(traced.match(/^fd_write\(fd=1, .*nwritten=1048576/gm)?.length, 1, traced);
      fs.rmSync(join(dir, 'trace'));
    });
  }
}

linux('SIGINT ends them while the pipe is full, with a trace, too', async () => {
  const { child, ended, stderr } = await filling('run --overlay data::/ --trace=trace streams.wasm full');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const end = await ended;
  clearTimeout(late);
  assert.equal([end, /Interrupted/.test(stderr())], [130, true], stderr());
  fs.rmSync(join(dir, 'trace'));
});

threads('--timeout ends the threads', () => {
  const { status, stderr } = wasi9p('run --timeout 1s ends.wasm thread-forever spin');
  assert.equal([status, /its time was over/.test(stderr)], [124, true], stderr);
});

linux('SIGINT ends them, with what they had open; an overlay says what is dropped', async () => {
  const { status, stderr } = await started('run --overlay data::/ streams.wasm', (child) => child.kill('SIGINT'));
  assert.equal([status, /Interrupted/.test(stderr)], [130, true], stderr);
});

threads.run();
