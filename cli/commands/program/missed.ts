// Says which path a program asked for that this machine has and that was not granted.
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cleanName } from '../../../vfs/lib/clean-name.ts';
import { tell } from '../../lib/output.ts';
import { text } from '../../lib/text.ts';
import { isOutside, placeOf, type GuestMount } from '../../mounts/mounts.ts';
import type { Job, Miss } from './job.ts';

/** Says it of the first such path, in one sentence; nothing if there is none. */
export function tellMissed({ program, mounts, separate }: Job, missed: readonly Miss[]): void {
  for (const { path, creates } of missed) {
    // wasi-libc takes the slash from the start of a path.
    for (const asked of placesOf(path)) {
      if (isCovered(asked, mounts, separate === true)) continue;
      const dir = directoryToGrant(asked, creates);
      if (dir === undefined) continue;
      tell(text`wasi9p: ${program} asked for ${asked}, which is not granted: --dir ${dir} grants it.\n`);
      return;
    }
  }
}

/** The paths of this machine that a program can have meant. */
function placesOf(path: string): string[] {
  const relative = cleanName(path.replace(/^\/+/, ''));
  return isOutside(relative) ? [relative] : [placeOf(path), relative];
}

/** True if the program finds there what was granted. */
function isCovered(path: string, mounts: readonly GuestMount[], separate: boolean): boolean {
  const isAbsolute = path.startsWith('/');
  return mounts.some(({ guest, isDefault, host, hidden }) => {
    if (isDefault === true) return false;
    if (isOutside(guest)) return isWithin(path, guest);
    const isRelative = !guest.startsWith('/');
    // The root may be the current directory: its own absolute path is a mount of its own.
    const isCwd = host !== undefined && resolve(host) === process.cwd();
    if (placeOf(guest) === '/') return isAbsolute ? !isCwd && !isRelative : isCwd || !separate;
    if (hidden === true && isAbsolute && guest === process.cwd()) return isWithin(path, guest);
    return isAbsolute
      ? !(isRelative && separate) && isWithin(path, placeOf(guest))
      : isWithin(`/${path}`, placeOf(guest));
  });
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(`${dir}/`);
}

/** Returns the directory of this machine that has the path, or would get it; undefined if there is none. */
function directoryToGrant(path: string, creates: boolean): string | undefined {
  if (path === '/' || path === '.') return undefined;
  const isDirectory = directory(path);
  if (isDirectory === true) return path;
  const above = dirname(path);
  if (isDirectory === false) return above;
  return creates && above !== '/' && directory(above) === true ? above : undefined;
}

/** True for a directory, false for a file, undefined for nothing. */
function directory(path: string): boolean | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory();
  } catch {
    return undefined;
  }
}
