// The file systems of the tests in one worker: copy-on-write views of their fixtures, which are opened once.
import { readdirSync } from 'node:fs';
import { hostDir, type HostDirBackend } from '../vfs/backends/hostdir/index.ts';
import { overlay, type OverlayBackend } from '../vfs/backends/overlay/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { createFs, type FileSystem } from '../vfs/fs/index.ts';
import { serverFor } from '../vfs/connect/server-for.ts';
import type { TestSpec } from './spec.ts';

const LETTERS = { added: 'A', changed: 'M', removed: 'D' } as const;

/** The file system of one test. */
export class TestFiles {
  /** Guest path → backend, the root first. */
  readonly preopens: Record<string, Backend> = {};
  private readonly views: (readonly [guest: string, view: OverlayBackend])[] = [];
  private readonly tmp: Backend | null = null;
  private orphanCount = 0;

  /** @throws Error with a sentence if a fixture is not a directory. */
  constructor(spec: TestSpec, fixtures: Fixtures) {
    try {
      if (spec.fixtures.length === 0 && spec.emptyRoot) this.add('/', fixtures.empty());
      for (const { guest, host } of spec.fixtures) this.add(guest, fixtures.open(host));
      if (spec.tmp && spec.fixtures.length > 0) this.preopens['/tmp'] = this.tmp = ram();
    } catch (error) {
      this.close();
      throw error;
    }
    for (const backend of Object.values(this.preopens)) {
      serverFor(backend).observers.add({
        orphan: () => this.orphanCount++,
        reclaimed: () => this.orphanCount--,
      });
    }
  }

  private add(guest: string, lower: Backend): void {
    const view = overlay({ lower });
    this.views.push([guest, view]);
    this.preopens[guest] = view;
  }

  /** The number of unlinked files that are open. */
  orphans(): number {
    return Math.max(0, this.orphanCount);
  }

  /** The paths in /tmp, sorted. */
  leftInTmp(): string[] {
    const store = this.tmp ?? this.preopens['/'];
    if (store === undefined) return [];
    const [fs, dir] = [createFs(store), store === this.tmp ? '/' : '/tmp'];
    try {
      return entriesBelow(fs, dir).map((path) => `/tmp${path.slice(dir === '/' ? 0 : dir.length)}`);
    } finally {
      fs.unmount();
    }
  }

  /** The changed files: `A /path`, `M /path`, `D /path`, with `/` after a directory. Sorted by path. */
  changes(): string[] {
    const lines = this.views.flatMap(([guest, view]) =>
      view.diff().map(({ path, change, kind }) => {
        const whole = path === '.' ? guest : `${guest.replace(/\/+$/, '')}/${path}`;
        return `${LETTERS[change]} ${whole}${kind === 'directory' ? '/' : ''}`;
      }),
    );
    const inTmp = this.tmp === null ? [] : this.leftInTmp().map((path) => `A ${path}`);
    return [...lines, ...inTmp].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
  }

  /** Reads a file that `changes` lists; null if it is not a regular file. */
  read(path: string): Uint8Array | null {
    const [guest = '', view] = this.views.find(([at]) => at === '/' || path.startsWith(`${at}/`)) ?? [];
    const backend = path.startsWith('/tmp/') && this.tmp !== null ? this.tmp : view;
    if (backend === undefined) return null;
    const fs = createFs(backend);
    try {
      const inside = `/${path.slice(backend === this.tmp ? 5 : guest.length).replace(/^\/+/, '')}`;
      return fs.lstatSync(inside).isFile() ? fs.readFileSync(inside) : null;
    } finally {
      fs.unmount();
    }
  }

  close(): void {
    for (const [, view] of this.views) view.close();
    (this.tmp as { close?(): void } | null)?.close?.();
  }
}

/** The paths of all entries below a directory, sorted; none if there is no such directory. */
function entriesBelow(fs: FileSystem, dir: string): string[] {
  if (!fs.existsSync(dir)) return [];
  const base = dir === '/' ? '' : dir;
  return fs
    .readdirSync(dir)
    .map(String)
    .sort()
    .flatMap((name) => {
      const path = `${base}/${name}`;
      return fs.lstatSync(path).isDirectory() ? [`${path}/`, ...entriesBelow(fs, path)] : [path];
    });
}

/** The fixtures that a worker has opened: they are read-only, and stay open for the tests to come. */
export class Fixtures {
  private readonly opened = new Map<string, HostDirBackend>();
  private readonly base: Backend;

  constructor() {
    this.base = ram();
    const fs = createFs(this.base);
    fs.mkdirSync('/tmp', 0o1777);
    fs.unmount();
  }

  /** A tree with an empty /tmp and nothing else. */
  empty(): Backend {
    return this.base;
  }

  /** @throws Error with a sentence if `host` is not a directory. */
  open(host: string): Backend {
    let dir = this.opened.get(host);
    if (dir === undefined) {
      try {
        readdirSync(host);
        dir = hostDir(host, { readOnly: true });
      } catch (error) {
        const { code = '' } = error as { code?: string };
        const why = { ENOENT: 'does not exist', ENOTDIR: 'is not a directory' }[code] ?? `cannot be read (${code})`;
        throw new Error(`The directory ${host} ${why}.`, { cause: error });
      }
      this.opened.set(host, dir);
    }
    return dir;
  }

  close(): void {
    for (const dir of this.opened.values()) dir.close();
    this.opened.clear();
  }
}
