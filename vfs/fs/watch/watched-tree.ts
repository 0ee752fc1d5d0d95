// The directories that a watch covers, by server and inode number, and the path of each below the watched one.
import type { FileChange } from '../../server/tap.ts';
import type { GuestServer } from '../../server/guest-server.ts';

/** A directory; the watched one has no parent. */
interface Node {
  name: string;
  parent: Node | null;
  /** False while it is outside the watched directory. */
  isBelow: boolean;
}

/** The directories on one server. */
export type Nodes = Map<number, Node>;

/** The identity of a directory: its server and its inode number there. */
export interface Where {
  readonly server: GuestServer;
  readonly ino: number;
}

/** A watched directory, and with `recursive` those below it. */
export class WatchedTree {
  private readonly servers = new Map<GuestServer, Nodes>();

  /** Adds a directory; `parent` null for the watched one. False if it was known. */
  add({ server, ino }: Where, name: string, parent: Where | null): boolean {
    let nodes = this.servers.get(server);
    if (nodes === undefined) this.servers.set(server, (nodes = new Map()));
    const above = parent === null ? null : (this.servers.get(parent.server)?.get(parent.ino) ?? null);
    if (nodes.has(ino)) return false;
    nodes.set(ino, { name, parent: above, isBelow: parent === null || above !== null });
    return true;
  }

  has({ server, ino }: Where): boolean {
    return this.servers.get(server)?.has(ino) ?? false;
  }

  /** The servers with directories of the tree. */
  all(): GuestServer[] {
    return [...this.servers.keys()];
  }

  /** The path of a name in a directory of the tree; null outside. */
  pathOf(server: GuestServer, dir: number, name: string): string | null {
    const names = [name];
    let node = this.servers.get(server)?.get(dir);
    if (node === undefined) return null;
    for (; node.parent !== null; node = node.parent) {
      if (!node.isBelow) return null;
      names.push(node.name);
    }
    return node.isBelow ? names.reverse().join('/') : null;
  }

  /** Follows a directory that was made, moved or removed. True if what is below it is still to be looked up. */
  follow(server: GuestServer, { kind, dir, name, ino }: FileChange): boolean {
    const nodes = this.servers.get(server)!;
    const above = nodes.get(dir);
    if (kind === 'made') {
      if (above !== undefined) this.add({ server, ino }, name, { server, ino: dir });
      return false;
    }
    if (kind === 'removed' || kind === 'replaced') {
      nodes.delete(ino);
      return false;
    }
    const node = nodes.get(ino);
    // A directory that is moved out is kept, for it may come back.
    if (kind === 'moved-from' && node !== undefined) node.isBelow = false;
    if (kind !== 'moved-to' || above === undefined) return false;
    if (node === undefined) return this.add({ server, ino }, name, { server, ino: dir });
    Object.assign(node, { name, parent: above, isBelow: true });
    return false;
  }
}
