import fs from 'node:fs';
import { join } from 'node:path';
import { Volume } from 'memfs';
import type { Backend } from '../../vfs/backend/backend.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { memfs } from '../../vfs/backends/memfs/index.ts';
import { overlay, type OverlayBackend } from '../../vfs/backends/overlay/index.ts';
import { picture } from '../../vfs/backends/overlay/testing.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { TMPFS } from './kernel.ts';
import type { MakePlace, Place } from './ours.ts';

/** An empty memfs volume. */
export function onMemfs(): Place {
  return { backend: memfs(new Volume()), ticks: false, movesAtimes: true, dispose: () => {} };
}

/** An empty store in memory. */
export function onRam(): Place {
  return { backend: ram(), ticks: false, movesAtimes: true, dispose: () => {} };
}

/** An empty directory of the host: on the same tmpfs, for what the file system itself does must be the same. */
export function onHost(): Place {
  const dir = fs.mkdtempSync(join(TMPFS, 'wasi9p-host-'));
  const backend = hostDir(dir);
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
  place: Place,
  upper: () => Backend = () => ram(),
  make: (lower: Backend, upper: Backend) => OverlayBackend = (lower, upper) => overlay({ lower, upper }),
): Place {
  const { backend: lower } = place;
  let over: OverlayBackend | null = null;
  let before = '';
  // A look at a host directory moves its atimes.
  const look = (): string => picture(lower, !place.ticks);
  return {
    ...place,
    // What is not changed keeps its atime when it is read.
    movesAtimes: false,
    over() {
      before = look();
      over = make(lower, upper());
      return over;
    },
    wrong() {
      if (over === null) return '';
      if (look() !== before) return `the lower layer has changed from\n${before}\nto\n${look()}`;
      return over.leaked === 0 ? '' : `the overlay holds ${over.leaked} inodes for nobody`;
    },
  };
}

/** The backends that can be exercised. */
export const PLACES: Readonly<Record<string, MakePlace>> = {
  memfs: onMemfs,
  hostdir: onHost,
  overlay: () => layered(onRam()),
  'overlay-empty': () => ({ ...onRam(), backend: overlay({ lower: ram() }) }),
  'overlay-memfs': () => layered(onMemfs()),
  'overlay-host': () => layered(onHost()),
  'overlay-to-host': () => {
    const { backend, dispose } = onHost();
    const lower = { backend: ram(), ticks: true, movesAtimes: false, dispose };
    return layered(lower, () => backend);
  },
};
