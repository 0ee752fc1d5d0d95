// Scratch directories and mounted host directories for the tests of this folder.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { Kit, type Subject } from '../../../testing/kit.ts';
import { scratch } from '../../../testing/scratch.ts';
import { HostDirBackend as Store } from './backend.ts';
import type { HostDirOptions } from './options.ts';
import { hostDir, type HostDirBackend } from './index.ts';
import { PathTree } from './tree/path-tree.ts';

export { scratch };

/** A directory on a file system in memory, for tests with many files. */
export const inMemory = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A scratch directory that is reached by paths, as on macOS and Windows. */
export function byPaths(): Subject {
  const { root, remove } = scratch();
  const backend = new Store(fs, new PathTree(fs, root));
  return {
    backend,
    outside: { fs, root },
    leaks: () => {
      backend.trim();
      return backend.descriptors === 0 ? '' : `${backend.descriptors} descriptors`;
    },
    dispose: () => {
      backend.close();
      remove();
    },
  };
}

/** The parts of a test of a host directory. */
export interface Hosted {
  kit: Kit;
  backend: HostDirBackend;
  /** The exported directory, and the one beside it that is out of reach. */
  root: string;
  outside: string;
}

/** Runs a test on a mounted scratch directory, then checks for leaks. */
export function hosted(run: (host: Hosted) => void, options?: HostDirOptions, fill?: (root: string) => void): void {
  const { root, outside, remove } = scratch();
  fill?.(root);
  const backend = hostDir(root, options);
  try {
    const kit = new Kit({ backend, dispose: () => {} });
    run({ kit, backend, root, outside });
    kit.end();
  } finally {
    backend.close();
    remove();
  }
}
