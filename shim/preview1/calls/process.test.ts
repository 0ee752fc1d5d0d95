// Tests arguments, environment, exit, signals, random_get and the socket calls.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DATA, OUT, ROOT, TestGuest, utf8 } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';
import { WASI } from '../../wasi.ts';

const ARGS = ['prog', '', 'grüße', '日本', '🦀🦀', 'a b'];
const ENV = { HOME: '/', EMPTY: '', NAME: 'Ünïcödé 😀', UNSET: undefined, 'A=B': 'c' };

/** Reads the C strings that args_get or environ_get writes. */
function strings(
  g: TestGuest,
  sizes: 'args_sizes_get' | 'environ_sizes_get',
  get: 'args_get' | 'environ_get',
): string[] {
  g.ok(sizes, OUT, OUT + 4);
  const count = g.u32();
  const size = g.u32(OUT + 4);
  g.u8.fill(0xee, DATA, DATA + size + 1);
  g.ok(get, OUT, DATA);
  assert.is(g.u8[DATA + size], 0xee, 'nothing is written behind them');
  const found = Array.from({ length: count }, (_, i) => {
    const from = g.u32(OUT + i * 4);
    return g.text(from, g.u8.indexOf(0, from) - from);
  });
  assert.is(
    found.reduce((sum, text) => sum + utf8(text).length + 1, 0),
    size,
  );
  return found;
}

withGuest('arguments are UTF-8, measured in bytes', { args: ARGS }, (g) => {
  assert.equal(strings(g, 'args_sizes_get', 'args_get'), ARGS);
});

withGuest('the environment, without undefined values', { env: ENV }, (g) => {
  const expected = ['HOME=/', 'EMPTY=', 'NAME=Ünïcödé 😀', 'A=B=c'];
  assert.equal(strings(g, 'environ_sizes_get', 'environ_get'), expected);
});

withGuest('neither arguments nor environment', {}, (g) => {
  assert.equal(strings(g, 'args_sizes_get', 'args_get'), []);
  assert.equal(strings(g, 'environ_sizes_get', 'environ_get'), []);
  g.ok('args_get', -1, -1);
});

test('a NUL in an argument or in the environment is refused', () => {
  assert.throws(() => new WASI({ args: ['a\0b'] }), /"options.args" must be without NUL/);
  assert.throws(() => new WASI({ env: { A: 'b\0' } }), /"options.env" must be without NUL/);
});

/** Returns the exit status of a call that ends the program. */
function statusOf(end: () => void): number {
  const guest = { exports: { memory: new WebAssembly.Memory({ initial: 1 }), _start: end } };
  return current.start(guest as unknown as WebAssembly.Instance);
}

let current: WASI;

test('proc_exit gives all 32 bits', () => {
  for (const code of [0, 1, 42, 127, 255, 256, 0x7fff_ffff, 0xffff_ffff]) {
    current = new WASI();
    assert.is(
      statusOf(() => current.wasiImport.proc_exit(code | 0)),
      code,
    );
  }
});

test('proc_raise ends the program with 128 and the number of the signal on Linux, or is ignored', () => {
  const linux = { 1: 1, 2: 2, 6: 6, 9: 9, 15: 15, 18: 19, 29: 30, 30: 31 };
  for (const [signal, number] of Object.entries(linux)) {
    current = new WASI();
    assert.is(
      statusOf(() => current.wasiImport.proc_raise(Number(signal))),
      128 + number,
    );
  }
  const g = new TestGuest();
  for (const ignored of [0, 16, 17, 22, 27]) g.ok('proc_raise', ignored);
  for (const none of [31, 255, -1]) assert.is(g.call('proc_raise', none), 'EINVAL');
  g.end();
});

for (const shared of [false, true]) {
  withGuest(`random_get, ${shared ? 'shared' : 'own'} memory`, { shared }, (g) => {
    const size = 200_000;
    g.ok('random_get', DATA, size);
    const first = g.u8.slice(DATA, DATA + size);
    assert.is(g.u8[DATA + size], 0);
    assert.is(g.u8[DATA - 1], 0);
    // Every block of 65,536 is random, the last one too.
    for (let at = 0; at < size; at += 50_000) assert.ok(new Set(first.subarray(at, at + 50_000)).size === 256);
    g.ok('random_get', DATA, size);
    assert.not.equal(g.u8.slice(DATA, DATA + 64), first.subarray(0, 64));
    g.ok('random_get', DATA, 0);
    g.ok('random_get', -1, 0);
  });
}

withGuest('sched_yield', {}, (g) => g.ok('sched_yield'));

withGuest('sock_accept, sock_recv, sock_send and sock_shutdown are ENOTSOCK', { files: { '/f': '' } }, (g) => {
  const iovs = g.iovs([DATA, 4]);
  for (const [fd, errno] of [
    [g.open('f'), 'ENOTSOCK'],
    [ROOT, 'ENOTSOCK'],
    [0, 'ENOTSOCK'],
    [99, 'EBADF'],
  ] as const) {
    assert.is(g.call('sock_accept', fd, 0, OUT), errno);
    assert.is(g.call('sock_recv', fd, ...iovs, 3, OUT, OUT + 4), errno);
    assert.is(g.call('sock_send', fd, ...iovs, 0, OUT), errno);
    for (const how of [1, 2, 3]) assert.is(g.call('sock_shutdown', fd, how), errno);
  }
  assert.is(g.call('sock_accept', 0, 32, OUT), 'EINVAL');
  assert.is(g.call('sock_recv', 0, ...iovs, 4, OUT, OUT), 'EINVAL');
  assert.is(g.call('sock_send', 0, ...iovs, 1, OUT), 'EINVAL');
  for (const how of [0, 4, 256]) assert.is(g.call('sock_shutdown', 0, how), 'EINVAL');
});

test.run();
