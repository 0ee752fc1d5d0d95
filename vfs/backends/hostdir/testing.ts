// Scratch directories and mounted host directories for the tests of this folder.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kit, type Subject } from '../../../testing/kit.ts';
import { HostDirBackend, type HostDirOptions } from './backend.ts';
import { hostDir } from './index.ts';
import { isClosed } from '../../backend/closed.ts';
import { PathTree } from './tree/path-tree.ts';

/** A directory on a file system in memory, for tests with many files. */
export const inMemory = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Creates a directory to export, and one beside it that must stay out of reach. */
export function scratch(base = tmpdir()): { root: string; outside: string; remove(): void } {
  const top = fs.mkdtempSync(join(fs.realpathSync(base), 'wasi9p-'));
  const root = join(top, 'export');
  const outside = join(top, 'outside');
  fs.mkdirSync(root);
  fs.mkdirSync(outside);
  return { root, outside, remove: () => fs.rmSync(top, { recursive: true, force: true }) };
}

/**
 * Makes the subject of the conformance suite: a host directory in a scratch place.
 * @param byPaths True to reach it by paths, false as this platform does.
 */
export function subject(byPaths: boolean): Subject {
  const { root, remove } = scratch();
  const backend = byPaths ? new HostDirBackend(fs, new PathTree(fs, root)) : hostDir(root);
  const atRest = byPaths ? 0 : 1;
  return {
    backend,
    outside: { fs, root },
    leaks: () => {
      backend.trim();
      const { descriptors, inodes } = backend;
      if (descriptors !== (isClosed(backend) ? 0 : atRest)) return `${descriptors} descriptors`;
      return byPaths || inodes <= 1 ? '' : `${inodes} inodes`;
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
