// The stores that the exerciser compares with tmpfs.
import fs from 'node:fs';
import { join } from 'node:path';
import { Volume } from 'memfs';
import type { Backend } from '../../vfs/backend/backend.ts';
import { hostDir, type HostDirOptions } from '../../vfs/backends/hostdir/index.ts';
import { memfs } from '../../vfs/backends/memfs/index.ts';
import { overlay, type OverlayBackend } from '../../vfs/backends/overlay/index.ts';
import { picture } from '../../vfs/backends/overlay/testing.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { TMPFS } from './kernel.ts';
import type { MakeStore, Store } from './ours.ts';

/** An empty memfs volume. */
export function onMemfs(): Store {
  return { backend: memfs(new Volume()), ticks: false, movesAtimes: true, dispose: () => {} };
}

/** An empty store in memory. */
export function onRam(): Store {
  return { backend: ram(), ticks: false, movesAtimes: true, dispose: () => {} };
}

/** An empty directory of the host: on the same tmpfs, for what the file system itself does must be the same. */
export function onHost(options: HostDirOptions = {}): Store {
  const dir = fs.mkdtempSync(join(TMPFS, 'wasi9p-host-'));
  const backend = hostDir(dir, options);
  const dispose = (): void => {
    backend.close();
    fs.rmSync(dir, { recursive: true });
  };
  // The backend lists a directory to see whether it is empty, and remembers the targets of symlinks.
  return { backend, ticks: true, movesAtimes: false, dispose };
}

/**
 * An overlay over what the first half of the calls has made, with an empty upper layer.
 * @param make Makes the overlay: another one, for mistakes to be found.
 */
export function layered(
  store: Store,
  upper: () => Backend = () => ram(),
  make: (lower: Backend, upper: Backend) => OverlayBackend = (lower, upper) => overlay({ lower, upper }),
): Store {
  const { backend: lower } = store;
  let merged: OverlayBackend | null = null;
  let before = '';
  // A look at a host directory moves its atimes.
  const look = (): string => picture(lower, !store.ticks);
  return {
    ...store,
    // A read of an unchanged file moves no atime.
    movesAtimes: false,
    over() {
      before = look();
      merged = make(lower, upper());
      return merged;
    },
    wrong() {
      if (merged === null) return '';
      if (look() !== before) return `the lower layer has changed from\n${before}\nto\n${look()}`;
      return merged.leaked === 0 ? '' : `the overlay holds ${merged.leaked} unreferenced inodes`;
    },
  };
}

/** The backends that can be exercised. */
export const STORES: Readonly<Record<string, MakeStore>> = {
  memfs: onMemfs,
  hostdir: () => onHost(),
  'hostdir-cached': () => onHost({ cached: true }),
  overlay: () => layered(onRam()),
  'overlay-empty': () => ({ ...onRam(), backend: overlay({ lower: ram() }) }),
  'overlay-memfs': () => layered(onMemfs()),
  'overlay-host': () => layered(onHost()),
  'overlay-cached-host': () => layered(onHost({ cached: true })),
  'overlay-to-host': () => {
    const { backend, dispose } = onHost();
    const lower = { backend: ram(), ticks: true, movesAtimes: false, dispose };
    return layered(lower, () => backend);
  },
};
