// Fresh, empty stores of each kind, as subjects of the Kit and the conformance suite.
import { Volume } from 'memfs';
import { isClosed } from '../vfs/backend/closed.ts';
import { hostDir, type HostDirOptions } from '../vfs/backends/hostdir/index.ts';
import { nodeFs } from '../vfs/backends/hostdir/node/node.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import type { Outside, Subject } from './kit.ts';
import { scratch } from './scratch.ts';

/** A store in memory. */
export function ramStore(): Subject {
  return { backend: ram() };
}

/** A memfs volume; `outside` is the volume. */
export function memfsStore(): Subject {
  const volume = new Volume();
  return {
    backend: memfs(volume),
    outside: { fs: volume as unknown as Outside['fs'], root: '' },
    dispose: () => volume.reset(),
  };
}

/**
 * A scratch directory of the host, removed at the end; `outside` is node:fs.
 * @param base The directory in which it is made, that for temporary files by default.
 */
export function hostStore(options: HostDirOptions = {}, base?: string): Subject {
  const { root, remove } = scratch(base);
  const backend = hostDir(root, options);
  return {
    backend,
    outside: { fs: nodeFs(), root },
    leaks: () => {
      backend.trim();
      const { descriptors, inodes } = backend;
      // One of the directory itself.
      if (descriptors > (isClosed(backend) ? 0 : 1)) return `${descriptors} descriptors`;
      return inodes <= 1 ? '' : `${inodes} inodes`;
    },
    dispose: () => {
      backend.close();
      remove();
    },
  };
}
