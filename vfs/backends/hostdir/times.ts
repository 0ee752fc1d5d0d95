// utimensat(2) to the nanosecond on top of the utimes of node:fs, which loses precision.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../9p/constants.ts';
import type { Attr, SetAttr } from '../../backend/backend.ts';
import type { HostInode } from './tree/inode.ts';
import { HostStat } from './calls/host-stat.ts';
import { nanosecondsOf, secondsOf, toNs } from './node/time.ts';
import type { HostTime, HostTree } from './tree/tree.ts';

/** The limit of files whose exact times are remembered. */
const LIMIT = 65_536;
/** Attempts of utimes per change: the first ones on a host may have to discover its precision. */
const TRIES = 3;
const MILLI = 1_000_000n;
const MICRO = 1000n;
/** Twice the longest period of a kernel's clock tick (HZ = 100). */
const CLOCK_TICK = 20n * MILLI;
/** The spacing of doubles that count seconds since 1970, in nanoseconds, rounded up. */
const DOUBLE = 240n;

/** Access and modification time, in nanoseconds since 1970. */
type Pair = [bigint, bigint];

/** True if `utimes` leaves a timestamp unchanged when it is NaN: Node with libuv ≥ 1.51 (UV_FS_UTIME_OMIT). */
function canOmit(): boolean {
  const { uv = '0', bun, deno } = process.versions as { uv?: string; bun?: string; deno?: string };
  const [major = 0, minor = 0] = uv.split('.').map(Number);
  return bun === undefined && deno === undefined && (major > 1 || minor >= 51);
}

/**
 * Returns the precision that a stored time reveals, if it is further from the wanted one than necessary; undefined if
 * it is as close as possible.
 */
function coarser(wanted: bigint, got: bigint, grain: bigint, omitted: boolean): bigint | undefined {
  const gap = wanted > got ? wanted - got : got - wanted;
  if (omitted || wanted < 0n || gap <= (grain > DOUBLE ? grain / 2n : DOUBLE)) return undefined;
  // A time truncated to microseconds may be a whole millisecond by chance: then the gap is small.
  if (got % MILLI === 0n && gap > MICRO + DOUBLE) return MILLI;
  return got % MICRO === 0n ? MICRO : 1n;
}

/** The requested times, and those that the host stored for them. */
interface Exact {
  btimeSec: number;
  btimeNsec: number;
  atime: bigint;
  hostAtime: bigint;
  mtime: bigint;
  hostMtime: bigint;
}

/**
 * Sets times to the nanosecond as far as node:fs allows, and remembers the rest. utimes of node:fs takes seconds as a
 * double, whose spacing is 238 ns today; Node 20 truncates to microseconds, Deno to milliseconds. The host gets the
 * closest time that it can store, and guests see the exact one for as long as the host's is unchanged. The exact times
 * are known to this process only.
 */
export class HostTimes {
  private readonly tree: HostTree;
  private readonly st = new HostStat();
  private readonly exact = new Map<number | string, Exact>();
  private readonly omitted = canOmit() ? new Date(NaN) : null;
  /** The precision of utimes in this runtime, in nanoseconds, as far as discovered. */
  private grain = 1n;

  constructor(tree: HostTree) {
    this.tree = tree;
  }

  /** Replaces the host's times by the exact ones they stand for. */
  correct(inode: HostInode, st: HostStat, out: Attr): void {
    const exact = this.exact.size > 0 ? this.known(inode, st) : undefined;
    if (exact === undefined) return;
    if (exact.hostAtime === toNs(st.atimeSec, st.atimeNsec)) {
      out.atime_sec = secondsOf(exact.atime);
      out.atime_nsec = nanosecondsOf(exact.atime);
    }
    if (exact.hostMtime === toNs(st.mtimeSec, st.mtimeNsec)) {
      out.mtime_sec = secondsOf(exact.mtime);
      out.mtime_nsec = nanosecondsOf(exact.mtime);
    }
  }

  private known(inode: HostInode, st: HostStat): Exact | undefined {
    const exact = this.exact.get(inode.key);
    return exact?.btimeSec === st.btimeSec && exact.btimeNsec === st.btimeNsec ? exact : undefined;
  }

  /** utimensat(2), of one time or both. Returns 0 or an errno. */
  set(inode: HostInode, set: SetAttr): number {
    const setsA = (set.valid & SETATTR_ATIME) !== 0;
    const setsM = (set.valid & SETATTR_MTIME) !== 0;
    const wanted: Pair = [toNs(set.atime_sec, set.atime_nsec), toNs(set.mtime_sec, set.mtime_nsec)];
    const omit: [boolean, boolean] = [!setsA, !setsM];
    let errno = setsA && setsM ? 0 : this.fillOther(inode, wanted, omit);
    if (errno !== 0) return errno;
    const nowA = setsA && (set.valid & SETATTR_ATIME_SET) === 0;
    const nowM = setsM && (set.valid & SETATTR_MTIME_SET) === 0;
    if (nowA || nowM) errno = this.takeNow(inode, wanted, omit, nowA, nowM);
    return errno === 0 ? this.approach(inode, wanted, omit) : errno;
  }

  /**
   * Sets a time to now by the clock of the host's kernel, which is up to a tick behind ours: a file written after a
   * touch must not be older. The kernel's time is read from the ctime of a change.
   */
  private takeNow(
    inode: HostInode,
    wanted: Pair,
    omit: readonly [boolean, boolean],
    nowA: boolean,
    nowM: boolean,
  ): number {
    const ours = nowA ? wanted[0] : wanted[1];
    const errno = this.utimes(inode, wanted, omit);
    if (errno !== 0) return errno;
    const ctime = toNs(this.st.ctimeSec, this.st.ctimeNsec);
    // Deno reports whole seconds, and a file server may have its own clock.
    if (ours - ctime > CLOCK_TICK || ctime - ours > CLOCK_TICK) return 0;
    if (nowA) wanted[0] = ctime;
    if (nowM) wanted[1] = ctime;
    return 0;
  }

  /** Sets the host's times, and looks at what they have become. */
  private utimes(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): number {
    const atime = this.hostTime(wanted[0], omit[0]);
    const mtime = this.hostTime(wanted[1], omit[1]);
    return this.tree.utimes(inode, atime, mtime) || this.tree.stat(inode, this.st);
  }

  /** Fills in the current value of a time that must not change. */
  private fillOther(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): number {
    const { st } = this;
    const errno = this.tree.stat(inode, st);
    if (errno !== 0) return errno;
    const exact = this.known(inode, st);
    const atime = toNs(st.atimeSec, st.atimeNsec);
    const mtime = toNs(st.mtimeSec, st.mtimeNsec);
    if (omit[0]) wanted[0] = exact?.hostAtime === atime ? exact.atime : atime;
    if (omit[1]) wanted[1] = exact?.hostMtime === mtime ? exact.mtime : mtime;
    return 0;
  }

  /** Sets the host's times as closely as possible, and remembers the difference. */
  private approach(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): number {
    const { st } = this;
    for (let tries = 1; ; tries++) {
      const errno = this.utimes(inode, wanted, omit);
      if (errno !== 0) return errno;
      const grain =
        coarser(wanted[0], toNs(st.atimeSec, st.atimeNsec), this.grain, omit[0]) ??
        coarser(wanted[1], toNs(st.mtimeSec, st.mtimeNsec), this.grain, omit[1]);
      if (grain === undefined || tries >= TRIES) {
        this.remember(inode, wanted);
        return 0;
      }
      this.grain = grain;
    }
  }

  /** Converts a time for utimes: seconds as a double. Node takes a negative number for now, but not a negative Date. */
  private hostTime(ns: bigint, omit: boolean): HostTime {
    if (omit && this.omitted !== null) return this.omitted;
    if (ns < 0n) return new Date(Number(ns / 1_000_000n));
    const { grain } = this;
    // Truncation removes less than one unit of precision, so aim inside the wanted unit.
    const aim = grain === 1n ? ns : ((ns + grain / 2n) / grain) * grain + grain / 4n;
    return secondsOf(aim) + nanosecondsOf(aim) / 1e9;
  }

  private remember(inode: HostInode, [atime, mtime]: Pair): void {
    const { st } = this;
    const hostAtime = toNs(st.atimeSec, st.atimeNsec);
    const hostMtime = toNs(st.mtimeSec, st.mtimeNsec);
    this.exact.delete(inode.key);
    if (hostAtime === atime && hostMtime === mtime) return;
    if (this.exact.size >= LIMIT) {
      const [oldest] = this.exact.keys();
      this.exact.delete(oldest!);
    }
    const { btimeSec, btimeNsec } = st;
    this.exact.set(inode.key, { btimeSec, btimeNsec, atime, hostAtime, mtime, hostMtime });
  }
}
