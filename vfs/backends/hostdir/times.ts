// utimensat(2) to the nanosecond on top of the utimes of node:fs, which loses precision.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../9p/constants.ts';
import type { Attr, SetAttr } from '../../backend/backend.ts';
import type { HostInode } from './tree/inode.ts';
import type { Stats } from './node/node.ts';
import type { HostTime, HostTree } from './tree/tree.ts';

const SECOND = 1_000_000_000n;
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

/** A time in nanoseconds since 1970. */
export function toNs(sec: number, nsec: number): bigint {
  return BigInt(sec) * SECOND + BigInt(nsec);
}

/** The seconds of a time, rounded down, before 1970 too. */
export function secondsOf(ns: bigint): number {
  const sec = ns / SECOND;
  return Number(sec * SECOND > ns ? sec - 1n : sec);
}

/** The nanoseconds of a time within its second. */
export function nanosecondsOf(ns: bigint): number {
  const rest = Number(ns % SECOND);
  return rest < 0 ? rest + 1e9 : rest;
}

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
  birthtime: bigint;
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
  private readonly exact = new Map<number | string, Exact>();
  private readonly omitted = canOmit() ? new Date(NaN) : null;
  /** The precision of utimes in this runtime, in nanoseconds, as far as discovered. */
  private grain = 1n;

  constructor(tree: HostTree) {
    this.tree = tree;
  }

  /** Replaces the host's times by the exact ones they stand for. */
  correct(inode: HostInode, st: Stats, out: Attr): void {
    const exact = this.exact.size > 0 ? this.known(inode, st) : undefined;
    if (exact === undefined) return;
    if (exact.hostAtime === st.atimeNs) {
      out.atime_sec = secondsOf(exact.atime);
      out.atime_nsec = nanosecondsOf(exact.atime);
    }
    if (exact.hostMtime === st.mtimeNs) {
      out.mtime_sec = secondsOf(exact.mtime);
      out.mtime_nsec = nanosecondsOf(exact.mtime);
    }
  }

  private known(inode: HostInode, st: Stats): Exact | undefined {
    const exact = this.exact.get(inode.key);
    return exact?.birthtime === st.birthtimeNs ? exact : undefined;
  }

  /** utimensat(2), of one time or both. */
  set(inode: HostInode, set: SetAttr): void {
    const setsA = (set.valid & SETATTR_ATIME) !== 0;
    const setsM = (set.valid & SETATTR_MTIME) !== 0;
    const wanted: Pair = [toNs(set.atime_sec, set.atime_nsec), toNs(set.mtime_sec, set.mtime_nsec)];
    const omit: [boolean, boolean] = [!setsA, !setsM];
    if (!setsA || !setsM) this.fillOther(inode, wanted, omit);
    const nowA = setsA && (set.valid & SETATTR_ATIME_SET) === 0;
    const nowM = setsM && (set.valid & SETATTR_MTIME_SET) === 0;
    if (nowA || nowM) this.takeNow(inode, wanted, omit, nowA, nowM);
    this.approach(inode, wanted, omit);
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
  ): void {
    const ours = nowA ? wanted[0] : wanted[1];
    this.tree.utimes(inode, this.hostTime(wanted[0], omit[0]), this.hostTime(wanted[1], omit[1]));
    const { ctimeNs } = this.tree.stat(inode);
    // Deno reports whole seconds, and a file server may have its own clock.
    if (ours - ctimeNs > CLOCK_TICK || ctimeNs - ours > CLOCK_TICK) return;
    if (nowA) wanted[0] = ctimeNs;
    if (nowM) wanted[1] = ctimeNs;
  }

  /** Fills in the current value of a time that must not change. */
  private fillOther(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): void {
    const st = this.tree.stat(inode);
    const exact = this.known(inode, st);
    if (omit[0]) wanted[0] = exact?.hostAtime === st.atimeNs ? exact.atime : st.atimeNs;
    if (omit[1]) wanted[1] = exact?.hostMtime === st.mtimeNs ? exact.mtime : st.mtimeNs;
  }

  /** Sets the host's times as closely as possible, and remembers the difference. */
  private approach(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): void {
    const { tree } = this;
    for (let tries = 1; ; tries++) {
      tree.utimes(inode, this.hostTime(wanted[0], omit[0]), this.hostTime(wanted[1], omit[1]));
      const st = tree.stat(inode);
      const grain =
        coarser(wanted[0], st.atimeNs, this.grain, omit[0]) ?? coarser(wanted[1], st.mtimeNs, this.grain, omit[1]);
      if (grain === undefined || tries >= TRIES) {
        this.remember(inode, st, wanted);
        return;
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

  private remember(inode: HostInode, st: Stats, [atime, mtime]: [bigint, bigint]): void {
    this.exact.delete(inode.key);
    if (st.atimeNs === atime && st.mtimeNs === mtime) return;
    if (this.exact.size >= LIMIT) {
      const [oldest] = this.exact.keys();
      this.exact.delete(oldest!);
    }
    this.exact.set(inode.key, {
      birthtime: st.birthtimeNs,
      atime,
      hostAtime: st.atimeNs,
      mtime,
      hostMtime: st.mtimeNs,
    });
  }
}
