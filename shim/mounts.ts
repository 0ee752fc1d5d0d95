// Attachments of one guest to 9P servers: one session per server. NamespaceMounts of vfs/namespace joins them into one
// tree.
import { Attachment, type Server } from '../vfs/connect/attachment.ts';

/** The trees of one guest. */
export interface Mounts<Source> {
  /**
   * Attaches to the server of what a path is to be.
   * @param all All paths of the guest.
   * @throws TypeError for what is no source.
   */
  add(path: string, source: Source, all: readonly string[]): Attachment;
  /** Called when all are there: makes one tree of them, if that is wanted. */
  join(): void;
  all(): Attachment[];
  /** Ends all sessions. */
  close(): void;
}

/** Trees side by side: one client for each server, so that names can move between preopens of the same server. */
export class SeparateMounts<Source> implements Mounts<Source> {
  private readonly serverFor: (source: Source, path: string) => Server;
  private readonly byServer = new Map<Server, Attachment>();

  constructor(serverFor: (source: Source, path: string) => Server) {
    this.serverFor = serverFor;
  }

  add(path: string, source: Source): Attachment {
    const server = this.serverFor(source, path);
    let mount = this.byServer.get(server);
    if (mount === undefined) {
      mount = new Attachment(server);
      this.byServer.set(server, mount);
    }
    return mount;
  }

  join(): void {
    // They stay as they are.
  }

  all(): Attachment[] {
    return [...this.byServer.values()];
  }

  close(): void {
    for (const mount of this.byServer.values()) mount.close();
    this.byServer.clear();
  }
}
