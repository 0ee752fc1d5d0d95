// The public entry `tar`: an archive as a read-only backend. Runs in a browser.
import { mustBe } from '../../lib/options.ts';
import { TarBackend } from './backend.ts';
import { inflated } from './format/gzip.ts';
import { Limits, type TarOptions } from './format/limits.ts';
import { TarReader } from './format/reader.ts';
import { TarTree } from './tree.ts';

export { TarBackend } from './backend.ts';
export type { TarOptions } from './format/limits.ts';
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
