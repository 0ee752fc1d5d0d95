// The file systems of the tests in one worker: copy-on-write views of their fixtures, which are opened once.
import { readdirSync } from 'node:fs';
import { hostDir, type HostDirBackend } from '../vfs/backends/hostdir/index.ts';
import { overlay, type OverlayBackend } from '../vfs/backends/overlay/index.ts';
import { RamBackend } from '../vfs/backends/ram/backend.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { Space, defaultCapacity } from '../vfs/backend/space.ts';
import { createFs } from '../vfs/fs/index.ts';
import { serverFor } from '../vfs/connect/server-for.ts';
import type { TestSpec } from './spec.ts';

const LETTERS = { added: 'A', changed: 'M', removed: 'D' } as const;

/** A file that a test has added, modified or removed. */
export interface ChangedFile {
  readonly letter: 'A' | 'M' | 'D';
  /** As the guest sees it, with `/` after a directory. */
  readonly path: string;
  /** Reads the file; null if it is none or is gone. @throws Error with an errno. */
  read(): Uint8Array | null;
}

/** The file system of one test. */
export class TestFiles {
  private readonly mounts = new Map<string, Backend>();
  private readonly views: (readonly [guest: string, view: OverlayBackend])[] = [];
  private readonly space: Space;
  private orphanCount = 0;

  /** @throws Error with a sentence if a fixture is not a directory. */
  constructor(spec: TestSpec, fixtures: Fixtures) {
    this.space = new Space(fixtures.capacity);
    try {
      if (spec.fixtures.length === 0 && spec.emptyRoot) this.add('/', fixtures.withTmp);
      for (const { guest, host } of spec.fixtures) this.add(guest, fixtures.open(host));
      if (spec.tmp && spec.fixtures.length > 0) this.add('/tmp', fixtures.empty);
    } catch (error) {
      this.close();
      throw error;
    }
    for (const backend of this.mounts.values()) {
      serverFor(backend).observers.add({
        orphan: () => this.orphanCount++,
        reclaimed: () => this.orphanCount--,
      });
    }
  }

  private add(guest: string, lower: Backend): void {
    const view = overlay({ lower, upper: new RamBackend({}, this.space) });
    this.views.push([guest, view]);
    this.mounts.set(guest, view);
  }

  /** Guest path → backend, the root first. */
  get preopens(): Record<string, Backend> {
    return Object.fromEntries(this.mounts);
  }

  /** The number of unlinked files that are open. */
  orphans(): number {
    return Math.max(0, this.orphanCount);
  }

  /** The changed files, sorted by path. @throws Error with an errno if they cannot be listed. */
  changes(): ChangedFile[] {
    const all = this.views.flatMap(([guest, view]) =>
      view.diff().map(({ path, change, kind }): ChangedFile => {
        const whole = path === '.' ? guest : `${guest.replace(/\/+$/, '')}/${path}`;
        return {
          letter: LETTERS[change],
          path: `${whole}${kind === 'directory' ? '/' : ''}`,
          read: () => (kind === 'file' && change !== 'removed' ? readIn(view, path) : null),
        };
      }),
    );
    return all.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  close(): void {
    for (const [, view] of this.views) {
      view.close();
      view.upper.close?.();
    }
  }
}

function readIn(view: Backend, path: string): Uint8Array {
  const fs = createFs(view);
  try {
    return fs.readFileSync(path);
  } finally {
    fs.unmount();
  }
}

/** The fixtures that a worker has opened: they are read-only, and stay open for the tests to come. */
export class Fixtures {
  /** A tree without files. */
  readonly empty: Backend = ram();
  /** A tree with an empty /tmp and nothing else. */
  readonly withTmp: Backend = ram();
  /** The limit of what one test writes, in bytes. */
  readonly capacity: number;
  private readonly opened = new Map<string, HostDirBackend>();

  /** @param workers The number of workers, which share the memory that one store may take. */
  constructor(workers: number) {
    this.capacity = Math.floor(defaultCapacity() / workers);
    const fs = createFs(this.withTmp);
    fs.mkdirSync('/tmp', 0o1777);
    fs.unmount();
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
