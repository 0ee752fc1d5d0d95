// The call poll_oneoff: waits for clocks and for input.
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { CLOCKID, EVENTTYPE, STRUCTS, SUBCLOCKFLAGS } from '../abi/structs.ts';
import { FD_MAX } from '../descriptors/fd-table.ts';
import { BADF, FAULT, INVAL, NOTCAPABLE, type Guest } from '../process/guest.ts';
import { sleep } from '../../host/host.ts';
import { RIGHTS } from '../abi/rights.ts';
import { clockNow } from './clock.ts';

const SUB = STRUCTS.subscription;
const EV = STRUCTS.event;
/** Milliseconds between two looks at the streams. */
const SLICE_MS = 5;

/** One subscription, copied from memory once. */
interface Subscription {
  userdata: bigint;
  tag: number;
  /** The clock or the descriptor. */
  id: number;
  /** The time at which a clock is due, in nanoseconds. */
  due: bigint;
  /** A WASI errno that the event reports at once; 0 for a valid subscription. */
  error: number;
}

/** poll_oneoff (witx; poll(2)): waits until a subscription is ready, and writes an event for each ready one. */
export function pollCalls(guest: Guest) {
  const { memory: m, fds } = guest;

  function load(ptr: number): Subscription {
    const { view } = m;
    const f = SUB.fields;
    const tag = view.getUint8(ptr + f.tag[0]);
    const id = view.getUint32(ptr + f.clock_id[0], true);
    const sub: Subscription = {
      userdata: view.getBigUint64(ptr + f.userdata[0], true),
      tag,
      id,
      due: 0n,
      error: 0,
    };
    if (tag !== EVENTTYPE.CLOCK) {
      sub.error = checkFd(id);
      return sub;
    }
    const flags = view.getUint16(ptr + f.flags[0], true);
    const now = clockNow(id);
    // Processor time does not advance during a wait.
    if (now === null || id > CLOCKID.MONOTONIC || (flags & ~SUBCLOCKFLAGS.ABSTIME) !== 0) {
      sub.error = INVAL;
      return sub;
    }
    const timeout = view.getBigUint64(ptr + f.timeout[0], true);
    sub.due = (flags & SUBCLOCKFLAGS.ABSTIME) !== 0 ? timeout : now + timeout;
    return sub;
  }

  function checkFd(fd: number): number {
    const d = fds.get(fd);
    if (d === undefined) return BADF;
    if (d.dropped(RIGHTS.POLL_FD_READWRITE)) return NOTCAPABLE;
    return 0;
  }

  /** Writes the event of a subscription; false if it is not ready. */
  function report(sub: Subscription, ptr: number): boolean {
    let nbytes = 0;
    let flags: number | undefined;
    let { error } = sub;
    if (error === 0) {
      if (sub.tag === EVENTTYPE.CLOCK) {
        if (clockNow(sub.id)! < sub.due) return false;
      } else {
        const d = fds.get(sub.id)!;
        nbytes = sub.tag === EVENTTYPE.FD_READ ? d.readable() : d.writable();
        flags = d.rwflags;
        if (nbytes === -1) return false;
        if (nbytes < 0) {
          error = wasiErrnoOf(-nbytes - 1);
          nbytes = 0;
        }
      }
    }
    m.u8.fill(0, ptr, ptr + EV.size);
    m.view.setBigUint64(ptr + EV.fields.userdata[0], sub.userdata, true);
    m.view.setUint16(ptr + EV.fields.error[0], error, true);
    m.view.setUint8(ptr + EV.fields.type[0], sub.tag);
    m.putU64(ptr + EV.fields.nbytes[0], nbytes);
    m.u8[ptr + EV.fields.flags[0]] = flags!;
    return true;
  }

  /** Milliseconds until the next clock is due; Infinity without a clock. */
  function untilDue(subs: readonly Subscription[]): number {
    let least = Infinity;
    for (const sub of subs) {
      if (sub.tag !== EVENTTYPE.CLOCK || sub.error !== 0) continue;
      least = Math.min(least, Number(sub.due - clockNow(sub.id)!) / 1e6);
    }
    return least;
  }

  return {
    /**
     * INVAL: no subscriptions; FAULT; INVAL: more subscriptions than FD_MAX, or an unknown type. An error of one
     * subscription is in its event: BADF, NOTCAPABLE, INVAL for an unknown clock or flag.
     */
    poll_oneoff(inPtr: number, outPtr: number, count: number, nevents: number): number {
      const subsAt = inPtr >>> 0;
      const eventsAt = outPtr >>> 0;
      const n = count >>> 0;
      if (n === 0) return INVAL;
      if (!m.fits(subsAt, n * SUB.size) || !m.fits(eventsAt, n * EV.size) || !m.fits(nevents >>> 0, 4)) return FAULT;
      if (n > FD_MAX) return INVAL;
      const subs: Subscription[] = [];
      for (let i = 0; i < n; i++) {
        if (m.view.getUint8(subsAt + i * SUB.size + SUB.fields.tag[0]) > EVENTTYPE.FD_WRITE) return INVAL;
        subs.push(load(subsAt + i * SUB.size));
      }
      const streams = subs.some((sub) => sub.tag);
      for (;;) {
        let ready = 0;
        for (const sub of subs) if (report(sub, eventsAt + ready * EV.size)) ready++;
        if (ready > 0) return wasiErrnoOf(m.putU32(nevents >>> 0, ready));
        const wait = untilDue(subs);
        sleep(streams ? Math.min(wait, SLICE_MS) : wait);
      }
    },
  };
}
