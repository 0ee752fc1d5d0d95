// The mounts of `run --host`: one tree in which relative paths and absolute ones lead to the current directory.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { HostDirOptions } from '../../vfs/backends/hostdir/options.ts';
import { UsageError } from '../lib/options.ts';
import type { MountMemory } from './mount-memory.ts';
import { isOutside, loadHostDirs, openHostDir, placeOf, type GuestMount } from './mounts.ts';

/** The directory of temporary files, in memory: the second if the current directory has a name `tmp`. */
const TEMPORARY = ['/tmp', '/.wasi9p/tmp'] as const;

/** The mounts, and the variables that belong to them. */
export interface HostRoot {
  readonly mounts: readonly GuestMount[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Puts the other mounts in a tree whose root is the current directory, which has its absolute path in it, too. The home
 * directory and /tmp are in memory, unless they are granted. A name that the current directory has is that one: to
 * wasi-libc `tmp/x` and `/tmp/x` are alike.
 */
export async function hostRoot(
  others: readonly GuestMount[],
  memory: MountMemory,
  options: HostDirOptions,
): Promise<HostRoot> {
  const inside = others.filter(({ guest }) => !isOutside(guest));
  const other = inside.find(({ guest }) => placeOf(guest) === '/');
  if (other !== undefined) throw new UsageError(`--host grants the root: leave out the other mount at ${other.guest}.`);
  await loadHostDirs();
  const cwd = process.cwd();
  const home = placeOf(process.env['HOME'] ?? '');
  const temporary = TEMPORARY.find((place) => isFree(cwd, place)) ?? TEMPORARY[1];
  const root = { guest: '/', host: cwd, backend: openHostDir('--host', cwd, options) };
  const hidden = { within: true, hidden: true };
  const taken = new Set(['/', ...inside.map(({ guest }) => placeOf(guest))]);
  const mounts: GuestMount[] = [root];
  for (const place of [cwd, temporary, home]) {
    const isOurs = place !== cwd && isWithin(place, cwd);
    if (taken.has(place) || isOurs || !isFree(cwd, place)) continue;
    taken.add(place);
    mounts.push(
      place === cwd ? { ...root, ...hidden, guest: cwd } : { ...hidden, guest: place, backend: memory.directory() },
    );
  }
  for (const mount of others) {
    // A grant outside of the tree is a tree of its own.
    mounts.push(isOutside(mount.guest) ? mount : { ...mount, guest: placeOf(mount.guest), within: true });
  }
  return { mounts, env: { PWD: cwd, TMPDIR: temporary, ...(home !== '/' && { HOME: home }) } };
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith('/') ? dir : `${dir}/`);
}

/** True if a place can be made in a directory: it has no such name, and what it has of the way there are directories. */
function isFree(dir: string, place: string): boolean {
  let path = dir;
  for (const name of place.split('/').slice(1)) {
    path = join(path, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return true;
    if (!stat.isDirectory()) return false;
  }
  return false;
}
