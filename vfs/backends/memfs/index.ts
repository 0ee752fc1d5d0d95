// The public entry `memfs`: one backend for each Volume.
import { checkOptions, mustBe } from '../../lib/options.ts';
import type { OwnedBackend } from '../../backend/backend.ts';
import { isClosed } from '../../backend/closed.ts';
import { isMemfsVolume, refuseOtherVersions, type MemfsVolume } from './core.ts';
import { MEMFS_OPTIONS, MemfsBackend, type MemfsOptions } from './backend.ts';

export type { OwnedBackend } from '../../backend/backend.ts';
export type { MemfsOptions } from './backend.ts';
export type { MemfsVolume } from './core.ts';

const backends = new WeakMap<object, MemfsBackend>();

/**
 * The backend of a memfs Volume. There is one for each volume until it is closed, so that all its servers share
 * reference counts; only the first call's options apply.
 * @param volume A `Volume` of memfs 4.59 or a later version of 4.
 * @throws TypeError if the value is not a memfs Volume of a known version, or an option is invalid.
 */
export function memfs(volume: MemfsVolume, options: MemfsOptions = {}): OwnedBackend {
  if (!isMemfsVolume(volume)) {
    refuseOtherVersions(volume, 'volume');
    throw mustBe('a Volume of memfs', 'volume', volume);
  }
  const checked = checkOptions(options, MEMFS_OPTIONS);
  let backend = backends.get(volume);
  if (backend === undefined || isClosed(backend)) {
    backend = new MemfsBackend(volume, checked);
    backends.set(volume, backend);
  }
  return backend;
}
