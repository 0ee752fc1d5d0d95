// The mounts of `run --host`: one tree in which relative paths and absolute ones lead to the current directory.
import { statSync } from 'node:fs';
import { UsageError } from '../lib/options.ts';
import type { Memory } from './memory.ts';
import { loadHostDirs, openHostDir, placeOf, type GuestMount } from './mounts.ts';

/** Where the program's temporary files are: in memory. */
const TEMPORARY = '/tmp';

/** The mounts, and the variables that belong to them. */
export interface HostRoot {
  readonly mounts: readonly GuestMount[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Puts the other mounts in a tree whose root is the current directory, which has its absolute path in it, too. The home
 * directory and /tmp are in memory, unless they are granted, or the current directory is above them.
 */
export async function hostRoot(others: readonly GuestMount[], memory: Memory): Promise<HostRoot> {
  const inside = others.filter(({ guest }) => !isOutside(guest));
  const other = inside.find(({ guest }) => placeOf(guest) === '/');
  if (other !== undefined) throw new UsageError(`--host grants the root: leave out the other mount at ${other.guest}.`);
  await loadHostDirs();
  const cwd = process.cwd();
  const home = process.env['HOME'] ?? '';
  const root = { guest: '/', host: cwd, backend: openHostDir('--host', cwd) };
  const hidden = { within: true, hidden: true };
  const places = new Set(inside.map(({ guest }) => placeOf(guest)));
  const mounts: GuestMount[] = [root];
  if (!places.has(cwd) && cwd !== '/') mounts.push({ ...root, ...hidden, guest: cwd });
  for (const place of [TEMPORARY, home]) {
    if (!place.startsWith('/') || isWithin(place, cwd) || places.has(place) || !isDirectory(place)) continue;
    if (mounts.some(({ guest }) => guest === place)) continue;
    mounts.push({ ...hidden, guest: place, backend: memory.directory() });
  }
  for (const mount of others) {
    // What is outside of the tree is a tree of its own.
    mounts.push(isOutside(mount.guest) ? mount : { ...mount, guest: placeOf(mount.guest), within: true });
  }
  return { mounts, env: { PWD: cwd, TMPDIR: TEMPORARY, ...(home !== '' && { HOME: home }) } };
}

/** True for a name such as `../a`. */
function isOutside(guest: string): boolean {
  return /^\.\.(?:\/|$)/.test(guest);
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith('/') ? dir : `${dir}/`);
}

/** A directory of this machine that does not exist needs no stand-in, but /tmp does. */
function isDirectory(path: string): boolean {
  return path === TEMPORARY || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
