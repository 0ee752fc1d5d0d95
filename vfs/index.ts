import type { Backend } from './backend/backend.ts';
import { hostDir } from './backend/hostdir/index.ts';
import { isMemfsVolume, memfs, type MemfsVolume } from './backend/memfs/index.ts';
import { AtCalls } from './client/at.ts';
import { Client } from './client/client.ts';
import { Server } from './server/server.ts';
import { InProcess } from './transport/inproc.ts';

/**
 * What can be put where a file system is wanted: a server, a backend, a memfs volume, or the path of a directory of the
 * host.
 */
export type Source = Server | Backend | MemfsVolume | string;

const servers = new WeakMap<object, Server>();

/** Whether a value is a backend: it has the calls that a server begins with. */
function isBackend(value: unknown): value is Backend {
  const backend = value as Partial<Backend> | null;
  return typeof backend?.root === 'function' && typeof backend.lookup === 'function';
}

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
  if (source instanceof Server) return source;
  const backend = backendOf(source);
  let server = servers.get(backend);
  if (server === undefined) {
    server = new Server(backend);
    servers.set(backend, server);
  }
  return server;
}

let devices = 0;
const deviceOf = new WeakMap<Server, number>();

/** A client attached to a server in this process. */
export class Mount {
  readonly server: Server;
  readonly transport: InProcess;
  readonly client: Client;
  readonly at: AtCalls;
  /** st_dev of its files: another number for each server. */
  readonly device: number;

  /** @throws Error when the server does not let itself be attached to. */
  constructor(server: Server) {
    this.server = server;
    this.transport = new InProcess(server.connect(), server.msize);
    this.client = new Client(this.transport);
    const errno = this.client.attach();
    if (errno !== 0) throw new Error(`The 9P server refused the attach (errno ${errno}).`);
    this.at = new AtCalls(this.client);
    this.device = deviceOf.get(server) ?? ++devices;
    deviceOf.set(server, this.device);
  }

  /** Ends the session: the server lets go of all fids. */
  close(): void {
    this.transport.close();
  }
}

export { Server } from './server/server.ts';
export type { Inspection } from './server/server.ts';
export type { Message } from './9p/codec.gen.ts';
