// `Namespace`: several file systems mounted in one tree (mount_namespaces(7)).
import { ram } from '../backends/ram/index.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { FileSystem } from '../fs/file-system.ts';
import { lentServerOf, type Server, type Source } from '../connect/server-for.ts';
import { check, invalid } from '../lib/options.ts';
import { NamespaceMounts } from './mounts.ts';

/**
 * One tree of several: each path's source is mounted there, in the one whose path is the longest prefix of its own. What
 * `fs` does is seen by guests that are given the same sources, or `preopens`, and the other way round.
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
  /** For a guest that is to see the same tree. */
  readonly preopens: Readonly<Record<string, Server>>;
  private readonly mounts: NamespaceMounts<Source>;

  /**
   * @param tree Absolute paths → what is there; without `/` the root is an empty directory in memory.
   * @throws TypeError for a path that is not absolute, for two of one place and for what is no source; Error for what nothing can be mounted
   *   on.
   */
  constructor(tree: Readonly<Record<string, Source>>) {
    check(tree, 'Object', 'tree');
    const paths = Object.keys(tree);
    const wrong = paths.find((path) => !path.startsWith('/') || path.split('/').includes('..'));
    if (wrong !== undefined) throw invalid(`${wrong} is no place in a namespace: write an absolute path.`);
    const twice = paths.find((path, i) => paths.findIndex((other) => placeOf(other) === placeOf(path)) !== i);
    if (twice !== undefined) throw invalid(`${twice} is given twice: mount one tree in one place.`);
    const root = paths.some((path) => /^[/.]*$/.test(path)) ? {} : { '/': ram() };
    const sources = Object.entries<Source>({ ...root, ...tree });
    const all = sources.map(([path]) => path);
    this.mounts = new NamespaceMounts((source, path) => lentServerOf(source, `tree.${path}`));
    try {
      const servers = sources.map(([path, source]) => [path, this.mounts.add(path, source, all).server] as const);
      this.preopens = Object.fromEntries(servers);
      this.mounts.join();
    } catch (thrown) {
      this.mounts.close();
      throw thrown;
    }
    const devices = new Map(this.mounts.all().map(({ at, client }) => [client, at.device]));
    const { at, client } = this.mounts.root();
    this.fs = new FileSystem(at, client.root, {
      deviceOf: (of) => devices.get(of) ?? 0,
      onClose: () => this.mounts.close(),
    });
  }

  /** Closes what `fs` has open, and ends the sessions. A directory given by its path ends with the last guest in it. */
  close(): void {
    this.fs.unmount();
  }

  [DISPOSE](): void {
    this.close();
  }
}

export type { FileSystem } from '../fs/file-system.ts';

/** A path without what names the same place: empty components and `.`. */
function placeOf(path: string): string {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');
}
