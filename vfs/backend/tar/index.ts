import { check, mustBe } from '../../options.ts';
import { TarBackend } from './backend.ts';
import { inflated } from './gzip.ts';
import { Limits, type TarOptions } from './limits.ts';
import { copyInto } from './load.ts';
import type { Place } from './place.ts';
import { TarReader } from './reader.ts';
import { TarTree, type Skipped } from './tree.ts';

export { TarBackend } from './backend.ts';
export type { TarOptions } from './limits.ts';
export type { Place } from './place.ts';
export { save } from './save.ts';
export type { Skipped } from './tree.ts';

/**
 * The tree of a .tar or .tar.gz as a read-only backend. The archive is gone through once, and files are read from its
 * own bytes, which must stay as they are. Read are ustar, GNU and pax archives, with sparse files; of two members of
 * one name the later counts. A member that leads out of the archive (`..`), or cannot be a file on Linux, is left out:
 * `skipped` tells. What follows the end of the archive is ignored.
 * @param bytes The whole archive; one that is gzipped is inflated first.
 * @param options How much an archive may make of itself, for one that needs more than the defaults.
 * @throws Error when it is no tar, is damaged or cut off, or passes a limit; TypeError for what is no Uint8Array, and
 *   for options that are not known.
 */
export function tar(bytes: Uint8Array, options?: TarOptions): TarBackend {
  if (!(bytes instanceof Uint8Array)) throw mustBe('a Uint8Array, the bytes of an archive', 'bytes', bytes);
  const limits = new Limits(options);
  const archive = inflated(bytes, limits);
  const reader = new TarReader(archive, limits);
  const tree = new TarTree(limits);
  for (let entry = reader.next(); entry !== null; entry = reader.next()) tree.add(entry);
  return new TarBackend(tree, archive.length);
}

/**
 * Unpacks an archive into a tree, over what is there: directories are merged, all else is replaced. Owners are kept
 * where they can be, holes too, times last.
 * @param bytes As for `tar`.
 * @param onSkip Told of each member, and each attribute, that cannot be put there.
 * @param options As for `tar`.
 * @throws Error when the archive cannot be read, and when a file cannot be written: then what came before it is there.
 */
export function load(bytes: Uint8Array, into: Place, onSkip?: (skipped: Skipped) => void, options?: TarOptions): void {
  check(onSkip, 'function|undefined', 'onSkip');
  copyInto(tar(bytes, options), into, onSkip);
}
