// `Namespace`: several file systems mounted in one tree (mount_namespaces(7)).
import { ram } from '../backends/ram/index.ts';
import { cleanName } from '../lib/clean-name.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { FileSystem } from '../fs/file-system.ts';
import { lentServerOf, type Attachable, type Source } from '../connect/server-for.ts';
import { checkKind, checkOptions, invalid } from '../lib/options.ts';
import { FORK_OPTIONS, Fork, type ForkOptions } from './fork.ts';
import { NamespaceMounts } from './mounts.ts';

/**
 * Several file systems mounted in one tree. Each source is mounted at its path, in the source whose path is the longest
 * prefix of it. Changes by `fs` are visible to guests with the same sources or `preopens`, and the other way round.
 *
 * ```ts
 * const namespace = new Namespace({ '/': ram(), '/src': hostDir('.', { readOnly: true }) });
 * namespace.fs.writeFileSync('/out', namespace.fs.readFileSync('/src/package.json'));
 * new WASI({ preopens: namespace.preopens });
 * ```
 */
export class Namespace {
  /** The calls of node:fs on the whole tree. */
  readonly fs: FileSystem;
  /** Path → server, for a guest that is to see the same tree. */
  readonly preopens: Readonly<Record<string, Attachable>>;
  private readonly mounts: NamespaceMounts<Source>;
  /** The paths that were given by a path of the host. */
  private readonly lent: ReadonlySet<string>;
  /** The copies and views made for this namespace, if it is a fork. */
  private made: Fork | null = null;

  /**
   * @param tree Absolute path → source. Without `/` the root is an empty file system in memory.
   * @throws TypeError if a path is not absolute or has `..`, if two paths name the same place, or if a source has an
   *   unsupported type; Error if a mount point is not a directory.
   */
  constructor(tree: Readonly<Record<string, Source>>) {
    checkKind(tree, 'Object', 'tree');
    const paths = Object.keys(tree);
    const wrong = paths.find((path) => !path.startsWith('/') || path.split('/').includes('..'));
    if (wrong !== undefined) throw invalid(`Invalid mount point ${wrong}: give an absolute path, without "..".`);
    const twice = paths.find((path, i) => paths.findIndex((other) => cleanName(other) === cleanName(path)) !== i);
    if (twice !== undefined) throw invalid(`${twice} is given twice: mount one tree in one place.`);
    const root = paths.some((path) => /^[/.]*$/.test(path)) ? {} : { '/': ram() };
    const sources = Object.entries<Source>({ ...root, ...tree });
    const all = sources.map(([path]) => path);
    this.mounts = new NamespaceMounts((source, path) => lentServerOf(source, `tree.${path}`));
    this.lent = new Set(sources.filter(([, source]) => typeof source === 'string').map(([path]) => path));
    try {
      const servers = sources.map(([path, source]) => [path, this.mounts.add(path, source, all).server] as const);
      this.preopens = Object.fromEntries(servers);
      this.mounts.join();
    } catch (thrown) {
      this.mounts.close();
      throw thrown;
    }
    const { at, client } = this.mounts.root();
    this.fs = new FileSystem(at, client.root, {
      onClose: () => {
        this.mounts.close();
        this.made?.close();
      },
    });
  }

  /**
   * Makes a namespace with the same trees in the same places, whose changes are not seen in this one. A store that can
   * be cloned (`ram`) is, in microseconds; neither sees what the other changes later. Any other store that can be
   * changed, such as a host directory, is below a copy-on-write overlay, which `overlay` makes: it is not changed by the fork, but what others
   * change in it later shows through until the fork has changed it, too. Read-only trees are shared; a `readOnly` view
   * of a tree that is mounted as well becomes one of its fork.
   *
   * `close()` of the fork closes what was made for it; either namespace may be closed first. A store that was given
   * stays its maker's to close, after the forks.
   * @throws TypeError if an option is invalid; Error if a tree needs an overlay that is not given, if a tree is on a server of another process, or this namespace is closed; Error with an errno name as
   *   `code` if a store is closed.
   */
  fork(options: ForkOptions = {}): Namespace {
    options = checkOptions(options, FORK_OPTIONS);
    const mounted = Object.entries(this.preopens);
    if (this.mounts.all().length === 0) throw new Error('A closed namespace cannot be forked.');
    const made = new Fork(
      mounted.map(([, server]) => server),
      options,
    );
    try {
      const trees = mounted.map(([path, server]) => [path, made.tree(server, path, this.lent.has(path))] as const);
      const fork = new Namespace(Object.fromEntries(trees));
      fork.made = made;
      return fork;
    } catch (thrown) {
      made.close();
      throw thrown;
    }
  }

  /**
   * Closes the descriptors of `fs` and ends the sessions. A directory given by its path is closed with its last guest.
   */
  close(): void {
    this.fs.unmount();
  }

  [DISPOSE](): void {
    this.close();
  }
}

export type { FileSystem } from '../fs/file-system.ts';
export type { ForkOptions } from './fork.ts';
