import { Mount, type Server } from '../vfs/mount.ts';

/** The mounts of one guest: one client for each server, so that names can move between preopens of the same server. */
export class Mounts<Source> {
  private readonly serverOf: (source: Source) => Server;
  private readonly byServer = new Map<Server, Mount>();
  /** A path of the host gives a new server each time it is asked for: within one guest it is one. */
  private readonly bySource = new Map<Source, Server>();

  constructor(serverOf: (source: Source) => Server) {
    this.serverOf = serverOf;
  }

  /** The mount of a source. @throws what serverOf throws for what is no source. */
  of(source: Source): Mount {
    const server = this.bySource.get(source) ?? this.serverOf(source);
    this.bySource.set(source, server);
    let mount = this.byServer.get(server);
    if (mount === undefined) {
      mount = new Mount(server);
      this.byServer.set(server, mount);
    }
    return mount;
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
