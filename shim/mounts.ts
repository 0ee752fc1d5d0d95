import { Mount, serverOf, type Server, type Source } from '../vfs/index.ts';

/** The mounts of one guest: one client for each server, so that names can move between preopens of the same server. */
export class Mounts {
  private readonly byServer = new Map<Server, Mount>();
  private readonly byPath = new Map<string, Server>();

  /** The mount of a source. @throws TypeError for what is no source. */
  of(source: Source): Mount {
    const server = this.serverOf(source);
    let mount = this.byServer.get(server);
    if (mount === undefined) {
      mount = new Mount(server);
      this.byServer.set(server, mount);
    }
    return mount;
  }

  private serverOf(source: Source): Server {
    if (typeof source !== 'string') return serverOf(source);
    let server = this.byPath.get(source);
    if (server === undefined) {
      server = serverOf(source);
      this.byPath.set(source, server);
    }
    return server;
  }

  all(): Mount[] {
    return [...this.byServer.values()];
  }

  /** Ends all sessions. */
  close(): void {
    for (const mount of this.byServer.values()) mount.close();
    this.byServer.clear();
  }
}
