// Servers for everything that a user can give as a file system: a path, a memfs Volume, a backend, a server.
import { hostDir } from '../backends/hostdir/index.ts';
import { isMemfsVolume, memfs, type MemfsVolume } from '../backends/memfs/index.ts';
import { mustBe } from '../lib/options.ts';
import { Server, isBackend, serverForBackend, type Backend } from './attachment.ts';
import type { Session } from '../server/session.ts';

/**
 * What can be put where a file system is wanted: a server, a backend, a memfs volume, or the path of a directory of the
 * host.
 */
export type Source = Server | Backend | MemfsVolume | string;

/** The server of a directory that was opened for it alone, by a path. */
class PathServer extends Server {
  private readonly isShort: boolean;

  /** @param isShort Whether it ends with its last session. */
  constructor(path: string, isShort: boolean) {
    super(hostDir(path));
    this.isShort = isShort;
  }

  override disconnected(session: Session): void {
    super.disconnected(session);
    if (this.isShort && this.sessions.size === 0) this.backend.close!();
  }

  /** Nobody else has the directory. */
  override close(): void {
    super.close();
    this.backend.close!();
  }
}

/** @throws TypeError for what is no source. */
function backendOf(source: Exclude<Source, Server | string>, name: string): Backend {
  if (isMemfsVolume(source)) return memfs(source);
  if (isBackend(source)) return source;
  throw mustBe('a memfs Volume, a path of the host, a Server or a backend', name, source);
}

/**
 * The server of a source: one for each volume and each backend, however often it is asked for, so that everything
 * that uses the volume sees one file system and `inspect()` counts all of it. A host path gets a new one each time,
 * which holds the directory open until its `close()`.
 * @throws TypeError for what is no source; Error when a path of the host is no directory.
 */
export function serverFor(source: Source): Server {
  return typeof source === 'string' ? new PathServer(source, false) : keptServerOf(source, 'source');
}

function keptServerOf(source: Exclude<Source, string>, name: string): Server {
  return source instanceof Server ? source : serverForBackend(backendOf(source, name));
}

/**
 * As `serverFor`, for who attaches to it at once and keeps it for no longer: the server of a host path closes the
 * directory when its last session has ended.
 * @param name What an error calls it.
 */
export function lentServerOf(source: Source, name = 'source'): Server {
  return typeof source === 'string' ? new PathServer(source, true) : keptServerOf(source, name);
}

export { Attachment, Server, type Inspection, type Message } from './attachment.ts';
