// The lookup cache of a directory, validated by its ctime.
import type { HostInode } from '../inode.ts';

/**
 * Lookups in a directory are cached so that one stat of the directory (1 µs) replaces a lookup (4 µs, 9 µs for a
 * missing name). Any change of the entries moves the ctime of the directory, but only to the last tick of the kernel's
 * clock. So names are cached only once the ctime is older than a tick, and not for long, in case the file system keeps
 * no ctime. A cached name leads to an inode that is held: at worst it shows the file of a second ago, and never leaves
 * the tree.
 */

/** Longer than a tick of the kernel's clock (10 ms at 100 Hz), in milliseconds. */
const TICK = 25;
/** The same for times in seconds, as in Deno, or in two seconds, as on FAT. */
const COARSE_TICK = 2100;
/** The lifetime of a cached name, in milliseconds. */
const LIFETIME = 1000;
/** The limit of cached names in a directory. */
const LIMIT = 4096;

/**
 * True if the ctime of the directory is reliable.
 * @param now Date.now().
 */
export function isSettled(dir: HostInode, now: number): boolean {
  return now >= dir.settled;
}

/** Notes a change of the entries: no name is cached until the clock has ticked. */
export function unsettle(dir: HostInode): void {
  dir.settled = Math.max(dir.settled, Date.now() + tickOf(dir));
}

/** Returns the time in which two changes may have the same ctime, in milliseconds. */
function tickOf(dir: HostInode): number {
  return dir.ctimeNsec === 0 ? COARSE_TICK : TICK;
}

/** Drops names that may be stale. The directory was just looked at (`seen`). */
export function dropStale(dir: HostInode, now: number): void {
  if (dir.changes === dir.stamp && now < dir.expires) return;
  dir.names?.clear();
  dir.stamp = dir.changes;
  dir.expires = now + LIFETIME;
  const tick = tickOf(dir);
  const age = ageOf(dir, now);
  // A ctime in the future (a wrong clock) must not disable the cache for ever.
  if (age < tick) dir.settled = now + Math.min(tick - age, tick);
}

/** True if the ctime of a directory is so old that any change since a look shows in the next look. */
export function isOld(dir: HostInode, now: number): boolean {
  return isSettled(dir, now) && ageOf(dir, now) >= tickOf(dir);
}

/** Milliseconds since the ctime, as last read. */
function ageOf(dir: HostInode, now: number): number {
  return now - (dir.ctimeSec * 1000 + dir.ctimeNsec / 1e6);
}

/** Drops names that are too old, in a directory whose changes are reported. */
export function expire(dir: HostInode, now: number): void {
  if (now < dir.expires) return;
  dir.names?.clear();
  dir.expires = now + LIFETIME;
}

/** Caches a lookup, if the ctime passed to `dropStale` before the lookup is old enough. */
export function keep(dir: HostInode, name: string, inode: HostInode | null, now: number): void {
  if (!isSettled(dir, now)) return;
  dir.names ??= new Map();
  if (dir.names.size >= LIMIT) dir.names.clear();
  dir.names.set(name, inode);
}
