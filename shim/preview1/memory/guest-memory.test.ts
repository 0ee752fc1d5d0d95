// Tests guest memory that grows or changes during a call, shared or not.
import { Worker } from 'node:worker_threads';
import { createContext, runInContext } from 'node:vm';
import { Fd, wasi as defs } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../../../vfs/linux/errno.ts';
import { GuestMemory } from './guest-memory.ts';
import { DATA, OUT, ROOT, TestGuest, utf8 } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const PAGE = 65536;

for (const shared of [false, true]) {
  const kind = shared ? 'shared' : 'own';

  test(`${kind} memory that grows while stdout is written`, () => {
    const got: number[] = [];
    const g: TestGuest = new TestGuest({
      shared,
      stdout(bytes) {
        got.push(bytes.length);
        g.grow();
      },
    });
    g.ok('fd_write', 1, ...g.texts('one', 'two'), OUT);
    assert.is(g.u32(), 6);
    g.ok('fd_write', 1, ...g.iovs([DATA, 700_000], [DATA, 700_000]), OUT);
    assert.is(g.u32(), 1_400_000);
    assert.equal(got, [6, 1 << 20, 1_400_000 - (1 << 20)]);
    g.end();
  });

  test(`${kind} memory that grows while stdin is asked`, () => {
    const g: TestGuest = new TestGuest({
      shared,
      stdin() {
        g.grow();
        return 'input';
      },
    });
    assert.is(g.read(0, 3), 'inp');
    assert.is(g.read(0), 'ut');
    g.end();
  });

  withGuest(`${kind} memory that has grown between two calls`, { shared, files: { '/f': 'text' } }, (g) => {
    const fd = g.open('f');
    const old = g.memory.buffer.byteLength;
    assert.is(g.call('fd_read', fd, ...g.iovs([old, 4]), OUT), 'EFAULT');
    assert.is(g.call('fd_tell', fd, old), 'EFAULT');
    g.grow();
    g.ok('fd_read', fd, ...g.iovs([old - 2, 4]), old + PAGE - 4);
    assert.is(g.text(old - 2, 4), 'text');
    assert.is(g.u32(old + PAGE - 4), 4);
    g.ok('fd_tell', fd, old);
    assert.is(g.u64(old), 4n);
    assert.is(g.call('fd_tell', fd, old + PAGE - 7), 'EFAULT');
    g.grow();
    assert.is(g.stat('f').size, 4n, 'views that became empty are taken anew');
    g.grow();
    const grown = g.memory.buffer.byteLength - PAGE;
    g.ok('fd_pread', fd, ...g.iovs([DATA, 2], [grown, 2]), 0, OUT);
    assert.equal([g.text(DATA, 2), g.text(grown, 2)], ['te', 'xt'], 'only the ranges lie in the new memory');
    assert.is(g.call('fd_pread', fd, ...g.iovs([DATA, 2], [grown + PAGE, 1]), 0, OUT), 'EFAULT');
  });
}

/** An Fd of browser_wasi_shim whose methods grow the memory. */
class Growing extends Fd {
  guest: TestGuest | undefined;

  protected grow<T>(value: T): T {
    this.guest?.grow();
    return value;
  }

  override fd_read(size: number) {
    return this.grow({ ret: 0, data: utf8('data').slice(0, size) });
  }

  override fd_pread(size: number, _offset: bigint) {
    return this.fd_read(size);
  }

  override fd_write(data: Uint8Array) {
    return this.grow({ ret: 0, nwritten: data.length });
  }

  override fd_pwrite(data: Uint8Array, _offset: bigint) {
    return this.fd_write(data);
  }

  override fd_seek(offset: bigint, _whence: number) {
    return this.grow({ ret: 0, offset });
  }

  override fd_filestat_get() {
    return this.grow({ ret: 0, filestat: new defs.Filestat(7n, defs.FILETYPE_REGULAR_FILE, 4n) });
  }
}

class GrowingDirectory extends Growing {
  override fd_fdstat_get() {
    return { ret: 0, fdstat: new defs.Fdstat(defs.FILETYPE_DIRECTORY, 0) };
  }

  override fd_readdir_single(cookie: bigint) {
    this.grow(null);
    const name = `entry${cookie}`;
    const dirent = cookie > 1n ? null : new defs.Dirent(cookie + 1n, 9n, name, defs.FILETYPE_REGULAR_FILE);
    return { ret: 0, dirent };
  }
}

test('memory that grows in the methods of a foreign Fd', () => {
  const fd = new Growing();
  const directory = new GrowingDirectory();
  const g = new TestGuest({ stdin: fd, preopens: (server) => ({ '/': server, '/foreign': directory }) });
  fd.guest = directory.guest = g;
  g.ok('fd_read', 0, ...g.iovs([DATA, 4], [DATA + 4, 4]), OUT);
  assert.is(g.text(DATA, g.u32()), 'datadata');
  assert.is(g.pread(0, 0), 'data');
  g.ok('fd_write', 0, ...g.texts('one', 'three'), OUT);
  assert.is(g.u32(), 8);
  g.ok('fd_pwrite', 0, ...g.texts('one', 'three'), 5, OUT);
  assert.is(g.u32(), 8);
  assert.is(g.seek(0, 77, 0), 77n);
  g.ok('fd_tell', 0, OUT);
  assert.is(g.fstat(0).size, 4n);
  assert.equal(
    g.readdir(ROOT + 1).entries.map(({ name }) => name),
    ['entry0', 'entry1'],
  );
  g.end();
});

test('ranges of more than 2 GiB are cut to what Linux moves at once', () => {
  const memory = new GuestMemory();
  memory.attach(new WebAssembly.Memory({ initial: 64 }));
  for (let i = 0; i < 1024; i++) {
    memory.putU32(i * 8, 0);
    memory.putU32(i * 8 + 4, 64 * PAGE);
  }
  assert.is(memory.loadIovs(0, 1024), 0);
  assert.is(memory.iov.total, 0x7fff_f000);
  assert.is(memory.iov.count, 512);
  assert.is(memory.loadIovs(0, 511), 0);
  assert.is(memory.iov.total, 511 * 64 * PAGE);
  memory.putU32(8, 1);
  assert.is(memory.loadIovs(0, 2), E.EFAULT);
});

withGuest('before there is memory every pointer is bad, and nothing else fails', { attach: false }, (g) => {
  const { wasiImport } = g.wasi;
  assert.is(wasiImport.fd_write(1, 0, 0, 8), 21);
  assert.is(wasiImport.fd_sync(ROOT), 0);
  assert.is(wasiImport.sched_yield(), 0);
  g.attach();
  g.ok('fd_write', 1, 0, 0, 8);
});

test('a memory of another realm, and an imported memory', () => {
  const foreign = runInContext('new WebAssembly.Memory({ initial: 1 })', createContext()) as WebAssembly.Memory;
  const g = new TestGuest({ attach: false });
  g.wasi.finalizeBindings({ exports: {} }, { memory: foreign });
  assert.is(g.wasi.wasiImport.args_sizes_get(0, 4), 0);
  g.end();
});

/** A worker that flips a path in shared memory between a valid and a hostile one. */
const FLIPPER = `
  const { workerData } = require('node:worker_threads');
  const { buffer, at, stop } = workerData;
  const u8 = new Uint8Array(buffer);
  const flag = new Int32Array(buffer, stop, 1);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  while (Atomics.load(flag, 0) === 1) {
    u8.set([0x64, 0x2f, 0x78, 0x78, 0x78, 0x78], at);
    u8.set([0x2e, 0x2e, 0x2f, 0x78, 0x00, 0xff], at);
  }
`;

test('a path that another thread changes during the call is copied once', async () => {
  const g = new TestGuest({ shared: true, files: { '/in/d/x': '', '/in/x': '' } });
  const dir = g.open('in');
  const stop = DATA;
  const at = DATA + 64;
  const worker = new Worker(FLIPPER, { eval: true, workerData: { buffer: g.memory.buffer, at, stop } });
  const flag = new Int32Array(g.memory.buffer, stop, 1);
  while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const answers = new Set<string>();
  const until = performance.now() + 300;
  while (performance.now() < until) answers.add(g.call('path_create_directory', dir, at, 6));
  Atomics.store(flag, 0, 2);
  await worker.terminate();
  for (const answer of answers) {
    assert.ok(['ok', 'EEXIST', 'EINVAL', 'EILSEQ', 'ENOTCAPABLE', 'ENOENT'].includes(answer), answer);
  }
  assert.equal(g.volume.readdirSync('/'), ['in'], 'nothing was made outside');
  g.end();
});

test.run();
