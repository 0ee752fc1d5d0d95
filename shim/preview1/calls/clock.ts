// The clock_* calls: clock_res_get and clock_time_get.
import { nowNsec, nowSec, readClock } from '../../../vfs/lib/clock.ts';
import { CLOCKID } from '../abi/structs.ts';
import { FAULT, INVAL, type Guest } from '../process/guest.ts';
import { hostProcess } from '../../host/host.ts';
import { putTime } from './filestat.ts';

const NS = 1_000_000_000n;
/** The resolution of performance.now() in Node, in nanoseconds; browsers round it further. */
const RESOLUTION = 1000n;

/** Nanoseconds since an arbitrary time. process.hrtime.bigint() is faster than performance.now(). */
const monotonic = hostProcess()?.hrtime?.bigint ?? (() => BigInt(Math.floor(performance.now() * 1e6)));

/** Returns the time of a clock in nanoseconds (a u64), or null for an unknown clock id. */
export function clockNow(id: number): bigint | null {
  switch (id) {
    case CLOCKID.REALTIME:
      readClock();
      return BigInt(nowSec) * NS + BigInt(nowNsec);
    case CLOCKID.MONOTONIC:
      return monotonic();
    case CLOCKID.PROCESS_CPUTIME_ID:
    case CLOCKID.THREAD_CPUTIME_ID: {
      const usage = hostProcess()?.cpuUsage?.();
      // Browsers do not expose processor time: the monotonic clock takes its place.
      return usage === undefined ? monotonic() : BigInt(usage.user + usage.system) * 1000n;
    }
    default:
      return null;
  }
}

/** The clock_* functions (clock_gettime(2)). INVAL: unknown clock; FAULT. */
export function clockCalls(guest: Guest) {
  const { memory: m } = guest;

  return {
    clock_res_get(id: number, out: number): number {
      if (clockNow(id) === null) return INVAL;
      if (!m.fits(out >>> 0, 8)) return FAULT;
      m.view.setBigUint64(out >>> 0, RESOLUTION, true);
      return 0;
    },

    clock_time_get(id: number, _precision: number, _precisionHi: number, out: number): number {
      if (id === CLOCKID.REALTIME) {
        if (!m.fits(out >>> 0, 8)) return FAULT;
        readClock();
        putTime(m, out >>> 0, nowSec, nowNsec);
        return 0;
      }
      // Programs ask for this clock most. Inlined, so that V8 allocates no BigInt.
      if (id === CLOCKID.MONOTONIC) {
        if (!m.fits(out >>> 0, 8)) return FAULT;
        m.view.setBigUint64(out >>> 0, monotonic(), true);
        return 0;
      }
      const now = clockNow(id);
      if (now === null) return INVAL;
      if (!m.fits(out >>> 0, 8)) return FAULT;
      m.view.setBigUint64(out >>> 0, now, true);
      return 0;
    },
  };
}
