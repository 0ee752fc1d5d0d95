// The owner of a process answers the calls of its threads: it has the descriptors, and runs no code of the guest, which may
// wait for ever. Between calls it returns to the event loop of its own thread.
import { RIGHTS } from '../../preview1/abi/rights.ts';
import { FDFLAGS } from '../../preview1/abi/structs.ts';
import { HostDescriptor } from '../../preview1/descriptors/host-stream.ts';
import type { Calls } from '../../preview1/gate/parameters.gen.ts';
import type { Guest } from '../../preview1/process/guest.ts';
import { ARGUMENTS, ASLEEP, BELL, CALL, RESULT, SPAWN_CALL, STATE, slotAt } from '../slots.ts';
import { soon } from './soon.ts';
import { WaitingPoll } from './waiting-poll.ts';
import { WaitingWrite } from './waiting-write.ts';

/** Milliseconds that the owner waits for the next call before it returns to the event loop: a message takes longer. */
const LINGER = 0.2;
/** Milliseconds after which it returns in any case. */
const TURN = 4;
/** Microseconds until a thread asks again for a read of an empty stream, or a write to a full one: at first, and at most. */
const FIRST_PAUSE = 500;
const MAX_PAUSE = 8000;

// In Node the global is a getter.
const { performance } = globalThis;

type AnyCall = (...args: number[]) => number;

/** A process whose calls are answered. */
export interface OwnedProcess {
  readonly guest: Guest;
  /** The functions of preview1, which take an i64 as two numbers. */
  readonly calls: Calls;
  /** Tells the errno of a poll_oneoff or an fd_write that the owner has made: that of `calls` returns it, and does no more. */
  settled(errno: number): void;
}

/** What the owner tells the group of its threads. */
export interface OwnerEvents {
  /** Makes a thread; returns its number, or a negated WASI errno. */
  spawn(arg: number): number;
  /** The thread of a slot has returned. */
  returned(slot: number): void;
  /** The guest has exited. */
  exited(): void;
  /** A call has thrown. */
  thrown(error: unknown): void;
}

export class Owner {
  /** The names of the calls, in the order of their numbers. */
  readonly names: readonly string[];
  private readonly words: Int32Array;
  private readonly process: OwnedProcess;
  private readonly events: OwnerEvents;
  private readonly functions: readonly AnyCall[];
  private readonly read: number;
  private readonly write: number;
  private readonly poll: number;
  /** The slots with a thread. */
  private readonly live = new Set<number>();
  /** The polls that wait, by the slot. */
  private readonly polls: (WaitingPoll | undefined)[] = [];
  /** The writes that are not complete, by the slot. */
  private readonly writes: (WaitingWrite | undefined)[] = [];
  /** Microseconds until a read or a write is tried again, by the slot. */
  private readonly pauses: number[] = [];
  /** The host's descriptor that the thread of the current call is to read itself; −1: none. */
  private delegated = -1;
  private isServing = false;
  private isOver = false;
  private mayWait = true;

  constructor(words: Int32Array, process: OwnedProcess, events: OwnerEvents) {
    this.words = words;
    this.process = process;
    this.events = events;
    this.names = Object.keys(process.calls).sort();
    this.functions = this.names.map((name) => process.calls[name as keyof Calls] as AnyCall);
    this.read = this.names.indexOf('fd_read');
    this.write = this.names.indexOf('fd_write');
    this.poll = this.names.indexOf('poll_oneoff');
  }

  /** Gives a slot to a thread. */
  open(slot: number): void {
    Atomics.store(this.words, slotAt(slot), STATE.IDLE);
    this.live.add(slot);
  }

  /** Answers no call any more: all threads end at their next one. */
  end(): void {
    this.isOver = true;
    for (const slot of this.live) this.set(slot, STATE.ENDED);
    this.live.clear();
    this.polls.length = this.writes.length = 0;
  }

  /** Takes a slot from a thread that has ended. */
  close(slot: number): void {
    this.live.delete(slot);
    this.polls[slot] = this.writes[slot] = undefined;
  }

  /** Answers calls until there are none. To be called for each message RING. */
  serve(): void {
    if (this.isServing) return;
    this.isServing = true;
    const { words } = this;
    const until = performance.now() + TURN;
    let isHot = false;
    while (!this.isOver) {
      const seen = Atomics.load(words, BELL);
      if (this.sweep()) isHot = true;
      if (performance.now() > until) {
        soon(() => this.serve());
        break;
      }
      if (Atomics.load(words, BELL) !== seen) continue;
      if (isHot && this.linger(seen)) continue;
      Atomics.store(words, ASLEEP, 1);
      // A thread that has called before it could see this has sent no message.
      if (Atomics.load(words, BELL) === seen) break;
      Atomics.store(words, ASLEEP, 0);
    }
    this.isServing = false;
  }

  /** Waits a moment for the bell; false if it did not ring. */
  private linger(seen: number): boolean {
    if (!this.mayWait) return false;
    try {
      return Atomics.wait(this.words, BELL, seen, LINGER) !== 'timed-out';
    } catch {
      // The main thread of a browser may not wait.
      this.mayWait = false;
      return false;
    }
  }

  /** Answers all calls that there are; false if there was none. */
  private sweep(): boolean {
    let found = false;
    for (const slot of this.live) {
      const state = Atomics.load(this.words, slotAt(slot));
      if (state !== STATE.REQUEST && state !== STATE.RETURNED) continue;
      found = true;
      if (state === STATE.REQUEST) this.answer(slot);
      else this.events.returned(slot);
      if (this.isOver) break;
    }
    return found;
  }

  private answer(slot: number): void {
    const { words } = this;
    const at = slotAt(slot);
    let result: number | null;
    this.delegated = -1;
    try {
      result = words[at + CALL] === SPAWN_CALL ? this.events.spawn(words[at + ARGUMENTS]!) : this.call(slot, at);
    } catch (error) {
      this.events.thrown(error);
      return;
    }
    if (this.process.guest.code !== null) {
      this.events.exited();
      return;
    }
    if (this.delegated >= 0) {
      words[at + RESULT] = this.delegated;
      this.set(slot, STATE.READ);
    } else {
      words[at + RESULT] = result ?? this.pauseOf(slot);
      this.set(slot, result === null ? STATE.AGAIN : STATE.REPLY);
    }
  }

  private set(slot: number, state: STATE): void {
    const at = slotAt(slot);
    Atomics.store(this.words, at, state);
    Atomics.notify(this.words, at);
  }

  /** Makes the call of a slot: its result, or null if it would wait. */
  private call(slot: number, at: number): number | null {
    const { words } = this;
    const number = words[at + CALL]!;
    // A thread waits for its answer: its words do not change.
    const a = words[at + ARGUMENTS]!;
    const b = words[at + ARGUMENTS + 1]!;
    const c = words[at + ARGUMENTS + 2]!;
    const d = words[at + ARGUMENTS + 3]!;
    if (number === this.poll) return this.tryPoll(slot, a, b, c, d);
    if (number === this.read || number === this.write) {
      const result = number === this.read ? this.tryRead(slot, a, c) : this.tryWrite(slot, a, b, c, d);
      if (result !== undefined) return result;
    }
    return this.functions[number]!(
      a,
      b,
      c,
      d,
      words[at + ARGUMENTS + 4]!,
      words[at + ARGUMENTS + 5]!,
      words[at + ARGUMENTS + 6]!,
      words[at + ARGUMENTS + 7]!,
      words[at + ARGUMENTS + 8]!,
      words[at + ARGUMENTS + 9]!,
      words[at + ARGUMENTS + 10]!,
    );
  }

  /** The stream of the host for which a call of a thread waits; undefined: the call does not wait. */
  private waitingFor(fd: number, count: number, right: number): HostDescriptor | undefined {
    const stream = this.process.guest.fds.get(fd);
    const waits = stream instanceof HostDescriptor && (stream.fdflags & FDFLAGS.NONBLOCK) === 0 && count !== 0;
    return waits && !stream.dropped(right) ? stream : undefined;
  }

  /** 0 if the thread is to read the stream itself, null if it is empty; undefined: the call does not wait. */
  private tryRead(slot: number, fd: number, count: number): number | null | undefined {
    const stream = this.waitingFor(fd, count, RIGHTS.FD_READ);
    if (stream === undefined) return undefined;
    this.delegated = stream.unprobed;
    if (this.delegated >= 0) return 0;
    if (stream.readable() === -1) return this.again(slot);
    this.pauses[slot] = FIRST_PAUSE / 2;
    return undefined;
  }

  /** A WASI errno, or null if the stream takes no more now; undefined: the call is made as others. */
  private tryWrite(slot: number, fd: number, iovs: number, count: number, out: number): number | null | undefined {
    const { guest, calls } = this.process;
    // A write that has begun stays with its stream, also if another thread closes or renumbers the descriptor meanwhile.
    let begun: WaitingWrite | number | undefined = this.writes[slot];
    if (begun === undefined) {
      const stream = this.waitingFor(fd, count, RIGHTS.FD_WRITE);
      if (stream === undefined) return undefined;
      begun = WaitingWrite.begin(guest.memory, stream, iovs >>> 0, count >>> 0, out >>> 0);
    }
    const errno = typeof begun === 'number' ? begun : begun.try();
    this.writes[slot] = errno === null && typeof begun !== 'number' ? begun : undefined;
    if (errno === null) return this.again(slot);
    this.pauses[slot] = FIRST_PAUSE / 2;
    this.process.settled(errno);
    return calls.fd_write(fd, iovs, count, out);
  }

  /** The thread asks again, each time after twice the time. */
  private again(slot: number): null {
    this.pauses[slot] = Math.min((this.pauses[slot] ?? FIRST_PAUSE / 2) * 2, MAX_PAUSE);
    return null;
  }

  private tryPoll(slot: number, subscriptions: number, events: number, count: number, nevents: number): number | null {
    const { guest, calls } = this.process;
    const begun =
      this.polls[slot] ?? WaitingPoll.begin(guest, subscriptions >>> 0, events >>> 0, count >>> 0, nevents >>> 0);
    const errno = typeof begun === 'number' ? begun : begun.try();
    this.polls[slot] = errno === null && typeof begun !== 'number' ? begun : undefined;
    if (errno === null) return null;
    this.process.settled(errno);
    return calls.poll_oneoff(subscriptions, events, count, nevents);
  }

  private pauseOf(slot: number): number {
    return this.polls[slot]?.pause ?? this.pauses[slot]!;
  }
}
