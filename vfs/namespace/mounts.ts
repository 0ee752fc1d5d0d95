// Builds a namespace: attaches each tree and mounts it in the tree around it.
import { QTDIR } from '../9p/constants.ts';
import { S_IFDIR } from '../linux/constants.ts';
import { ram } from '../backends/ram/index.ts';
import { readOnly } from '../backends/readonly/index.ts';
import type { AtCalls } from '../client/at/at-calls.ts';
import { parsePath } from '../client/at/resolve/path.ts';
import { Found } from '../client/at/resolve/found.ts';
import { E, OUTSIDE, errnoName } from '../linux/errno.ts';
import { Attachment, type Attachable } from '../connect/attachment.ts';
import { serverForBackend } from '../connect/backend-server.ts';
import { TreeMounts } from './tree-mounts.ts';

/** A tree of the namespace, and its path. */
interface MountedTree {
  readonly path: string;
  readonly names: readonly string[];
  readonly mount: Attachment;
  /** True if listings do not show it. */
  readonly hidden: boolean;
}

const found = new Found();

/** The components of an absolute path, without `.`; null for a relative one or one with `..`, which is not mounted. */
function namesOf(path: string): readonly string[] | null {
  const { absolute, hasDotDot, names } = parsePath(path);
  return absolute && !hasDotDot ? names : null;
}

/** True if a path is `outer` or below it. */
function isWithin(names: readonly string[], outer: readonly string[]): boolean {
  return outer.every((name, i) => names[i] === name);
}

/**
 * The trees of a namespace. Each has its own 9P session and is mounted in the tree whose path is the longest prefix of
 * its path. A mount point need not exist; if it does, it must be a directory.
 */
export class NamespaceMounts<Source> {
  private readonly serverFor: (source: Source, path: string) => Attachable;
  private readonly trees: MountedTree[] = [];
  /** One server per source: `serverFor` makes a new one for a host path each time. */
  private readonly sources = new Map<Source, Attachable>();
  private readonly byServer = new Map<Attachable, Attachment>();
  private readonly implied: Attachment[] = [];
  private readonly names = new Set<string>();

  constructor(serverFor: (source: Source, path: string) => Attachable) {
    this.serverFor = serverFor;
  }

  /**
   * Attaches to the server of a source. Paths of one server that are not nested share a client, so that files can be
   * renamed between them.
   * @param all All paths of the namespace.
   * @param hidden True if listings do not show it. It shares a client even with a tree around it, which must be added
   *   first: a second place for the same files.
   * @throws The errors of serverFor.
   */
  add(path: string, source: Source, all: readonly string[], hidden = false): Attachment {
    const server = this.sources.get(source) ?? this.serverFor(source, path);
    this.sources.set(source, server);
    const names = namesOf(path);
    const nested = !hidden && names !== null && all.some((other) => isNested(names, namesOf(other)));
    let mount = nested ? undefined : this.byServer.get(server);
    if (mount === undefined) {
      mount = new Attachment(server);
      if (!nested) this.byServer.set(server, mount);
    }
    this.trees.push({ path, names: names ?? [path], mount, hidden });
    return mount;
  }

  /** Mounts each tree in the one around it, once all are added. @throws Error if a mount point is not a directory. */
  join(): void {
    const trees = this.trees.filter(({ path }) => namesOf(path) !== null);
    trees.sort((a, b) => a.names.length - b.names.length);
    for (const [i, tree] of trees.entries()) {
      const around = trees.slice(0, i).findLast((other) => isWithin(tree.names, other.names));
      if (around !== undefined && around.names.length < tree.names.length) this.put(tree, around);
    }
  }

  /** The tree at `/`. */
  root(): Attachment {
    return this.trees.find(({ names }) => names.length === 0)!.mount;
  }

  /** The sessions, for traces. */
  all(): Attachment[] {
    return [...new Set([...this.trees.map(({ mount }) => mount), ...this.implied])];
  }

  close(): void {
    for (const mount of this.all()) mount.close();
    this.trees.length = 0;
    this.implied.length = 0;
  }

  private put({ path, names, mount, hidden }: MountedTree, around: MountedTree): void {
    const outer = around.mount.at;
    const base = outer.client.root;
    const below = names.slice(around.names.length);
    // Of a second place for the same files, `..` leads where it leads from the first.
    if (mount.at !== outer) this.tableOf(mount.at, { at: outer, base, names: below });
    const table = this.tableOf(outer, null);
    // The fids of the directories on the way stay open, so that their inode numbers stay valid.
    let parent = { table, dir: base };
    for (let i = 1; i < below.length; i++) {
      const way = below.slice(0, i).join('/');
      let errno = outer.lookup(base, way, true, found);
      if (errno === E.ENOENT) {
        // The rest of the path does not exist: its directories are implied, in a tree of their own.
        const impliedDirs = this.impliedDirs(below.slice(i));
        this.tableOf(impliedDirs.at, { at: outer, base, names: below.slice(0, i) });
        parent.table.add(parent.dir, below[i - 1]!, impliedDirs.at, !hidden);
        errno = outer.lookup(base, way, true, found);
      }
      checkDirectory(path, errno);
      parent = { table: this.tableOf(found.tree, null), dir: found.fid };
    }
    const errno = outer.lookup(base, below.join('/'), false, found);
    const isExtra = errno === E.ENOENT;
    if (!isExtra) {
      checkDirectory(path, errno);
      found.release();
    }
    parent.table.add(parent.dir, below.at(-1)!, mount.at, isExtra && !hidden);
  }

  /** Makes a tree of nested directories; the last one is a mount point. */
  private impliedDirs(names: readonly string[]): Attachment {
    const store = ram();
    let dir = store.root();
    for (const name of names) dir = store.create(dir, name, S_IFDIR | 0o755, 0, 0, 0) as typeof dir;
    // Read-only: files in it would be lost with the namespace.
    const mount = new Attachment(serverForBackend(readOnly(store)));
    this.implied.push(mount);
    return mount;
  }

  private tableOf(at: AtCalls, around: ConstructorParameters<typeof TreeMounts>[2]): TreeMounts {
    at.mountTable ??= new TreeMounts(at, this.names, around);
    return at.mountTable as TreeMounts;
  }
}

/** Checks the result of a `lookup` of a mount point. @throws Error if it failed, or found no directory. */
function checkDirectory(path: string, errno: number): void {
  if (errno === 0 && found.type === QTDIR) return;
  const why = errno === 0 ? 'there is a file, not a directory' : reasonOf(errno);
  if (errno === 0) found.release();
  throw new Error(`Nothing can be mounted at ${path}: ${why}.`);
}

function reasonOf(errno: number): string {
  return errno === OUTSIDE ? 'a symlink on the way leads out of the tree' : errnoName(errno);
}

/** True if a path is below `outer`, and not `outer` itself. */
function isNested(names: readonly string[], outer: readonly string[] | null): boolean {
  return outer !== null && outer.length < names.length && isWithin(names, outer);
}
