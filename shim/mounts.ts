// Attachments of one guest to 9P servers: one session per server. NamespaceMounts of vfs/namespace joins them into one
// tree.
import { Attachment, type Attachable } from '../vfs/connect/attachment.ts';

/** The attachments of one guest. Calls come in this order: `add` for each preopen, `join` once, `close`. */
export interface Mounts<Source> {
  /**
   * Attaches to the server of a preopen; preopens of one server share a session.
   * @param path The guest path of the preopen.
   * @param all The guest paths of all preopens.
   * @param hidden True if listings do not show it: it shares the session of the tree at `/` if that is of one server.
   * @throws TypeError if `source` has an unsupported type; Error if the server refuses the attach.
   */
  add(path: string, source: Source, all: readonly string[], hidden?: boolean): Attachment;
  /** Builds the mount table after the last `add`, where there is one. */
  join(): void;
  all(): Attachment[];
  /** Ends all sessions. */
  close(): void;
}

/** Makes the attachments of one guest. `serverFor` returns the server of a preopen; `name` is for its errors. */
export type MakeMounts = (serverFor: (source: unknown, name: string) => Attachable) => Mounts<unknown>;

/**
 * Separate trees without a mount table. Preopens of one server share a client, so that rename and link work between
 * them.
 */
export class SeparateMounts<Source> implements Mounts<Source> {
  private readonly serverFor: (source: Source, name: string) => Attachable;
  private readonly byServer = new Map<Attachable, Attachment>();

  constructor(serverFor: (source: Source, name: string) => Attachable) {
    this.serverFor = serverFor;
  }

  add(path: string, source: Source): Attachment {
    const server = this.serverFor(source, `options.preopens.${path}`);
    const mount = this.byServer.get(server) ?? new Attachment(server);
    this.byServer.set(server, mount);
    return mount;
  }

  join(): void {
    // Separate trees need no mount table.
  }

  all(): Attachment[] {
    return [...this.byServer.values()];
  }

  close(): void {
    for (const mount of this.all()) mount.close();
    this.byServer.clear();
  }
}
