// The public entry `memfs`: one backend for each Volume.
import { checkOptions, mustBe, type RowsOf } from '../../lib/options.ts';
import { isClosed } from '../../backend/closed.ts';
import { isMemfsVolume, type MemfsVolume } from './core.ts';
import { MemfsBackend, type MemfsOptions } from './backend.ts';

export { MemfsBackend, type MemfsOptions } from './backend.ts';
export { isMemfsVolume, type MemfsVolume } from './core.ts';

export const MEMFS_OPTIONS = { capacity: 'number' } satisfies RowsOf<MemfsOptions>;

const backends = new WeakMap<object, MemfsBackend>();

/**
 * The backend of a memfs volume: one for each volume, however often it is asked for, so that all servers of it agree
 * on who uses which inode, until it is closed. Options count the first time.
 * @throws TypeError when the value is no memfs volume of a kind that is known, and for options that cannot be.
 */
export function memfs(volume: MemfsVolume, options: MemfsOptions = {}): MemfsBackend {
  if (!isMemfsVolume(volume)) {
    throw mustBe('a Volume of memfs 4', 'volume', volume);
  }
  const checked = checkOptions(options, MEMFS_OPTIONS);
  let backend = backends.get(volume);
  if (backend === undefined || isClosed(backend)) {
    backend = new MemfsBackend(volume, checked);
    backends.set(volume, backend);
  }
  return backend;
}
