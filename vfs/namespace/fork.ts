// The trees of a forked namespace: clones, overlays, and what both namespaces share.
import type { Backend, OwnedBackend } from '../backend/backend.ts';
import { readOnly } from '../backends/readonly/index.ts';
import { Attachment, type Attachable, type Source } from '../connect/server-for.ts';
import type { RowsOf } from '../lib/options.ts';

/** The options of `fork`. */
export interface ForkOptions {
  /**
   * Makes the copy-on-write overlay over a store that cannot be cloned, such as a host directory: `overlay` of
   * `wasi9p/backends/overlay`. (It is not imported with `Namespace`, whose start it would slow down.) Default: none,
   * and such a store is an error.
   */
  overlay?: (options: { lower: Backend }) => OwnedBackend;
}

/** The kinds of the options. @internal */
export const FORK_OPTIONS = { overlay: 'function' } satisfies RowsOf<ForkOptions>;

/** Makes the trees of a fork, each once however often it is mounted, and closes what it has made. */
export class Fork {
  private readonly trees = new Map<Attachable, Source>();
  private readonly views = new Map<Backend, OwnedBackend>();
  private readonly made: { close(): void }[] = [];
  private readonly mounted: ReadonlySet<Backend>;
  private readonly overlay: ForkOptions['overlay'];

  /** @param servers All servers of the namespace. */
  constructor(servers: readonly Attachable[], { overlay }: ForkOptions) {
    this.overlay = overlay;
    this.mounted = new Set(servers.map(backendOf).filter((backend) => backend !== null));
  }

  /**
   * The tree that the fork has for one of the namespace.
   * @param path Where it is mounted.
   * @param isLent True if the server closes the backend after its last session.
   * @throws Error if it cannot be forked.
   */
  tree(server: Attachable, path: string, isLent: boolean): Source {
    let tree = this.trees.get(server);
    if (tree !== undefined) return tree;
    const backend = backendOf(server);
    if (backend === null) {
      throw new Error(
        `${path} cannot be forked: its files are on a server of another process, which has no copy of them.`,
      );
    }
    tree = this.forked(backend, path) ?? server;
    // The session keeps the directory open if the namespace is closed before its fork.
    if (isLent) this.made.unshift(new Attachment(server));
    this.trees.set(server, tree);
    return tree;
  }

  /** The backend that stands for another one in the fork; null if both namespaces share it. */
  private forked(backend: Backend, path: string): Backend | null {
    const { viewOf } = backend;
    // A view shows the files of the fork, if they are mounted for writing, too.
    if (viewOf !== undefined) return this.mounted.has(viewOf) ? readOnly(this.forked(viewOf, path) ?? viewOf) : null;
    if (backend.readOnly === true) return null;
    let view = this.views.get(backend);
    if (view === undefined) {
      view = backend.clone?.() ?? this.overlaid(backend, path);
      this.views.set(backend, view);
      this.made.push(view);
    }
    return view;
  }

  private overlaid(lower: Backend, path: string): OwnedBackend {
    if (this.overlay !== undefined) return this.overlay({ lower });
    throw new Error(
      `${path} cannot be forked without an overlay: pass { overlay }, which wasi9p/backends/overlay exports.`,
    );
  }

  /** Closes the backends that were made. */
  close(): void {
    for (const each of this.made.splice(0).reverse()) each.close();
  }
}

/** The backend of a server of this process; null for another one. */
function backendOf(server: Attachable): Backend | null {
  return (server as { backend?: Backend }).backend ?? null;
}
