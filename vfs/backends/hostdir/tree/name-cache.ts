// The lookup cache of a directory, validated by its ctime.
import type { HostInode } from './inode.ts';

/**
 * What names in a directory led to, kept so that a look at the directory's ctime (1 µs) can stand for a look at the
 * name (4 µs, and 9 µs for a name that is not there). Whatever changes the entries moves the ctime, but only to the
 * last tick of the kernel's clock: so names are kept only once the ctime is older than a tick, and not for long in
 * case the directory's file system keeps no ctimes at all. A name that is kept leads to an inode that is held, so at
 * the worst it shows the file it led to a second ago; it never leads out of the tree.
 */

/** Longer than a tick of the kernel's clock, ms (10 at 100 Hz). */
const TICK = 25;
/** The same where times are kept in seconds, in twos on FAT, or told in seconds, as Deno does. */
const COARSE_TICK = 2100;
/** How long names are kept, ms. */
const LIFETIME = 1000;
/** Names of one directory. */
const LIMIT = 4096;
const SECOND = 1_000_000_000n;

/** Whether the ctime of the directory may be relied on at the time `now` (Date.now()). */
export function isSettled(dir: HostInode, now: number): boolean {
  return now >= dir.settled;
}

/** Its entries were changed: nothing is kept until the clock has ticked. */
export function unsettle(dir: HostInode): void {
  dir.settled = Math.max(dir.settled, Date.now() + tickOf(dir.stamp));
}

/** How long after a change another one may have the same ctime, ms. */
function tickOf(ctime: bigint): number {
  return ctime % SECOND === 0n ? COARSE_TICK : TICK;
}

/** Drops names that may not hold any more; `ctime` is the directory's, in nanoseconds. */
export function refresh(dir: HostInode, ctime: bigint, now: number): void {
  if (ctime === dir.stamp && now < dir.expires) return;
  dir.names?.clear();
  dir.stamp = ctime;
  dir.expires = now + LIFETIME;
  const tick = tickOf(ctime);
  const age = now - Number(ctime / 1_000_000n);
  // A time to come, of a clock that goes wrong, is no reason to ask for ever.
  if (age < tick) dir.settled = now + Math.min(tick - age, tick);
}

/** Keeps what a name led to, if the ctime that `refresh` was told before the name was looked at is old enough. */
export function keep(dir: HostInode, name: string, inode: HostInode | null, now: number): void {
  if (!isSettled(dir, now)) return;
  dir.names ??= new Map();
  if (dir.names.size >= LIMIT) dir.names.clear();
  dir.names.set(name, inode);
}
