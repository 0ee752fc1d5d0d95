// Tests the WASI class: start, initialize, exit, traps, invalid options, and cleanup after each.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PLAIN_GATE, unless } from '../build/test/skip.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { Server, serverFor } from '../vfs/connect/server-for.ts';
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from './preview1/abi/signatures.ts';
import { AT_REST } from '../testing/at-rest.ts';
import { OUT, READ_WRITE, ROOT, TestGuest } from '../testing/test-guest.ts';
import { withGuest } from '../testing/uvu.ts';
import { WASI, type WASIOptions } from './wasi.ts';

const CODES = { i32: 0x7f, i64: 0x7e };

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return list([...text].map((c) => [c.charCodeAt(0)]));
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

/** A program that imports all 46 functions; `body` is the code of its `_start`. */
function program(body: readonly number[], start = '_start'): Uint8Array<ArrayBuffer> {
  const calls = Object.keys(SIGNATURES) as CallName[];
  const types = calls.map((call) => {
    const params = parametersOf(call).flatMap(wasmTypesOf);
    const results = call === 'proc_exit' ? [] : [[CODES.i32]];
    return [0x60, ...list(params.map((type) => [CODES[type]])), ...list(results)];
  });
  const imports = calls.map((call, i) => [...name('wasi_snapshot_preview1'), ...name(call), 0, ...leb(i)]);
  const code = [0, ...body, 0x0b];
  const exports = [
    [...name('memory'), 2, 0],
    [...name(start), 0, ...leb(calls.length)],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([...types, [0x60, 0, 0]])),
    ...section(2, list(imports)),
    ...section(3, list([leb(calls.length)])),
    ...section(5, list([[0, 1]])),
    ...section(7, list(exports)),
    ...section(10, list([[...leb(code.length), ...code]])),
  ]);
}

/** The instructions of a call with constant arguments. */
function calling(call: CallName, ...args: number[]): number[] {
  const index = Object.keys(SIGNATURES).indexOf(call);
  return [...args.flatMap((arg) => [0x41, arg]), 0x10, ...leb(index)];
}

const TRAP = [0x00];

async function instantiate(wasi: WASI, bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Instance> {
  const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject());
  return instance;
}

/** A WASI object on a volume, and its server. */
function guest(options: WASIOptions = {}): { wasi: WASI; server: Server } {
  const volume = Volume.fromJSON({ '/f': 'text' });
  return { wasi: new WASI({ preopens: { '/one': volume, '/two': volume }, ...options }), server: serverFor(volume) };
}

/** A fake instance with these exports. */
function fake(exports: Record<string, unknown>): WebAssembly.Instance {
  return { exports: { memory: new WebAssembly.Memory({ initial: 1 }), ...exports } } as unknown as WebAssembly.Instance;
}

test('a program that returns, with all 46 functions imported', async () => {
  const { wasi, server } = guest();
  assert.is(server.inspect().fids, 3, 'the client’s root and two preopens');
  assert.is(wasi.start(await instantiate(wasi, program([]))), 0);
  assert.equal(server.inspect(), AT_REST);
});

test('a program that exits: its status, and everything is closed', async () => {
  const { wasi, server } = guest();
  assert.is(wasi.start(await instantiate(wasi, program([...calling('proc_exit', 7), ...TRAP]))), 7);
  assert.equal(server.inspect(), AT_REST);
});

test('a program that traps: the trap is thrown, and everything is closed', async () => {
  const { wasi, server } = guest();
  const instance = await instantiate(wasi, program(TRAP));
  assert.throws(
    () => wasi.start(instance),
    (thrown: Error) => thrown instanceof WebAssembly.RuntimeError,
  );
  assert.equal(server.inspect(), AT_REST);
});

test('an exception of the host that goes through the program is thrown, and everything is closed', () => {
  const { wasi, server } = guest();
  const start = () => {
    throw new Error('from the host');
  };
  assert.throws(() => wasi.start(fake({ _start: start })), 'from the host');
  assert.equal(server.inspect(), AT_REST);
});

test('files and orphans that are open at the end are closed', () => {
  const g = new TestGuest({ files: { '/f': '' } });
  const start = () => {
    g.open('f', { rights: READ_WRITE });
    g.ok('path_unlink_file', ROOT, 'f');
    assert.is(g.server.inspect().orphans, 1);
  };
  assert.is(g.wasi.start({ exports: { memory: g.memory, _start: start } }), 0);
  assert.equal(g.server.inspect(), AT_REST);
  assert.is(g.call('fd_close', ROOT), 'EBADF');
  g.end();
});

test('returnOnExit: false ends the host process, once everything is closed', () => {
  const { wasi, server } = guest({ returnOnExit: false });
  const { exit } = process;
  let code: unknown = null;
  process.exit = ((status: number) => {
    code = status;
    assert.equal(server.inspect(), AT_REST);
  }) as typeof process.exit;
  try {
    wasi.start(fake({ _start: () => wasi.wasiImport.proc_exit(3) }));
  } finally {
    process.exit = exit;
  }
  assert.is(code, 3);
});

test('a WASI object starts once', () => {
  const { wasi } = guest();
  wasi.start(fake({ _start() {} }));
  assert.throws(() => wasi.start(fake({ _start() {} })), /closed or started/);
  assert.throws(() => wasi.initialize(fake({})), /closed or started/);
});

test('what start() refuses', () => {
  const refuse = (exports: Record<string, unknown>, message: RegExp) => {
    const { wasi, server } = guest();
    assert.throws(() => wasi.start(fake(exports)), message);
    wasi.close();
    assert.equal(server.inspect(), AT_REST);
  };
  refuse({}, /"instance.exports._start" must be function/);
  refuse({ _start: 5 }, /"instance.exports._start" must be function/);
  refuse({ _start() {}, _initialize() {} }, /"instance.exports._initialize" must be undefined/);
  refuse({ _start() {}, memory: undefined }, /"instance.exports.memory" must be Memory/);
  refuse({ _start() {}, memory: { buffer: new ArrayBuffer(1) } }, /"instance.exports.memory" must be Memory/);
});

test('a reactor: initialized, called, closed', async () => {
  const { wasi, server } = guest();
  const reactor = await instantiate(wasi, program([], '_initialize'));
  wasi.initialize(reactor);
  assert.is(server.inspect().fids, 3, 'it stays open');
  assert.is(wasi.wasiImport.fd_fdstat_get(0, 8), 0);
  wasi.close();
  assert.equal(server.inspect(), AT_REST);
  wasi.close();
});

test('what initialize() refuses, and what it does not need', () => {
  const initialize = (exports: Record<string, unknown>) => {
    const { wasi } = guest();
    try {
      wasi.initialize(fake(exports));
    } finally {
      wasi.close();
    }
  };
  assert.throws(() => initialize({ _start() {} }), /"instance.exports._start" must be undefined/);
  assert.throws(() => initialize({ _initialize: 1 }), /_initialize" must be function/);
  assert.throws(() => initialize({ memory: 1 }), /"instance.exports.memory" must be Memory/);
  initialize({});
});

test('options that cannot be', () => {
  assert.throws(() => new WASI({ version: 'unstable' as never }), /"options.version" must be preview1/);
  for (const bad of [42, null, {}, [], () => {}]) {
    assert.throws(() => new WASI({ preopens: { '/': bad as never } }), /"options.preopens.\/" must be/);
  }
  assert.throws(
    () => new WASI({ preopens: { '/a': '/no/such/directory' } }),
    (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' &&
      error.message.startsWith('"options.preopens./a" must be a directory that can be opened: ENOENT: no such file'),
  );
});

test('a constructor that fails leaves nothing behind', () => {
  const volume = new Volume();
  assert.throws(() => new WASI({ preopens: { '/': volume, '/bad': 42 as never } }));
  assert.equal(serverFor(volume).inspect(), AT_REST);
});

test('the same import object for each: { wasi_snapshot_preview1 }, 46 functions', () => {
  const { wasi } = guest();
  const imports = wasi.getImportObject();
  assert.equal(Object.keys(imports), ['wasi_snapshot_preview1']);
  assert.is(imports.wasi_snapshot_preview1, wasi.wasiImport);
  assert.equal(Object.keys(wasi.wasiImport).sort(), Object.keys(SIGNATURES).sort());
  wasi.close();
});

unless(PLAIN_GATE)('the functions have the right length', () => {
  const { wasi } = guest();
  for (const call of Object.keys(SIGNATURES) as CallName[]) {
    assert.is(wasi.wasiImport[call].length, parametersOf(call).flatMap(wasmTypesOf).length, call);
  }
  wasi.close();
});

test('two guests on one server see one file system', () => {
  const server = new Server(memfs(Volume.fromJSON({ '/f': 'first' })));
  const preopens = () => ({ '/': server });
  const a = new TestGuest({ preopens });
  const b = new TestGuest({ preopens });
  const fd = a.open('f', { rights: READ_WRITE });
  b.ok('path_rename', ROOT, 'f', ROOT, 'g');
  b.ok('path_unlink_file', ROOT, 'g');
  assert.is(server.inspect().orphans, 1);
  assert.is(a.read(fd), 'first');
  a.end();
  assert.is(server.inspect().orphans, 0);
  assert.is(b.tryOpen('g'), 'ENOENT');
  b.end();
  assert.equal(server.inspect(), AT_REST);
});

withGuest(
  'the guest sees changes by JavaScript, and JavaScript those by the guest',
  { files: { '/f': 'one' } },
  (g) => {
    const fd = g.open('f', { rights: READ_WRITE });
    g.volume.writeFileSync('/f', 'changed');
    assert.is(g.read(fd), 'changed');
    g.pwrite(fd, 'CH', 0);
    assert.is(g.volume.readFileSync('/f', 'utf8'), 'CHanged');
    g.volume.renameSync('/f', '/moved');
    assert.is(g.tryOpen('f'), 'ENOENT');
    g.volume.mkdirSync('/dir');
    g.ok('path_rename', ROOT, 'moved', ROOT, 'dir/back');
    assert.equal(g.volume.readdirSync('/dir'), ['back']);
    g.volume.unlinkSync('/dir/back');
    assert.is(g.pread(fd, 0), 'CHanged', 'open in the guest: it stays');
    assert.is(g.fstat(fd).nlink, 0n);
  },
);

withGuest('the environment, arguments and preopens by node:wasi’s names', { args: ['a'], env: { B: 'c' } }, (g) => {
  g.ok('args_sizes_get', OUT, OUT + 4);
  assert.is(g.u32(), 1);
  g.ok('environ_sizes_get', OUT, OUT + 4);
  assert.is(g.u32(), 1);
  g.ok('fd_prestat_get', ROOT, OUT);
});

test.run();
