// Polls that wait: their copy of the subscriptions, clocks, and the same errors as those of poll_oneoff.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FD_MAX } from '../../preview1/descriptors/fd-table.ts';
import { FunctionInput, FunctionOutput } from '../../preview1/descriptors/stream.ts';
import { CLOCKID, EVENTTYPE, STRUCTS, SUBCLOCKFLAGS } from '../../preview1/abi/structs.ts';
import { BADF, FAULT, Guest, INVAL } from '../../preview1/process/guest.ts';
import { WaitingPoll } from './waiting-poll.ts';

const { size: SUBSCRIPTION, fields: SUB } = STRUCTS.subscription;
const EVENT = STRUCTS.event;
const [EVENTS, READY] = [4096, 8192];

interface Wanted {
  readonly tag?: number;
  readonly id?: number;
  readonly timeout?: bigint;
  readonly flags?: number;
}

/** A guest with an empty stdin and a stdout, and these subscriptions at 0. */
function guestWith(wanted: readonly Wanted[]): Guest {
  const guest = new Guest([], []);
  guest.memory.attach(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  guest.fds.add(new FunctionInput(() => null));
  guest.fds.add(new FunctionOutput(() => undefined));
  for (const [i, { tag = EVENTTYPE.CLOCK, id = CLOCKID.MONOTONIC, timeout = 0n, flags = 0 }] of wanted.entries()) {
    const at = i * SUBSCRIPTION;
    const { view } = guest.memory;
    view.setBigUint64(at + SUB.userdata[0], BigInt(i + 1), true);
    view.setUint8(at + SUB.tag[0], tag);
    view.setUint32(at + SUB.fd[0], id, true);
    view.setBigUint64(at + SUB.timeout[0], timeout, true);
    view.setUint16(at + SUB.flags[0], flags, true);
  }
  return guest;
}

function begin(guest: Guest, count: number): WaitingPoll {
  return WaitingPoll.begin(guest, 0, EVENTS, count, READY) as WaitingPoll;
}

/** The events that are ready: userdata and error of each. */
function events({ memory: { view } }: Guest): [userdata: number, error: number][] {
  return Array.from({ length: view.getUint32(READY, true) }, (_, i) => {
    const at = EVENTS + i * EVENT.size;
    return [Number(view.getBigUint64(at, true)), view.getUint16(at + EVENT.fields.error[0], true)];
  });
}

test('clocks that are due, descriptors and errors are reported, others are not', () => {
  const guest = guestWith([
    { timeout: 3_600_000_000_000n },
    { timeout: 0n },
    { timeout: 1n, flags: SUBCLOCKFLAGS.ABSTIME },
    { id: 77 },
    { flags: 8 },
    { tag: EVENTTYPE.FD_WRITE, id: 1 },
    { tag: EVENTTYPE.FD_READ, id: 9 },
  ]);
  assert.is(begin(guest, 7).try(), 0);
  assert.equal(events(guest), [
    [2, 0],
    [3, 0],
    [4, INVAL],
    [5, INVAL],
    [6, 0],
    [7, BADF],
  ]);
});

test('a clock is due once, from the begin on, also the farthest one', async () => {
  const guest = guestWith([{ timeout: 20_000_000n }, { timeout: 2n ** 64n - 1n }]);
  const poll = begin(guest, 2);
  assert.is(poll.try(), null);
  assert.ok(poll.pause > 0 && poll.pause <= 20_000, String(poll.pause));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(poll.pause, 0);
  assert.is(poll.try(), 0);
  assert.equal(events(guest), [[1, 0]]);
  const far = begin(guestWith([{ timeout: 2n ** 64n - 1n }]), 1);
  assert.is(far.try(), null);
  assert.ok(far.pause > 1e9);
});

test('what another thread writes to the subscriptions meanwhile has no effect', () => {
  const guest = guestWith([{ timeout: 3_600_000_000_000n }]);
  const poll = begin(guest, 1);
  guest.memory.u8.fill(0xff, 0, SUBSCRIPTION);
  assert.is(poll.try(), null);
});

test('wrong arguments', () => {
  const guest = guestWith([]);
  assert.is(WaitingPoll.begin(guest, 0, EVENTS, 0, READY), INVAL);
  assert.is(WaitingPoll.begin(guest, 65_535, EVENTS, 1, READY), FAULT);
  assert.is(WaitingPoll.begin(guest, 0, 65_530, 1, READY), FAULT);
  assert.is(WaitingPoll.begin(guest, 0, EVENTS, 1, 65_533), FAULT);
  assert.is(WaitingPoll.begin(guest, 0, 0, FD_MAX + 1, 0), FAULT);
  const unknown = begin(guestWith([{ tag: 9 }]), 1);
  assert.is(unknown.try(), INVAL);
});

test.run();
