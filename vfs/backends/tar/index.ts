// The public entry `tar`: an archive as a read-only backend. Runs in a browser.
import type { Hidden, OwnedBackend } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';
import type { TarOptions } from './format/limits.ts';
import { openTar } from './open.ts';
import type { Skipped } from './tree.ts';

/** The tree of an archive as a backend. */
export interface TarBackend extends OwnedBackend {
  readonly readOnly: boolean;
  /** The members left out of the tree, with reasons. */
  readonly skipped: readonly Skipped[];
  /** The members left out of a directory. */
  hidden(dir: Inode): readonly Hidden[];
  /** True if the archive has a member for a directory; otherwise its attributes are made up. */
  isExplicit(dir: Inode): boolean;
}

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
  return openTar(bytes, options);
}
