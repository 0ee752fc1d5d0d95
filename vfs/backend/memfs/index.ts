import { isClosed } from '../closed.ts';
import { isMemfsVolume, type MemfsVolume } from './core.ts';
import { MemfsBackend, type MemfsOptions } from './backend.ts';

export { MemfsBackend, type MemfsOptions } from './backend.ts';
export { isMemfsVolume, type MemfsVolume } from './core.ts';

const backends = new WeakMap<object, MemfsBackend>();

/**
 * The backend of a memfs volume: one for each volume, however often it is asked for, so that all servers of it agree
 * on who uses which inode, until it is closed. Options count the first time.
 * @throws TypeError when the value is no memfs volume of a kind that is known.
 */
export function memfs(volume: MemfsVolume, options: MemfsOptions = {}): MemfsBackend {
  if (!isMemfsVolume(volume)) {
    throw new TypeError('This is no memfs Volume: pass what `Volume.fromJSON()` or `new Volume()` of memfs 4 gives.');
  }
  let backend = backends.get(volume);
  if (backend === undefined || isClosed(backend)) {
    backend = new MemfsBackend(volume, options);
    backends.set(volume, backend);
  }
  return backend;
}
