// utimensat(2) to the nanosecond on top of the utimes of node:fs, which loses precision.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../9p/constants.ts';
import type { Attr, SetAttr } from '../../backend/backend.ts';
import type { HostInode } from './tree/inode.ts';
import type { Stats } from './node/node.ts';
import type { HostTime, HostTree } from './tree/tree.ts';

const SECOND = 1_000_000_000n;
/** Files whose exact times are remembered. */
const LIMIT = 65_536;
/** Calls of utimes for one change, at most: the first on a host may have to find out its grain. */
const TRIES = 3;
const MILLI = 1_000_000n;
const MICRO = 1000n;
/** The longest time between two ticks of a kernel's clock (HZ = 100), and as much again. */
const CLOCK_TICK = 20n * MILLI;
/** How far apart doubles are that count seconds since 1970, in nanoseconds: as near as need be. */
const DOUBLE = 240n;

/** Access and modification time, in nanoseconds since 1970. */
type Pair = [bigint, bigint];

/** A time in nanoseconds since 1970. */
export function toNs(sec: number, nsec: number): bigint {
  return BigInt(sec) * SECOND + BigInt(nsec);
}

/** Whole seconds of a time; before 1970 rounded down. */
export function secondsOf(ns: bigint): number {
  const sec = ns / SECOND;
  return Number(sec * SECOND > ns ? sec - 1n : sec);
}

/** The nanoseconds within its second. */
export function nanosecondsOf(ns: bigint): number {
  const rest = Number(ns % SECOND);
  return rest < 0 ? rest + 1e9 : rest;
}

/** `utimes` of Node since libuv 1.51 leaves a time as it is that is no number (uv_fs_utime, UV_FS_UTIME_OMIT). */
function canOmit(): boolean {
  const { uv = '0', bun, deno } = process.versions as { uv?: string; bun?: string; deno?: string };
  const [major = 0, minor = 0] = uv.split('.').map(Number);
  return bun === undefined && deno === undefined && (major > 1 || minor >= 51);
}

/**
 * The grain that the host's time shows when it is further from the wanted one than need be, undefined when it is as
 * near as can be.
 */
function coarser(wanted: bigint, got: bigint, grain: bigint, omitted: boolean): bigint | undefined {
  const gap = wanted > got ? wanted - got : got - wanted;
  if (omitted || wanted < 0n || gap <= (grain > DOUBLE ? grain / 2n : DOUBLE)) return undefined;
  // A time cut to microseconds is a whole millisecond now and then: the gap tells that it was cut to no more.
  if (got % MILLI === 0n && gap > MICRO + DOUBLE) return MILLI;
  return got % MICRO === 0n ? MICRO : 1n;
}

/** What was asked for, and what the host made of it. */
interface Exact {
  birthtime: bigint;
  atime: bigint;
  hostAtime: bigint;
  mtime: bigint;
  hostMtime: bigint;
}

/**
 * Sets times to the nanosecond, as far as node:fs goes, and remembers the rest. utimes of node:fs takes seconds as a
 * double, which today is 238 ns apart; Node 20 cuts that to microseconds, Deno to milliseconds. So the time on the
 * host is the nearest that it can be made, and for as long as the host shows that one, guests are shown the exact
 * one. The memory is this process's: another one sees what the host has.
 */
export class HostTimes {
  private readonly tree: HostTree;
  private readonly exact = new Map<number | string, Exact>();
  private readonly omitted = canOmit() ? new Date(NaN) : null;
  /** What the runtime cuts times to, in nanoseconds, as far as is known. */
  private grain = 1n;

  constructor(tree: HostTree) {
    this.tree = tree;
  }

  /** Puts the exact times where the host's stand for them. */
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

  /** utimensat(2) of one time or both. */
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
   * The present time as the host's kernel stamps files with it, which is up to a clock tick behind ours: what is
   * written after a touch must not be older than it. Any change shows it, as the ctime.
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
    // Deno tells whole seconds, and a file server may have a clock of its own.
    if (ours - ctimeNs > CLOCK_TICK || ctimeNs - ours > CLOCK_TICK) return;
    if (nowA) wanted[0] = ctimeNs;
    if (nowM) wanted[1] = ctimeNs;
  }

  /** A time that stays is set to what it is, if it cannot be left out. */
  private fillOther(inode: HostInode, wanted: Pair, omit: readonly [boolean, boolean]): void {
    const st = this.tree.stat(inode);
    const exact = this.known(inode, st);
    if (omit[0]) wanted[0] = exact?.hostAtime === st.atimeNs ? exact.atime : st.atimeNs;
    if (omit[1]) wanted[1] = exact?.hostMtime === st.mtimeNs ? exact.mtime : st.mtimeNs;
  }

  /** Sets the host's times as near as can be to the wanted ones, and remembers the difference. */
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

  /** As utimes takes it: seconds, which are a double; Node takes a negative one for the present time, but not a Date. */
  private hostTime(ns: bigint, omit: boolean): HostTime {
    if (omit && this.omitted !== null) return this.omitted;
    if (ns < 0n) return new Date(Number(ns / 1_000_000n));
    const { grain } = this;
    // What is cut off is less than a grain, so aim at the inside of the one that is meant.
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
