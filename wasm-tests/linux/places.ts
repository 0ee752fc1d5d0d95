import fs from 'node:fs';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { hostDir } from '../../vfs/backend/hostdir/index.ts';
import { memfs } from '../../vfs/backend/memfs/index.ts';
import { TMPFS } from './kernel.ts';
import type { MakePlace, Place } from './ours.ts';

/** An empty memfs volume. */
export function onMemfs(): Place {
  return { backend: memfs(new Volume()), ticks: false, movesAtimes: true, dispose: () => {} };
}

/** An empty directory of the host: on the same tmpfs, for what the file system itself does must be the same. */
export function onHost(): Place {
  const dir = fs.mkdtempSync(join(TMPFS, 'wasi9p-host-'));
  const backend = hostDir(dir);
  const dispose = (): void => {
    backend.dispose();
    fs.rmSync(dir, { recursive: true });
  };
  // The backend lists a directory to see whether it is empty, and remembers the targets of symlinks.
  return { backend, ticks: true, movesAtimes: false, dispose };
}

/** The backends that can be exercised. */
export const PLACES: Readonly<Record<string, MakePlace>> = { memfs: onMemfs, hostdir: onHost };
