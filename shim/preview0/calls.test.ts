// Tests the calls of snapshot 0: each struct and enum that differs from preview1, and the memory around them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OUT, ROOT, TestGuest, type GuestOptions } from '../../testing/test-guest.ts';
import { CLOCKID, EVENTTYPE, STRUCTS } from '../preview1/abi/structs.ts';
import { preview0Calls } from './calls.ts';
import { STRUCTS_0, WHENCE_0 } from './structs.ts';

const STAT = STRUCTS_0.filestat;
const SUB = STRUCTS_0.subscription;
/** The address of the structs. */
const AT = 0x50000;
const EVENTS = AT + 4096;

function withGuest(name: string, files: GuestOptions['files'] & object, body: (g: TestGuest) => void): void {
  test(name, () => {
    const g = new TestGuest({ files, trace: { wrap: preview0Calls, listen() {} } });
    body(g);
    g.end();
  });
}

/** The fields of a struct of snapshot 0. */
function fields(g: TestGuest, ptr: number): Record<string, bigint> {
  const { view } = g;
  const read = {
    u8: (at: number) => BigInt(view.getUint8(at)),
    u32: (at: number) => BigInt(view.getUint32(at, true)),
    u64: (at: number) => view.getBigUint64(at, true),
  };
  return Object.fromEntries(Object.entries(STAT.fields).map(([name, [at, type]]) => [name, read[type](ptr + at)]));
}

/** The same fields by a guest of preview1 on the same server. */
function modern(g: TestGuest, path: string): Record<string, bigint> {
  const other = new TestGuest({ preopens: () => ({ '/': g.server }) });
  other.ok('path_filestat_get', ROOT, 0, path, OUT);
  const found = { ...other.struct('filestat') };
  other.end();
  return found;
}

withGuest('a filestat has the fields of preview1, and no byte beside it is written', { '/f': 'hello' }, (g) => {
  g.ok('path_link', ROOT, 0, 'f', ROOT, 'g');
  const fd = g.open('f');
  const calls = [
    (at: number) => g.call('path_filestat_get', ROOT, 0, 'f', at),
    (at: number) => g.call('fd_filestat_get', fd, at),
  ];
  const end = g.u8.length - STAT.size;
  for (const call of calls) {
    for (const at of [AT, 0, 1, 7, 8, 9, end]) {
      const from = Math.max(0, at - 64);
      // The path is elsewhere: what is put here does not change it.
      const around = Uint8Array.from({ length: Math.min(192, g.u8.length - from) }, (_, i) => 1 + i);
      g.u8.set(around, from);
      assert.is(call(at), 'ok');
      const stat = fields(g, at);
      assert.equal(stat, modern(g, 'f'), `at ${at}`);
      assert.is(stat.nlink, 2n);
      for (const [i, byte] of around.entries()) {
        const isOutside = from + i < at || from + i >= at + STAT.size;
        if (isOutside) assert.is(g.u8[from + i], byte, `byte ${from + i}, with the struct at ${at}`);
      }
    }
    assert.is(call(end + 1), 'EFAULT');
    assert.is(call(0xffff_fff0), 'EFAULT');
  }
});

withGuest('a filestat that fails writes nothing', {}, (g) => {
  g.u8.fill(0xaa, AT - 64, AT + 64);
  assert.is(g.call('path_filestat_get', ROOT, 0, 'missing', AT), 'ENOENT');
  assert.is(g.call('fd_filestat_get', 99, AT), 'EBADF');
  assert.ok(g.u8.subarray(AT - 64, AT + 64).every((byte) => byte === 0xaa));
});

withGuest('whence has another order', { '/f': 'hello' }, (g) => {
  const fd = g.open('f');
  const seek = (offset: number, whence: number) => {
    const errno = g.call('fd_seek', fd, offset, whence, OUT);
    return errno === 'ok' ? Number(g.u64()) : errno;
  };
  assert.is(seek(3, WHENCE_0.SET), 3);
  assert.is(seek(1, WHENCE_0.CUR), 4);
  assert.is(seek(-2, WHENCE_0.END), 3);
  assert.is(seek(-9, WHENCE_0.SET), 'EINVAL');
  assert.is(seek(0, 3), 'EINVAL');
  assert.is(seek(0, -1), 'EINVAL');
});

interface Subscription {
  tag: number;
  fd?: number;
  clock?: number;
  timeout?: bigint;
}

function lay(g: TestGuest, at: number, subs: readonly Subscription[]): void {
  g.u8.fill(0xee, at, at + subs.length * SUB.size);
  for (const [i, { tag, fd, clock = 0, timeout = 0n }] of subs.entries()) {
    const from = at + i * SUB.size;
    const f = SUB.fields;
    g.view.setBigUint64(from + f.userdata[0], BigInt(100 + i), true);
    g.view.setUint8(from + f.tag[0], tag);
    if (fd !== undefined) g.view.setUint32(from + f.fd[0], fd, true);
    if (tag !== EVENTTYPE.CLOCK) continue;
    g.view.setUint32(from + f.clock_id[0], clock, true);
    g.view.setBigUint64(from + f.timeout[0], timeout, true);
    g.view.setUint16(from + f.flags[0], 0, true);
  }
}

const MIXED: readonly Subscription[] = [
  { tag: EVENTTYPE.CLOCK, clock: CLOCKID.MONOTONIC, timeout: 10n ** 12n },
  { tag: EVENTTYPE.FD_READ, fd: ROOT },
  { tag: EVENTTYPE.FD_WRITE, fd: 99 },
  { tag: EVENTTYPE.CLOCK, clock: CLOCKID.REALTIME, timeout: 0n },
  { tag: EVENTTYPE.CLOCK, clock: 77 },
];

function eventsAt(g: TestGuest, at: number): [userdata: bigint, type: bigint, error: bigint][] {
  return Array.from({ length: g.u32() }, (_, i) => {
    const { userdata, type, error } = g.struct('event', at + i * STRUCTS.event.size);
    return [userdata, type, error];
  });
}

const DUE = [
  [101n, 1n, 0n],
  [102n, 2n, 8n],
  [103n, 0n, 0n],
  [104n, 0n, 28n],
];

withGuest('subscriptions of each kind, which stay as they were', {}, (g) => {
  lay(g, AT, MIXED);
  const before = g.u8.slice(AT, AT + MIXED.length * SUB.size + 64);
  g.ok('poll_oneoff', AT, EVENTS, MIXED.length, OUT);
  assert.equal(eventsAt(g, EVENTS), DUE);
  assert.equal(g.u8.slice(AT, AT + before.length), before);
});

withGuest('events may be written over the subscriptions, and their number, too', {}, (g) => {
  lay(g, AT, MIXED);
  g.ok('poll_oneoff', AT, AT, MIXED.length, OUT);
  assert.equal(eventsAt(g, AT), DUE);
  lay(g, AT, MIXED);
  const last = AT + MIXED.length * SUB.size - 4;
  g.ok('poll_oneoff', AT, EVENTS, MIXED.length, last);
  assert.is(g.u32(last), DUE.length);
});

withGuest('a clock of snapshot 0 waits its time', {}, (g) => {
  lay(g, AT, [{ tag: EVENTTYPE.CLOCK, clock: CLOCKID.MONOTONIC, timeout: 50_000_000n }]);
  const start = performance.now();
  g.ok('poll_oneoff', AT, EVENTS, 1, OUT);
  const ms = performance.now() - start;
  assert.ok(ms >= 49 && ms < 5000, `${ms} ms`);
});

withGuest('bad pointers and counts', {}, (g) => {
  assert.is(g.call('poll_oneoff', AT, EVENTS, 0, OUT), 'EINVAL');
  assert.is(g.call('poll_oneoff', g.u8.length - SUB.size + 1, EVENTS, 1, OUT), 'EFAULT');
  assert.is(g.call('poll_oneoff', 0xffff_ffff, EVENTS, 0xffff_ffff, OUT), 'EFAULT');
  lay(g, AT, MIXED);
  assert.is(g.call('poll_oneoff', AT, EVENTS, MIXED.length, 0xffff_fff0), 'EFAULT');
  assert.is(g.call('poll_oneoff', AT, g.u8.length - 8, MIXED.length, OUT), 'EFAULT');
});

withGuest('the last bytes of the memory', {}, (g) => {
  const at = g.u8.length - SUB.size;
  lay(g, at, [{ tag: EVENTTYPE.FD_READ, fd: ROOT }]);
  g.ok('poll_oneoff', at, EVENTS, 1, OUT);
  assert.equal(eventsAt(g, EVENTS), [[100n, 1n, 0n]]);
});

test.run();
