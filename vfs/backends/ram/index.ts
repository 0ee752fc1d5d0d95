// The public entry `ram`: a store in memory.
import type { OwnedBackend } from '../../backend/backend.ts';
import { checkOptions } from '../../lib/options.ts';
import { RAM_OPTIONS, RamBackend, type RamOptions } from './backend.ts';

export type { OwnedBackend } from '../../backend/backend.ts';
export type { RamOptions } from './backend.ts';

/** A store in memory. */
export interface RamStore extends OwnedBackend {
  /**
   * Makes a store with the same files, at once whatever their number and size: directories and data are shared until
   * one of both stores changes them, of a file only the changed pieces (up to 1 MiB each). Each of the stores can be
   * changed, cloned and closed without effect on the other. Inode numbers, times, modes, hard links and extended
   * attributes are those of the moment. A file that was removed and is still open belongs to the original only.
   *
   * The clone has a capacity of its own, against which all that it shares counts in full. Close it when it is no longer
   * needed: as long as a clone is open, the other stores preserve for it what they change.
   * @param options `capacity`: that of the original by default.
   * @throws TypeError if an option is invalid; Error with the `code` EIO if the store is closed.
   */
  clone(options?: RamOptions): RamStore;
}

/**
 * An empty store in memory: sparse files, faster than memfs. Its root directory has mode 0755 and belongs to uid and
 * gid 0.
 * @throws TypeError if an option is invalid.
 */
export function ram(options: RamOptions = {}): RamStore {
  return new RamBackend(checkOptions(options, RAM_OPTIONS));
}
