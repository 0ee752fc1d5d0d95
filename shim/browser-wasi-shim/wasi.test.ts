// Tests the WASI class of the shape of browser_wasi_shim: streams, exit, closing, reuse and signals.
import * as theirs from '@bjorn3/browser_wasi_shim';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI_ERRNO as W } from '../../vfs/linux/errno.ts';
import { EVENTTYPE, STRUCTS } from '../preview1/abi/structs.ts';
import * as entry from './index.ts';
import { serverFor } from '../index.ts';
import { strace } from '../trace/strace.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { utf8 } from '../../testing/test-guest.ts';
import { StdoutText, input, instantiate, tourModule, type CommandInstance } from './testing.ts';

const { WASI, MountedDirectory, WASIProcExit, Fd, PreopenDirectory } = entry;

/** A WASI object with a memory, without a program. */
function attached(fds: theirs.Fd[], args: string[] = [], env: string[] = []) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const shape = new WASI(args, env, fds);
  shape.inst = { exports: { memory } };
  return { shape, calls: shape.wasiImport, view: new DataView(memory.buffer), memory };
}

/** An Fd that counts the calls of fd_close. */
class Counted extends theirs.OpenFile {
  closed = 0;

  constructor(text = '') {
    super(new theirs.File(utf8(text)));
  }

  override fd_close(): number {
    this.closed++;
    return super.fd_close();
  }
}

/** Runs parts of the tour. */
async function run(parts: string[], fds: theirs.Fd[], env: string[] = []): Promise<number> {
  const shape = new WASI(['tour', '/', ...parts], env, fds);
  return shape.start(instantiate(await tourModule(), shape.wasiImport));
}

test('all names of the package are there', () => {
  for (const [name, value] of Object.entries(theirs)) {
    if (name !== 'WASI') assert.is((entry as Record<string, unknown>)[name], value, name);
  }
});

test('arguments, environment and the three streams', async () => {
  const [out, err] = [new StdoutText(), new StdoutText()];
  const fds = [input('one\ntwo\n'), out.fd, err.fd, new PreopenDirectory('/', new Map())];
  assert.is(await run(['words', 'end'], fds, ['WHO=naïve 🦊', 'EMPTY=']), 0);
  assert.is(out.text, '-- words\n<tour></><words><end>\nWHO=naïve 🦊\n> one\n> two\n-- end\n');
  assert.is(err.text, 'to stderr\n');
});

test('sizes of arguments are in bytes', () => {
  const { calls, view } = attached([], ['naïve', '🦊'], ['K=ä']);
  assert.is(calls.args_sizes_get(0, 4), 0);
  assert.equal([view.getUint32(0, true), view.getUint32(4, true)], [2, 7 + 5]);
  assert.is(calls.environ_sizes_get(0, 4), 0);
  assert.equal([view.getUint32(0, true), view.getUint32(4, true)], [1, 5]);
});

test('the instance has args, env, fds and inst of the replaced class', () => {
  const [args, env, fds] = [['a'], ['K=V'], [input()]];
  const { shape, memory } = attached(fds, args, env);
  assert.equal([shape.args, shape.env, shape.fds], [args, env, fds]);
  assert.is(shape.fds, fds, 'the same list');
  assert.is(shape.inst.exports.memory, memory);
  assert.throws(() => new WASI([], [], []).inst, 'No instance');
  assert.throws(() => new WASI(['a\0b'], [], []), 'NUL');
  assert.throws(() => new WASI([], [], [{} as theirs.Fd]), '"fds[0]" must be an Fd');
});

test('each Fd has the number of its place', () => {
  const fds: (theirs.Fd | undefined)[] = [];
  fds[2] = input('two');
  fds[5] = input('five');
  const { calls, view } = attached(fds as theirs.Fd[]);
  for (const [fd, errno] of [
    [0, W.EBADF],
    [2, 0],
    [3, W.EBADF],
    [5, 0],
    [6, W.EBADF],
  ] as const) {
    assert.is(calls.fd_tell(fd, 0), errno, `${fd}`);
  }
  view.setUint32(8, 100, true);
  view.setUint32(12, 50, true);
  assert.is(calls.fd_read(5, 8, 1, 0), 0);
  assert.is(view.getUint32(0, true), 4);
});

test('the end of a program: its exit status, and no Fd of the host is closed', async () => {
  const fds = [new Counted(), new StdoutText().fd, new StdoutText().fd, new PreopenDirectory('/', new Map())] as const;
  assert.is(await run(['exit'], [...fds]), 7);
  assert.is(await run(['end'], [...fds]), 0);
  assert.is(fds[0].closed, 0);
});

test('an fd_close of the program closes the Fd, once', () => {
  const fd = new Counted('x');
  const { calls, shape } = attached([fd]);
  assert.is(calls.fd_close(0), 0);
  assert.is(fd.closed, 1);
  assert.is(calls.fd_close(0), W.EBADF);
  shape.close();
  assert.is(fd.closed, 1);
});

for (const [part, ending] of [
  ['exit', 7],
  ['end', 0],
  ['trap', null],
] as const) {
  test(`files left open are closed when the program ends: ${part}`, async () => {
    const volume = new Volume();
    const dir = new MountedDirectory('/', volume);
    const fds = [input(), new StdoutText().fd, new StdoutText().fd, dir];
    if (ending === null) {
      let thrown: unknown;
      await run(['leave', part], fds).catch((error: unknown) => (thrown = error));
      assert.instance(thrown, WebAssembly.RuntimeError);
    } else assert.is(await run(['leave', part], fds), ending);
    dir.server.sync();
    assert.equal({ ...dir.server.inspect(), fids: 0 }, { ...AT_REST, sessions: 1, inodes: 1 }, 'no orphan');
    assert.is(dir.server.inspect().fids, 1, 'the root of the session');
    dir.close();
    assert.equal(serverFor(volume).inspect(), AT_REST);
  });
}

test('another instance is started with the same object, and finds its Fds again', async () => {
  const out = new StdoutText();
  const dir = new MountedDirectory('/', new Volume());
  const shape = new WASI(['tour', '/', 'files'], [], [input(), out.fd, out.fd, dir]);
  const module = await tourModule();
  assert.is(shape.start(instantiate(module, shape.wasiImport)), 0);
  const first = out.text;
  assert.ok(first.includes('pread "Jello"'));
  out.text = '';
  assert.is(shape.start(instantiate(module, shape.wasiImport)), 0);
  assert.is(out.text, first);
  dir.close();
  assert.equal(dir.server.inspect(), AT_REST);
});

test('a reactor stays open until close()', () => {
  const dir = new MountedDirectory('/', Volume.fromJSON({ '/a': 'a' }));
  const shape = new WASI([], [], [dir]);
  const memory = new WebAssembly.Memory({ initial: 1 });
  let initialized = 0;
  shape.initialize({ exports: { memory, _initialize: () => initialized++ } });
  assert.is(initialized, 1);
  new Uint8Array(memory.buffer).set(utf8('a'), 100);
  assert.is(shape.wasiImport.path_open(0, 1, 100, 1, 0, 2n, 0n, 0, 0), 0);
  assert.is(dir.server.inspect().fids, 3, 'root, the directory, the file');
  shape.close();
  assert.is(dir.server.inspect().fids, 1);
  shape.initialize({ exports: { memory } });
  assert.is(dir.server.inspect().fids, 2, 'without _initialize');
  shape.close();
  dir.close();
  assert.equal(dir.server.inspect(), AT_REST);
});

test('a directory that is closed is refused, and nothing is kept of those before it', () => {
  const [dir, closed] = [new MountedDirectory('/', new Volume()), new MountedDirectory('/closed', new Volume())];
  closed.close();
  assert.throws(() => new WASI([], [], [dir, closed]), 'closed');
  assert.is(dir.server.inspect().fids, 1);
  dir.close();
  assert.equal(dir.server.inspect(), AT_REST);
});

test('exits and signals leave by a trap, and the status is kept', () => {
  for (const [end, status] of [
    [({ calls }: ReturnType<typeof attached>) => calls.proc_exit(3), 3],
    [({ calls }: ReturnType<typeof attached>) => calls.proc_raise(6), 134],
  ] as const) {
    const guest = attached([]);
    const { calls, shape } = guest;
    assert.is(calls.proc_raise(0), 0);
    assert.is(calls.proc_raise(99), W.EINVAL);
    assert.is(shape.exitCode, null);
    assert.throws(() => end(guest), WebAssembly.RuntimeError);
    assert.is(shape.exitCode, status);
    assert.throws(() => calls.sched_yield(), WebAssembly.RuntimeError);
  }
});

test('an exit in _initialize is thrown as WASIProcExit', () => {
  const shape = new WASI([], [], []);
  const memory = new WebAssembly.Memory({ initial: 1 });
  try {
    shape.initialize({ exports: { memory, _initialize: () => shape.wasiImport.proc_exit(5) } });
    assert.unreachable();
  } catch (thrown) {
    assert.instance(thrown, WASIProcExit);
    assert.is((thrown as theirs.WASIProcExit).code, 5);
  }
});

test('an instance without a memory is refused', () => {
  const shape = new WASI([], [], []);
  const instance = { exports: { _start: () => {} } } as unknown as CommandInstance;
  assert.throws(() => shape.start(instance), 'exports no memory');
});

test('calls that 0.4.2 throws or refuses: sockets, poll, renumber', () => {
  const { calls, view } = attached([input('x'), new StdoutText().fd]);
  assert.is(calls.sock_accept(0, 0, 0), W.ENOTSOCK);
  assert.is(calls.sock_send(9, 0, 0, 0, 0), W.EBADF);
  assert.is(calls.fd_renumber(0, 0), 0);
  assert.is(calls.fd_tell(0, 0), 0, 'still open');
  assert.is(calls.sched_yield(), 0);
  // Two clocks, and a stream that is ready at once.
  const { size, fields: f } = STRUCTS.subscription;
  for (let i = 0; i < 3; i++) {
    view.setBigUint64(64 + i * size + f.userdata[0], BigInt(i + 1), true);
    view.setUint8(64 + i * size + f.tag[0], i === 2 ? EVENTTYPE.FD_WRITE : EVENTTYPE.CLOCK);
    view.setUint32(64 + i * size + f.clock_id[0], 1, true);
    if (i < 2) view.setBigUint64(64 + i * size + f.timeout[0], 3_600_000_000_000n, true);
  }
  assert.is(calls.poll_oneoff(64, 512, 3, 0), 0);
  assert.is(view.getUint32(0, true), 1, 'nevents');
  assert.is(view.getBigUint64(512, true), 3n);
});

test('two directories of theirs and one of ours: EXDEV between ours and theirs only', () => {
  const volume = Volume.fromJSON({ '/f': 'f' });
  const contents = new Map<string, theirs.Inode>([['g', new theirs.File(utf8('g'))]]);
  const mount = new MountedDirectory('/m', volume);
  const { calls, memory, shape } = attached([
    mount,
    new PreopenDirectory('/x', contents),
    new PreopenDirectory('/y', new Map()),
  ]);
  new Uint8Array(memory.buffer).set(utf8('fg'), 0);
  assert.is(calls.path_rename(0, 0, 1, 1, 0, 1), W.EXDEV);
  assert.is(calls.path_rename(1, 1, 1, 0, 1, 1), W.EXDEV);
  assert.is(calls.path_link(0, 0, 0, 1, 1, 0, 1), W.EXDEV);
  assert.is(calls.path_rename(1, 1, 1, 2, 1, 1), 0);
  assert.equal([...contents.keys()], []);
  shape.close();
  mount.close();
  assert.equal(mount.server.inspect(), AT_REST);
});

test('nothing is logged unless asked for', async () => {
  const { log } = console;
  const lines: unknown[][] = [];
  console.log = (...words: unknown[]) => void lines.push(words);
  try {
    const fds = () => [input(), new StdoutText().fd, new StdoutText().fd, new PreopenDirectory('/', new Map())];
    await run(['end'], fds());
    assert.is(lines.length, 0);
    const shape = new WASI(['tour', '/', 'end'], [], fds(), { debug: true });
    assert.is(shape.start(instantiate(await tourModule(), shape.wasiImport)), 0);
  } finally {
    console.log = log;
  }
  assert.ok(lines.some(([name]) => name === 'fd_prestat_get'));
});

test('a trace shows calls and messages', async () => {
  const lines: string[] = [];
  const dir = new MountedDirectory('/', new Volume());
  const fds = [input(), new StdoutText().fd, new StdoutText().fd, dir];
  const shape = new WASI(['tour', '/', 'leave'], [], fds, { trace: strace((line) => lines.push(line)) });
  assert.is(shape.start(instantiate(await tourModule(), shape.wasiImport)), 0);
  dir.close();
  assert.ok(lines.some((line) => line.startsWith('path_open(fd=3')));
  assert.ok(lines.some((line) => line.includes('Tunlinkat')));
});

test('an Fd of another copy of the package', () => {
  const foreign = Object.create(null, {
    ...Object.getOwnPropertyDescriptors(Fd.prototype),
    fd_read: { value: () => ({ ret: 0, data: utf8('copy') }) },
  }) as theirs.Fd;
  const { calls, view } = attached([foreign]);
  view.setUint32(8, 100, true);
  view.setUint32(12, 50, true);
  assert.is(calls.fd_read(0, 8, 1, 0), 0);
  assert.is(view.getUint32(0, true), 4);
});

test.run();
