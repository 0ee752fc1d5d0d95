// The class ThreadedWASI: what it refuses, with the way out, and the ends that a program does not choose.
import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../testing/at-rest.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { serverFor } from '../index.ts';
import { ThreadedWASI, threadScript, type ThreadedWASIOptions } from './index.ts';
import { LIMITS, SPIN, WRITE, threadModule, type ThreadShape } from './testing.ts';

/** Of a promise that must be rejected. */
const fails = (): never => assert.unreachable() as never;

const QUIET = { stdin: '', stdout: () => undefined, stderr: () => undefined };

/** The sentence with which a module is refused; or its exit status. */
async function end(shape: ThreadShape, options: ThreadedWASIOptions = {}): Promise<unknown> {
  const wasi = new ThreadedWASI({ ...QUIET, ...options });
  return wasi.start(threadModule(shape)).catch((error: Error) => error.message);
}

test('a module with a shared memory runs', async () => {
  assert.is(await end({}), 0);
  assert.is(await end({ spawns: false, exports: ['_start'] }), 0);
});

test('modules that cannot run with threads are refused in a sentence', async () => {
  const cases: [ThreadShape, string][] = [
    [
      { memory: null },
      'it imports no memory, which its threads would share: link it with --import-memory --shared-memory',
    ],
    [{ memory: LIMITS.UNSHARED }, 'the memory that it imports is not shared: link it with --shared-memory'],
    [
      { exports: ['_start'] },
      'it exports no wasi_thread_start, with which its threads begin: link it with --export=wasi_thread_start',
    ],
    [
      { exports: ['wasi_thread_start'] },
      'it exports no _start function: of programs with threads only commands can be run, which have a main function',
    ],
    [{ foreign: 'env.puts' }, 'it imports env.puts, and its threads get the functions of wasi_snapshot_preview1 only'],
    [
      { foreign: 'wasi_snapshot_preview1.sock_open' },
      'it imports wasi_snapshot_preview1.sock_open, and its threads get the functions of wasi_snapshot_preview1 only',
    ],
  ];
  for (const [shape, why] of cases) assert.is(await end(shape), `The program cannot be started: ${why}.`);
});

test('without SharedArrayBuffer the class says which headers a page needs', () => {
  const { SharedArrayBuffer: kept } = globalThis;
  delete (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer;
  try {
    assert.throws(() => new ThreadedWASI(), /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy/);
  } finally {
    globalThis.SharedArrayBuffer = kept;
  }
});

test('a compiled module needs a memory, which must be shared', async () => {
  const module = new WebAssembly.Module(threadModule());
  const given = async (memory?: WebAssembly.Memory): Promise<unknown> =>
    new ThreadedWASI(QUIET).start(module, memory).catch((error: Error) => error.message);
  assert.match(String(await given()), /pass the bytes of the program, or its memory as the second argument\.$/);
  assert.match(String(await given(new WebAssembly.Memory({ initial: 1 }))), /^"memory" must be shared: /);
  assert.match(String(await given({} as never)), /^"memory" must be Memory/);
  assert.is(await given(new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true })), 0);
  const small = await given(new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }));
  assert.match(String(small), /^WebAssembly\.Instance\(\): .*memory/);
});

test('what is no program is refused, and so is a second start', async () => {
  const wasi = new ThreadedWASI(QUIET);
  await wasi.start('x' as never).then(fails, (error: Error) => assert.match(error.message, /^"program" must/));
  await wasi.start(threadModule()).then(fails, (error: Error) => {
    assert.is(error.message, 'This ThreadedWASI was closed or started.');
  });
  const bad = new ThreadedWASI(QUIET).start(new Uint8Array(8));
  await bad.then(fails, (error: Error) => assert.instance(error, WebAssembly.CompileError));
  for (const maxThreads of [Infinity, 1.5, 65_536]) {
    assert.throws(() => new ThreadedWASI({ maxThreads }), /"options.maxThreads" must be an integer from 0 to 65535/);
  }
});

test('close() ends a program that spins, one that is being compiled, and one that was not started', async () => {
  const server = serverFor(ram());
  const options = { ...QUIET, preopens: { '/': server } };
  const closed = (error: Error): void => assert.is(error.message, 'The program was closed.');
  const spinning = new ThreadedWASI(options);
  const end = spinning.start(threadModule({ code: SPIN }));
  setTimeout(() => spinning.close(), 50);
  await end.then(fails, closed);
  spinning.close();
  const early = new ThreadedWASI(options);
  const earlyEnd = early.start(threadModule());
  early.close();
  await earlyEnd.then(fails, closed);
  using unused = new ThreadedWASI(options);
  unused.close();
  await unused.start(threadModule()).then(fails, () => undefined);
  assert.equal(server.inspect(), AT_REST);
});

test('a worker that is ended from outside ends the program', async () => {
  const workers: Worker[] = [];
  const worker = (): Worker => {
    const made = new Worker(threadScript, { eval: true });
    workers.push(made);
    return made;
  };
  const running = end({ code: SPIN }, { worker });
  setTimeout(() => void workers[0]!.terminate(), 50);
  // 0 if it was ended before its script began.
  assert.match(
    String(await running),
    /^A thread of the program was ended from outside: its worker has exited with status [01]\.$/,
  );
});

test('a worker whose script fails ends the program with its error', async () => {
  const worker = (): Worker => new Worker('throw new Error("no script")', { eval: true });
  assert.is(await end({}, { worker }), 'no script');
  const notOne = await end({}, { worker: (() => ({})) as never });
  assert.match(String(notOne), /^"options.worker\(\)" must be Worker/);
});

test('a function of the user that throws ends the program with its error', async () => {
  const thrown = new Error('mine');
  const stdout = (): never => {
    throw thrown;
  };
  const wasi = new ThreadedWASI({ ...QUIET, stdout });
  // An iovec at 0 with no bytes would not reach the function: its length is read from the code's own memory.
  const bytes = threadModule({ code: [0x41, 4, 0x41, 1, 0x36, 2, 0, ...WRITE] });
  await wasi.start(bytes).then(fails, (error: unknown) => assert.is(error, thrown));
});

test.run();
