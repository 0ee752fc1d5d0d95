// Tests every function with every kind of bad pointer: EFAULT, no JavaScript exception, no effect. Derived from
// SIGNATURES, so that no function is left out.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STRUCTS } from '../preview1/abi/structs.ts';
import type { Guest } from '../preview1/process/guest.ts';
import { SIGNATURES, parametersOf, type CallName, type Parameter } from '../preview1/abi/signatures.ts';
import { DATA, OUT, READ_WRITE, ROOT, TestGuest, utf8 } from '../../testing/test-guest.ts';

const NAMES = Object.keys(SIGNATURES) as CallName[];
const TOP = 2 ** 32;
const FILE = ROOT + 1;
const PATH = 1024;
const IOVS = 2048;
const SUBS = 4096;

/** Makes a guest whose memory holds the data for the arguments below. */
function prepare(options: { attach?: boolean; shared?: boolean } = {}): TestGuest {
  const g = new TestGuest({
    ...options,
    attach: true,
    args: ['prog', 'arg'],
    env: { A: 'b' },
    stdin: 'input',
    files: { '/f': '0123456789', '/d/x': 'x' },
  });
  g.volume.symlinkSync('f', '/l');
  g.volume.mkdirSync('/empty');
  assert.is(g.open('f', { rights: READ_WRITE }), FILE);
  g.seek(FILE, 3, 0);
  g.u8.fill(0, 0, DATA);
  // A path for each call: /f, /l, /d, the new name, each one byte long.
  g.u8.set(utf8('fldn'), PATH);
  g.view.setUint32(IOVS, DATA, true);
  g.view.setUint32(IOVS + 4, 8, true);
  g.view.setUint32(IOVS + 8, DATA + 8, true);
  g.view.setUint32(IOVS + 12, 8, true);
  // A write of two ranges, and a clock that is due.
  g.u8.fill(0x21, DATA, DATA + 16);
  return g;
}

const [F, L, D, NEW] = [PATH, PATH + 1, PATH + 2, PATH + 3];

/** Arguments that every function accepts; path and iovec ones as pointer and length. */
const VALID: Record<CallName, (number | bigint)[]> = {
  args_get: [OUT, DATA],
  args_sizes_get: [OUT, OUT + 4],
  environ_get: [OUT, DATA],
  environ_sizes_get: [OUT, OUT + 4],
  clock_res_get: [0, OUT],
  clock_time_get: [0, 0, OUT],
  fd_advise: [FILE, 0, 0, 0],
  fd_allocate: [FILE, 0, 1],
  fd_close: [FILE],
  fd_datasync: [FILE],
  fd_fdstat_get: [FILE, OUT],
  fd_fdstat_set_flags: [FILE, 1],
  fd_fdstat_set_rights: [FILE, 0, 0],
  fd_filestat_get: [FILE, OUT],
  fd_filestat_set_size: [FILE, 2],
  fd_filestat_set_times: [FILE, 1, 1, 5],
  fd_pread: [FILE, IOVS, 2, 0, OUT],
  fd_prestat_get: [ROOT, OUT],
  fd_prestat_dir_name: [ROOT, OUT, 1],
  fd_pwrite: [FILE, IOVS, 2, 0, OUT],
  fd_read: [FILE, IOVS, 2, OUT],
  fd_readdir: [ROOT, DATA, 100, 0, OUT],
  fd_renumber: [FILE, 0],
  fd_seek: [FILE, 1, 0, OUT],
  fd_sync: [FILE],
  fd_tell: [FILE, OUT],
  fd_write: [FILE, IOVS, 2, OUT],
  path_create_directory: [ROOT, NEW, 1],
  path_filestat_get: [ROOT, 0, F, 1, OUT],
  path_filestat_set_times: [ROOT, 0, F, 1, 1, 1, 5],
  path_link: [ROOT, 0, F, 1, ROOT, NEW, 1],
  path_open: [ROOT, 0, NEW, 1, 1, READ_WRITE, 0, 0, OUT],
  path_readlink: [ROOT, L, 1, DATA, 10, OUT],
  path_remove_directory: [ROOT, D, 1],
  path_rename: [ROOT, F, 1, ROOT, NEW, 1],
  path_symlink: [F, 1, ROOT, NEW, 1],
  path_unlink_file: [ROOT, F, 1],
  poll_oneoff: [SUBS, DATA, 1, OUT],
  proc_exit: [0],
  proc_raise: [0],
  random_get: [DATA, 8],
  sched_yield: [],
  sock_accept: [FILE, 0, OUT],
  sock_recv: [FILE, IOVS, 2, 0, OUT, OUT + 4],
  sock_send: [FILE, IOVS, 2, 0, OUT],
  sock_shutdown: [FILE, 1],
};

/** The bytes written at an out-pointer, by type. */
const SIZES: Record<string, number> = {
  u16: 2,
  u32: 4,
  fd: 4,
  size: 8,
  time: 8,
  fdstat: STRUCTS.fdstat.size,
  filestat: STRUCTS.filestat.size,
  prestat: STRUCTS.prestat.size,
  subscriptions: STRUCTS.subscription.size,
  events: STRUCTS.event.size,
};

/** The bytes written for a parameter; those of args_get and environ_get follow from `args` and `env` above. */
function sizeOf(call: CallName, p: Parameter): number {
  if (p.type === 'pointers') return call === 'args_get' ? 8 : 4;
  if (p.type === 'bytes') return call === 'args_get' ? 'prog\0arg\0'.length : 'A=b\0'.length;
  const size = SIZES[p.type];
  assert.ok(size !== undefined, `${call}: a size for *${p.type}`);
  return size;
}

interface Case {
  what: string;
  /** The arguments from the parameter's index on. */
  args: number[];
  /** Iovecs at IOVS instead of the valid ones. */
  iovs?: [number, number][];
}

/** Bad pointers to `size` bytes. */
function badPointers(end: number, size: number): [what: string, ptr: number][] {
  return [
    ['past the end', end],
    ['crossing the end', end - size + 1],
    ['the last address', TOP - 1],
    ['wrapping', TOP - Math.ceil(size / 2)],
    ['half way up', 2 ** 31],
  ];
}

function badRanges(end: number, ptr: number): Case[] {
  return [
    { what: 'past the end', args: [end, 1] },
    { what: 'crossing the end', args: [end - 1, 2] },
    { what: 'wrapping', args: [TOP - 4, 8] },
    { what: 'the last address', args: [TOP - 1, 1] },
    { what: 'as long as can be', args: [ptr, TOP - 1] },
    { what: 'all of 4 GiB', args: [0, TOP - 1] },
    { what: 'longer than 2 GiB', args: [ptr, 2 ** 31] },
  ];
}

function badIovs(end: number): Case[] {
  const array = (what: string, ptr: number, count: number): Case => ({ what: `the array ${what}`, args: [ptr, count] });
  const range = (what: string, start: number, length: number): Case[] => [
    { what: `a range ${what}`, args: [IOVS, 1], iovs: [[start, length]] },
    {
      what: `a second range ${what}`,
      args: [IOVS, 2],
      iovs: [
        [DATA, 4],
        [start, length],
      ],
    },
  ];
  return [
    array('past the end', end, 1),
    array('crossing the end', end - 8, 2),
    array('wrapping', TOP - 8, 2),
    array('of 2^29: its bytes wrap to 0', IOVS, 2 ** 29),
    array('of 2^29 + 1: its bytes wrap to 8', IOVS, 2 ** 29 + 1),
    array('of 2^32 - 1', IOVS, TOP - 1),
    ...range('past the end', end, 1),
    ...range('crossing the end', end - 4, 5),
    ...range('wrapping', TOP - 4, 8),
    ...range('as long as can be', DATA, TOP - 1),
    ...range('from 0 of 4 GiB', 0, TOP - 1),
  ];
}

/** All bad values of one parameter; none if it is not a pointer. */
function badCases(call: CallName, p: Parameter, end: number): Case[] {
  if (p.out) {
    const cases = badPointers(end, sizeOf(call, p)).map(([what, ptr]) => ({ what, args: [ptr] }));
    if (p.type !== 'subscriptions') return cases;
    const counts = [2 ** 20, 2 ** 28, 2 ** 31, TOP - 1].map((n) => ({ what: `${n} of them`, args: [SUBS, DATA, n] }));
    return [...cases, ...counts];
  }
  if (p.type === 'path' || p.type === 'buf') return badRanges(end, DATA);
  return p.type === 'iovs' || p.type === 'ciovs' ? badIovs(end) : [];
}

/** The state that a call could change. */
function stateOf(g: TestGuest, attached = true): unknown {
  const { fds } = (g.wasi as unknown as { guest: Guest }).guest;
  const described = Array.from({ length: 8 }, (_, fd) => {
    const d = fds.get(fd);
    return d === undefined ? null : [d.filetype, d.fdflags, d.rightsBase, d.rightsInheriting];
  });
  // More descriptors than the calls could open.
  const open = Array.from({ length: 64 }, (_, fd) => fd).filter((fd) => fds.get(fd) !== undefined);
  const stats = attached ? ['f', 'd', 'l', '.'].map((path) => g.stat(path, false)) : [];
  return { described, open, offset: attached && g.seek(FILE, 0, 1), server: g.server.inspect(), stats };
}

/** Asserts that the state is `before`, and that the files are those of `prepare`. */
function unchanged(g: TestGuest, before: unknown): void {
  assert.equal(stateOf(g), before);
  assert.equal(g.volume.toJSON(), { '/f': '0123456789', '/d/x': 'x', '/empty': null });
  assert.is(g.read(0), 'input');
}

function withArguments(call: CallName, index: number, args: readonly (number | bigint)[]): (number | bigint)[] {
  const all = [...VALID[call]];
  all.splice(index, args.length, ...args);
  return all;
}

function putIovs(g: TestGuest, iovs: readonly (readonly [number, number])[]): void {
  for (const [i, [start, length]] of iovs.entries()) {
    g.view.setUint32(IOVS + i * 8, start, true);
    g.view.setUint32(IOVS + i * 8 + 4, length, true);
  }
}

const GOOD_IOVS = [
  [DATA, 8],
  [DATA + 8, 8],
] as const;

test('the table of arguments fits the signatures', () => {
  assert.is(NAMES.length, 46);
  assert.equal(Object.keys(VALID).sort(), [...NAMES].sort());
});

for (const call of NAMES) {
  const pointers = parametersOf(call).filter((p) => badCases(call, p, TOP / 2).length > 0);

  if (call !== 'proc_exit') {
    test(`${call} with good arguments`, () => {
      const g = prepare();
      const errno = g.call(call, ...VALID[call]);
      const expected = { path_remove_directory: 'ENOTEMPTY' } as Record<string, string>;
      assert.is(errno, expected[call] ?? (call.startsWith('sock_') ? 'ENOTSOCK' : 'ok'));
      g.end();
    });
  }

  for (const shared of [false, true]) {
    if (pointers.length === 0) continue;
    test(`${call} with bad pointers, ${shared ? 'shared' : 'own'} memory`, () => {
      const g = prepare({ shared });
      const before = stateOf(g);
      for (const p of pointers) {
        for (const { what, args, iovs } of badCases(call, p, g.memory.buffer.byteLength)) {
          putIovs(g, iovs ?? GOOD_IOVS);
          assert.is(g.call(call, ...withArguments(call, p.index, args)), 'EFAULT', `${p.name} ${what}`);
          putIovs(g, GOOD_IOVS);
        }
      }
      unchanged(g, before);
      g.end();
    });
  }

  if (pointers.length > 0) {
    test(`${call} before there is memory`, () => {
      const g = new TestGuest({ attach: false, args: ['prog', 'arg'], env: { A: 'b' }, files: { '/f': 'x' } });
      const args = VALID[call].map((arg, i) =>
        parametersOf(call).some((p) => p.index === i && p.type === 'fd') ? ROOT : arg,
      );
      const before = stateOf(g, false);
      const errno = g.call(call, ...args);
      // Directories have no offset, which is checked before the pointer; socket calls check the pointer first.
      const expected = call === 'fd_seek' || call === 'fd_tell' ? 'ENOTCAPABLE' : 'EFAULT';
      assert.is(errno, expected);
      assert.equal(stateOf(g, false), before);
      g.end();
    });
  }

  const fds = parametersOf(call).filter((p) => p.type === 'fd' && !p.out);
  if (fds.length > 0) {
    test(`${call} on a closed descriptor`, () => {
      const g = prepare();
      const closed = g.open('f');
      g.ok('fd_close', closed);
      const before = stateOf(g);
      for (const p of fds) {
        for (const fd of [closed, 99, 2 ** 17, 2 ** 31 - 1, 2 ** 31, TOP - 1]) {
          assert.is(g.call(call, ...withArguments(call, p.index, [fd])), 'EBADF', `${p.name} ${fd}`);
          const bad = VALID[call].map((arg, i) => (pointers.some(({ index }) => index === i) ? TOP - 1 : arg));
          bad[p.index] = fd;
          assert.is(g.call(call, ...bad), 'EBADF', `${p.name} ${fd}, and bad pointers`);
        }
      }
      unchanged(g, before);
      g.end();
    });
  }
}

test('a pointer to an empty range may be out of bounds', () => {
  const g = prepare();
  for (const ptr of [g.memory.buffer.byteLength, 2 ** 31, TOP - 1]) {
    for (const call of ['fd_read', 'fd_write'] as const) g.ok(call, FILE, ptr, 0, OUT);
    for (const call of ['fd_pread', 'fd_pwrite'] as const) g.ok(call, FILE, ptr, 0, 0, OUT);
    g.ok('random_get', ptr, 0);
    g.ok('path_readlink', ROOT, 'l', ptr, 0, OUT);
    g.ok('fd_readdir', ROOT, ptr, 0, 0, OUT);
    assert.is(g.call('path_unlink_file', ROOT, ptr, 0), 'ENOENT');
    assert.is(g.call('path_symlink', ptr, 0, ROOT, 'n'), 'ENOENT');
    assert.is(g.call('fd_prestat_dir_name', ROOT, ptr, 0), 'ENAMETOOLONG');
  }
  g.end();
});

test('a result that ends at the end of the memory is written', () => {
  const g = prepare();
  const end = g.memory.buffer.byteLength;
  for (const call of NAMES) {
    for (const p of parametersOf(call)) {
      if (!p.out || p.type === 'subscriptions' || call === 'path_open') continue;
      const errno = g.call(call, ...withArguments(call, p.index, [end - sizeOf(call, p)]));
      assert.is(errno, call.startsWith('sock_') ? 'ENOTSOCK' : 'ok', `${call} ${p.name}`);
    }
  }
  g.u8.set(utf8('new'), end - 3);
  g.ok('path_create_directory', ROOT, end - 3, 3);
  assert.is(g.tryOpen('new', {}), 'ok');
  g.end();
});

test.run();
