// A poll_oneoff of a thread that waits: the owner of the process tries it again and again, and serves other threads between.
import { FD_MAX } from '../../preview1/descriptors/fd-table.ts';
import { CLOCKID, EVENTTYPE, STRUCTS, SUBCLOCKFLAGS } from '../../preview1/abi/structs.ts';
import { clockNow } from '../../preview1/calls/clock.ts';
import { pollCalls } from '../../preview1/calls/poll.ts';
import { GuestMemory } from '../../preview1/memory/guest-memory.ts';
import { FAULT, INVAL, type Guest } from '../../preview1/process/guest.ts';
import type { Memory } from '../../../vfs/lib/platform.ts';
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';

const { size: SUBSCRIPTION, fields: SUB } = STRUCTS.subscription;
const EVENT = STRUCTS.event.size;
const MAX_U64 = 2n ** 64n - 1n;
/** Microseconds between two looks at the streams. */
const SLICE = 5000;
const FOREVER = 2 ** 31 - 1;

/**
 * A poll on a copy of its subscriptions: other threads may change those of the guest meanwhile. The copy has one more, a
 * clock that is due at once, so that the call of preview1 does not wait.
 */
export class WaitingPoll {
  /** Microseconds until the next try. */
  wait = FOREVER;
  private readonly guest: Guest;
  private readonly copy: GuestMemory;
  private readonly poll: () => number;
  private readonly count: number;
  private readonly events: number;
  private readonly nevents: number;
  private readonly clocks: { readonly id: number; readonly due: bigint }[] = [];

  private constructor(guest: Guest, subscriptions: number, events: number, count: number, nevents: number) {
    this.guest = guest;
    this.count = count;
    this.events = events;
    this.nevents = nevents;
    const all = count + 1;
    const copy = (this.copy = new GuestMemory());
    const buffer = new ArrayBuffer(all * (SUBSCRIPTION + EVENT) + 4);
    copy.attach({ buffer } as Memory);
    copy.u8.set(guest.memory.fresh().subarray(subscriptions, subscriptions + count * SUBSCRIPTION));
    copy.view.setUint32(count * SUBSCRIPTION + SUB.clock_id[0], CLOCKID.MONOTONIC, true);
    for (let i = 0; i < count; i++) this.fix(i * SUBSCRIPTION);
    const { poll_oneoff: call } = pollCalls({ memory: copy, fds: guest.fds } as Guest);
    this.poll = () => call(0, all * SUBSCRIPTION, all, buffer.byteLength - 4);
  }

  /** Begins a poll: the poll, or a WASI errno. */
  static begin(
    guest: Guest,
    subscriptions: number,
    events: number,
    count: number,
    nevents: number,
  ): WaitingPoll | number {
    const { memory: m } = guest;
    if (count === 0) return INVAL;
    const fits = m.fits(subscriptions, count * SUBSCRIPTION) && m.fits(events, count * EVENT) && m.fits(nevents, 4);
    if (!fits) return FAULT;
    return count > FD_MAX ? INVAL : new WaitingPoll(guest, subscriptions, events, count, nevents);
  }

  /** Gives a clock that waits for a time from now on the time at which it is due. */
  private fix(at: number): void {
    const { view } = this.copy;
    const tag = view.getUint8(at + SUB.tag[0]);
    if (tag !== EVENTTYPE.CLOCK) {
      if (tag === EVENTTYPE.FD_READ) this.wait = SLICE;
      return;
    }
    const id = view.getUint32(at + SUB.clock_id[0], true);
    const flags = view.getUint16(at + SUB.flags[0], true);
    const now = clockNow(id);
    // These are errors, which the call reports.
    if (now === null || id > CLOCKID.MONOTONIC || (flags & ~SUBCLOCKFLAGS.ABSTIME) !== 0) return;
    let due = view.getBigUint64(at + SUB.timeout[0], true);
    if (flags === 0) due = due + now > MAX_U64 ? MAX_U64 : due + now;
    view.setBigUint64(at + SUB.timeout[0], due, true);
    view.setUint16(at + SUB.flags[0], SUBCLOCKFLAGS.ABSTIME, true);
    this.clocks.push({ id, due });
  }

  /** Tries it: a WASI errno, or null if nothing is ready yet. */
  try(): number | null {
    const { copy, guest } = this;
    const errno = this.poll();
    if (errno !== 0) return errno;
    // Events are in the order of the subscriptions: the last one is that of the clock that was added.
    const ready = copy.view.getUint32(copy.u8.length - 4, true) - 1;
    if (ready === 0) return null;
    const from = (this.count + 1) * SUBSCRIPTION;
    guest.memory.put(this.events, copy.u8.subarray(from, from + ready * EVENT));
    return wasiErrnoOf(guest.memory.putU32(this.nevents, ready));
  }

  /** Microseconds until the next try. */
  get pause(): number {
    let least = this.wait;
    for (const { id, due } of this.clocks) least = Math.min(least, Math.ceil(Number(due - clockNow(id)!) / 1000));
    return Math.max(0, least);
  }
}
