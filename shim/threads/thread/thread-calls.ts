// The functions that a thread imports. Those that need nothing of the process are answered in the thread: its arguments, clocks,
// random bytes, waits for clocks. The owner of the process answers the others.
import { clockCalls } from '../../preview1/calls/clock.ts';
import { pollCalls } from '../../preview1/calls/poll.ts';
import { processCalls } from '../../preview1/calls/process.ts';
import { EVENTTYPE, STRUCTS } from '../../preview1/abi/structs.ts';
import { ENDED, gate } from '../../preview1/gate/gate.ts';
import { GuestMemory } from '../../preview1/memory/guest-memory.ts';
import type { Guest } from '../../preview1/process/guest.ts';
import type { Forwarder } from './forward.ts';
import { readHost } from './host-read.ts';
import type { ThreadStart } from '../messages.ts';
import { SPAWN_CALL } from '../slots.ts';

type Call = (...args: number[]) => number;

/** The calls of processCalls and clockCalls that a thread answers itself. */
const LOCAL = /^(args|environ|clock|random|sched)_/;
const { size: SUBSCRIPTION, fields } = STRUCTS.subscription;

/** Returns the imports of one thread besides its memory. */
export function threadImports(start: ThreadStart, forwarder: Forwarder): WebAssembly.Imports {
  const m = new GuestMemory();
  m.attach(start.memory);
  // The part of a process that the calls below use. It has no descriptors.
  const guest = { memory: m, fds: { get: () => undefined }, args: start.args, env: start.env } as unknown as Guest;

  forwarder.read = (fd, [, iovs = 0, count = 0, out = 0]) => readHost(m, fd, iovs >>> 0, count >>> 0, out >>> 0);
  const forward = (number: number, args: readonly number[]): number => {
    const result = forwarder.call(number, args);
    // The gate then traps, which ends this thread.
    if (forwarder.isOver) m.state.value = ENDED;
    return result;
  };
  const calls: Record<string, Call> = Object.fromEntries(
    start.names.map((name, number): [string, Call] => [name, (...args) => forward(number, args)]),
  );
  if (!start.forwardsAll) {
    for (const [name, call] of Object.entries({ ...processCalls(guest), ...clockCalls(guest) })) {
      if (LOCAL.test(name)) calls[name] = call as Call;
    }
    const { poll_oneoff: wait } = pollCalls(guest);
    const { poll_oneoff: forwarded } = calls;
    calls['poll_oneoff'] = (subscriptions = 0, events = 0, count = 0, nevents = 0) => {
      // If another thread changes one now, it finds a process without descriptors.
      const call = waitsForClocks(subscriptions >>> 0, count >>> 0) ? wait : forwarded!;
      return call(subscriptions, events, count, nevents);
    };
  }

  function waitsForClocks(at: number, count: number): boolean {
    if (!m.fits(at, count * SUBSCRIPTION)) return false;
    for (let i = 0; i < count; i++) {
      if (m.view.getUint8(at + i * SUBSCRIPTION + fields.tag[0]) !== EVENTTYPE.CLOCK) return false;
    }
    return true;
  }

  const spawn = (arg: number): number => {
    const tid = forward(SPAWN_CALL, [arg]);
    // It has no gate.
    if (forwarder.isOver) throw new WebAssembly.RuntimeError('the process is over');
    return tid;
  };
  return {
    wasi_snapshot_preview1: gate(calls as never, m) as WebAssembly.ModuleImports,
    wasi: { 'thread-spawn': spawn },
  };
}
