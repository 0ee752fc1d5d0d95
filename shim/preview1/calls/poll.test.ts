// Tests poll_oneoff: clocks, files, pipes and invalid subscriptions.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLOCKID, EVENTRWFLAGS, EVENTTYPE, STRUCTS, SUBCLOCKFLAGS } from '../abi/structs.ts';
import { FD_MAX } from '../descriptors/fd-table.ts';
import { RIGHTS } from '../abi/rights.ts';
import { DATA, OUT, ROOT, TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const { REALTIME, MONOTONIC } = CLOCKID;
const { CLOCK, FD_READ, FD_WRITE } = EVENTTYPE;
const EVENTS = DATA + 8192;
const MS = 1_000_000n;
const SUB = STRUCTS.subscription.fields;

interface Subscription {
  userdata?: bigint;
  tag: number;
  clock?: number;
  timeout?: bigint;
  abstime?: boolean;
  flags?: number;
  fd?: number;
}

interface Polled {
  errno: string;
  ms: number;
  events: { userdata: bigint; error: bigint; type: bigint; nbytes: bigint }[];
}

function lay(g: TestGuest, subs: readonly Subscription[]): void {
  g.u8.fill(0xee, DATA, DATA + subs.length * STRUCTS.subscription.size);
  for (const [
    i,
    { userdata = BigInt(i), tag, clock = 0, timeout = 0n, abstime = false, flags, fd },
  ] of subs.entries()) {
    const at = DATA + i * STRUCTS.subscription.size;
    const { view } = g;
    view.setBigUint64(at + SUB.userdata[0], userdata, true);
    view.setUint8(at + SUB.tag[0], tag);
    view.setUint32(at + SUB.clock_id[0], fd ?? clock, true);
    view.setBigUint64(at + SUB.timeout[0], timeout, true);
    view.setBigUint64(at + SUB.precision[0], 0n, true);
    view.setUint16(at + SUB.flags[0], flags ?? (abstime ? SUBCLOCKFLAGS.ABSTIME : 0), true);
  }
}

function poll(g: TestGuest, ...subs: Subscription[]): Polled {
  lay(g, subs);
  g.u8.fill(0xee, EVENTS, EVENTS + 4096);
  const start = performance.now();
  const errno = g.call('poll_oneoff', DATA, EVENTS, subs.length, OUT);
  const ms = performance.now() - start;
  const count = errno === 'ok' ? g.u32() : 0;
  const events = Array.from({ length: count }, (_, i) => g.struct('event', EVENTS + i * STRUCTS.event.size));
  assert.is(g.u8[EVENTS + count * STRUCTS.event.size], 0xee, 'no event more is written');
  return { errno, ms, events: events.map(({ userdata, error, type, nbytes }) => ({ userdata, error, type, nbytes })) };
}

function now(g: TestGuest, clock: number): bigint {
  g.ok('clock_time_get', clock, 0, OUT);
  return g.u64();
}

withGuest('a clock, from now or at a time, on both clocks', {}, (g) => {
  for (const clock of [REALTIME, MONOTONIC]) {
    for (const abstime of [false, true]) {
      const timeout = (abstime ? now(g, clock) : 0n) + 30n * MS;
      const { ms, events } = poll(g, { tag: CLOCK, userdata: 2n ** 64n - 1n, clock, timeout, abstime });
      assert.equal(events, [{ userdata: 2n ** 64n - 1n, error: 0n, type: 0n, nbytes: 0n }]);
      // The wall clock may be adjusted by some milliseconds meanwhile.
      assert.ok(ms >= 27 && ms < 5000, `${ms} ms`);
    }
  }
});

withGuest('a time that has passed is due at once', {}, (g) => {
  for (const clock of [REALTIME, MONOTONIC]) {
    for (const abstime of [false, true]) {
      const { ms, events } = poll(g, { tag: CLOCK, clock, timeout: 0n, abstime });
      assert.is(events.length, 1);
      assert.ok(ms < 5000, `${ms} ms`);
    }
  }
});

withGuest('only clocks that are due have an event', {}, (g) => {
  const { ms, events } = poll(
    g,
    { tag: CLOCK, clock: MONOTONIC, timeout: 2n ** 64n - 1n, abstime: true, userdata: 1n },
    { tag: CLOCK, clock: MONOTONIC, timeout: 2000n * MS, userdata: 2n },
    { tag: CLOCK, clock: REALTIME, timeout: 3_600_000n * MS, userdata: 3n },
    { tag: CLOCK, clock: MONOTONIC, timeout: 25n * MS, userdata: 4n },
  );
  assert.ok(ms >= 23 && ms < 5000, `${ms} ms`);
  assert.equal(
    events.map(({ userdata }) => userdata),
    [4n],
  );
});

withGuest(
  'files and output are always ready, and a file has its readable bytes in the event',
  { files: { '/f': '0123' } },
  (g) => {
    const fd = g.open('f');
    g.read(fd, 1);
    const { events } = poll(
      g,
      { tag: FD_READ, fd, userdata: 7n },
      { tag: FD_WRITE, fd: 1, userdata: 8n },
      { tag: CLOCK, timeout: 3_600_000n * MS },
      { tag: FD_WRITE, fd: 2, userdata: 9n },
    );
    assert.equal(events, [
      { userdata: 7n, error: 0n, type: BigInt(FD_READ), nbytes: 3n },
      { userdata: 8n, error: 0n, type: BigInt(FD_WRITE), nbytes: 0n },
      { userdata: 9n, error: 0n, type: BigInt(FD_WRITE), nbytes: 0n },
    ]);
  },
);

withGuest('an invalid subscription has an errno in its event', { files: { '/f': '' } }, (g) => {
  const fd = g.open('f');
  g.ok('fd_fdstat_set_rights', fd, RIGHTS.FD_READ, 0);
  const errors = poll(
    g,
    { tag: FD_READ, fd: 99 },
    { tag: FD_WRITE, fd: 0xffff_ffff },
    { tag: FD_READ, fd },
    { tag: CLOCK, clock: 2 },
    { tag: CLOCK, clock: 9 },
    { tag: CLOCK, clock: MONOTONIC, flags: 2 },
    { tag: CLOCK, clock: MONOTONIC, timeout: 3_600_000n * MS },
  ).events.map(({ error }) => Number(error));
  assert.equal(errors, [8, 8, 76, 28, 28, 28]);
});

withGuest('no subscriptions, and unknown ones', {}, (g) => {
  assert.is(poll(g).errno, 'EINVAL');
  assert.is(poll(g, { tag: FD_WRITE, fd: 1 }, { tag: 3 }).errno, 'EINVAL');
  assert.is(g.call('poll_oneoff', -8, -8, 0, OUT), 'EINVAL');
  assert.is(g.call('poll_oneoff', DATA, DATA, FD_MAX + 1, OUT), 'EFAULT');
  g.grow(128);
  assert.is(g.call('poll_oneoff', DATA, DATA, FD_MAX + 1, OUT), 'EINVAL', 'nothing is made for each of so many');
});

withGuest('events may be written over the subscriptions', {}, (g) => {
  lay(g, [
    { tag: FD_WRITE, fd: 1, userdata: 5n },
    { tag: FD_WRITE, fd: 2, userdata: 6n },
  ]);
  g.ok('poll_oneoff', DATA, DATA, 2, OUT);
  assert.is(g.struct('event', DATA).userdata, 5n);
  assert.is(g.struct('event', DATA + STRUCTS.event.size).userdata, 6n);
});

withGuest('waiting takes no processor time', {}, (g) => {
  const before = process.cpuUsage();
  const { ms } = poll(g, { tag: CLOCK, clock: MONOTONIC, timeout: 200n * MS });
  const used = process.cpuUsage(before);
  assert.ok(ms >= 199, `${ms} ms`);
  assert.ok(used.user + used.system < 60_000, `${used.user + used.system} µs`);
});

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-poll-'));
test.after(() => rmSync(scratch, { recursive: true }));

/** Runs a test with a pipe as stdin. `write` writes to it; `later` makes another process write after a delay. */
function withPipe(
  name: string,
  body: (g: TestGuest, write: (text: string) => void, later: (text: string, seconds: number) => void) => void,
): void {
  test(name, () => {
    const path = join(scratch, name.replace(/\W/g, '_'));
    assert.is(spawnSync('mkfifo', [path]).status, 0);
    const pipe = openSync(path, 'r+');
    const g = new TestGuest({ stdin: pipe });
    body(
      g,
      (text) => writeSync(pipe, text),
      (text, seconds) => spawn('sh', ['-c', `sleep ${seconds}; printf '%s' "$0" > "$1"`, text, path]),
    );
    g.end();
    closeSync(pipe);
  });
}

withPipe('stdin that has something', (g, write) => {
  write('abc');
  const { events } = poll(g, { tag: FD_READ, fd: 0 });
  // A pipe reports one byte: its fill level is unknown.
  assert.equal(events, [{ userdata: 0n, error: 0n, type: 1n, nbytes: 1n }]);
  assert.is(g.read(0, 2), 'ab', 'looking has taken nothing away');
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events[0]!.nbytes, 1n);
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events[0]!.nbytes, 1n, 'it was looked at already');
  g.ok('fd_read', 0, ...g.iovs([DATA, 0], [DATA, 2]), OUT);
  assert.is(g.text(DATA, g.u32()), 'c');
});

test('a poll of a pipe takes one byte, others read the rest, and the end is reported once', () => {
  const path = join(scratch, 'shared');
  assert.is(spawnSync('mkfifo', [path]).status, 0);
  const writer = openSync(path, 'r+');
  const pipe = openSync(path, 'r');
  const g = new TestGuest({ stdin: pipe });
  writeSync(writer, 'abc');
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events.length, 1);
  assert.is(hangups(g), 0);
  const byte = new Uint8Array(3);
  assert.equal([readSync(pipe, byte), byte[0]], [2, 0x62]);
  assert.is(g.read(0), 'a');
  closeSync(writer);
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events[0]!.nbytes, 0n);
  assert.is(hangups(g), EVENTRWFLAGS.HANGUP, 'POLLHUP of poll(2)');
  assert.equal([g.read(0), g.read(0)], ['', '']);
  g.end();
  closeSync(pipe);
});

/** The $eventrwflags of the first event of the last poll. */
function hangups(g: TestGuest): number {
  return g.view.getUint16(EVENTS + STRUCTS.event.fields.flags[0], true);
}

test('a device at its end is ready, and nothing has hung up', () => {
  const stdin = openSync('/dev/null', 'r');
  const g = new TestGuest({ stdin });
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events[0]!.nbytes, 0n);
  assert.is(hangups(g), 0);
  g.end();
  closeSync(stdin);
});

withPipe('stdin that has nothing, and a time-out', (g) => {
  const before = process.cpuUsage();
  const { ms, events } = poll(
    g,
    { tag: FD_READ, fd: 0, userdata: 1n },
    { tag: CLOCK, clock: MONOTONIC, timeout: 100n * MS, userdata: 2n },
  );
  const used = process.cpuUsage(before);
  assert.equal(events, [{ userdata: 2n, error: 0n, type: 0n, nbytes: 0n }]);
  assert.ok(ms >= 99 && ms < 5000, `${ms} ms`);
  assert.ok(used.user + used.system < 50_000, `${used.user + used.system} µs: no busy loop`);
});

withPipe('stdin that gets something while it is waited for', (g, _write, later) => {
  later('hello', 0.1);
  const { ms, events } = poll(g, { tag: FD_READ, fd: 0 }, { tag: CLOCK, clock: MONOTONIC, timeout: 30_000n * MS });
  assert.equal(events, [{ userdata: 0n, error: 0n, type: 1n, nbytes: 1n }]);
  assert.ok(ms < 20_000, `${ms} ms`);
  assert.is(g.read(0), 'hello');
});

withGuest('stdin that is a function or text is ready', { stdin: 'text' }, (g) => {
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events.length, 1);
  g.read(0, 1);
  assert.is(poll(g, { tag: FD_READ, fd: 0 }).events[0]!.nbytes, 3n);
  assert.is(poll(g, { tag: FD_READ, fd: ROOT }).events.length, 1);
});

test.run();
