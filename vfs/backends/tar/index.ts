// The public entry `tar`: an archive as a read-only backend. Runs in a browser.
import { mustBe } from '../../lib/options.ts';
import { TarBackend } from './backend.ts';
import { inflated } from './format/gzip.ts';
import { Limits, type TarOptions } from './format/limits.ts';
import { TarReader } from './format/reader.ts';
import { TarTree } from './tree.ts';

export type { TarBackend } from './backend.ts';
export type { TarOptions } from './format/limits.ts';
export type { Skipped } from './tree.ts';

/**
 * The tree of a .tar or .tar.gz archive as a read-only backend. The archive is parsed once; file data is read from its
 * bytes, which must not be changed. Supported are ustar, GNU and pax archives, with sparse files. Of two members of one
 * name the later wins. A member that leads out of the archive (`..`), or is not valid on Linux, is left out and listed
 * in `skipped`. Bytes after the end of the archive are ignored.
 * @param bytes The whole archive; a gzipped one is inflated first.
 * @param options Resource limits, for an archive that exceeds the defaults.
 * @throws TypeError if `bytes` is not a Uint8Array, or an option is invalid; Error if the archive is not a tar, is
 *   damaged or truncated, or exceeds a limit.
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
