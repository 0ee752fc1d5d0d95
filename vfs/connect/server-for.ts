// Servers for everything that a user can give as a file system: a path, a memfs Volume, a backend, a server.
import { hostDir } from '../backends/hostdir/index.ts';
import { namedError } from '../backends/hostdir/named-error.ts';
import { isMemfsVolume } from '../backends/memfs/core.ts';
import { memfs, type MemfsVolume } from '../backends/memfs/index.ts';
import { refuseOtherVersions } from '../backends/memfs/core.ts';
import { mustBe } from '../lib/options.ts';
import { Server } from '../server/server.ts';
import type { Session } from '../server/session.ts';
import { isAttachable, isBackend, type Attachable, type Backend } from './attachment.ts';
import { serverForBackend } from './backend-server.ts';

/**
 * Accepted wherever a file system is expected: a server of this process or of another one, a backend, a memfs Volume,
 * or the path of a directory of the host.
 */
export type Source = Attachable | LocalSource;

/** The sources that this process serves. */
export type LocalSource = Server | Backend | MemfsVolume | string;

/** The server of a host directory that was opened by its path. It owns the backend. */
class PathServer extends Server {
  private readonly isShort: boolean;

  /**
   * @param isShort Close the directory after the last session.
   * @param name The name of the argument in errors.
   */
  constructor(path: string, isShort: boolean, name: string) {
    super(openedAs(name, path));
    this.isShort = isShort;
  }

  override disconnected(session: Session): void {
    super.disconnected(session);
    if (this.isShort && this.sessions.size === 0) this.backend.close!();
  }

  /** Closes the directory, too: the backend was made here. */
  override close(): void {
    super.close();
    this.backend.close!();
  }
}

/** @throws Error that names the argument if it is not a directory that can be opened. */
function openedAs(name: string, path: string): Backend {
  try {
    return hostDir(path);
  } catch (error) {
    throw namedError(error, name);
  }
}

/** @throws TypeError if `source` has an unsupported type. */
function backendOf(source: Exclude<Source, Attachable | string>, name: string): Backend {
  if (isMemfsVolume(source)) return memfs(source);
  if (isBackend(source)) return source;
  refuseOtherVersions(source, name);
  throw mustBe('a memfs Volume, a path of the host, a Server or a backend', name, source);
}

/**
 * The server of a source: always the same one for a volume or a backend, so that all users see one file system and
 * `inspect()` counts all of them. A host path gets a new server each time, which keeps the directory open until its
 * `close()`.
 * @throws TypeError if `source` has an unsupported type; Error if a host path is not a directory.
 */
export function serverFor(source: LocalSource): Server;
export function serverFor(source: Source): Attachable;
export function serverFor(source: Source): Attachable {
  return typeof source === 'string' ? new PathServer(source, false, 'source') : keptServerOf(source, 'source');
}

function keptServerOf(source: Exclude<Source, string>, name: string): Attachable {
  return isAttachable(source) ? source : serverForBackend(backendOf(source, name));
}

/**
 * As `serverFor`, for a caller that attaches at once: the server of a host path closes the directory when its last
 * session has ended.
 * @param name The name of the argument in errors.
 */
export function lentServerOf(source: Source, name = 'source'): Attachable {
  return typeof source === 'string' ? new PathServer(source, true, name) : keptServerOf(source, name);
}

export { Server };
export { Attachment, type Attachable, type Inspection, type Message, type Transport } from './attachment.ts';
