import { hostDir } from './backend/hostdir/index.ts';
import { isMemfsVolume, memfs, type MemfsVolume } from './backend/memfs/index.ts';
import { Server, isBackend, serverOfBackend, type Backend } from './mount.ts';

/**
 * What can be put where a file system is wanted: a server, a backend, a memfs volume, or the path of a directory of the
 * host.
 */
export type Source = Server | Backend | MemfsVolume | string;

/** @throws TypeError for what is no source; Error when a path of the host is no directory. */
function backendOf(source: Exclude<Source, Server>): Backend {
  if (typeof source === 'string') return hostDir(source);
  if (isMemfsVolume(source)) return memfs(source);
  if (isBackend(source)) return source;
  throw new TypeError('This is no file system: pass a memfs Volume, a path of the host, a Server or a backend.');
}

/**
 * The server of a source: one for each volume and each backend, however often it is asked for, so that everything
 * that uses the volume sees one file system and `inspect()` counts all of it. A host path gets a new one each time.
 * @throws TypeError for what is no source; Error when a path of the host is no directory.
 */
export function serverOf(source: Source): Server {
  return source instanceof Server ? source : serverOfBackend(backendOf(source));
}

export { Mount, Server, type Inspection, type Message } from './mount.ts';
