import { Mount, lentServerOf, type Source } from '../index.ts';
import { FileSystem } from './file-system.ts';

/**
 * A file system with the shape of node:fs over a memfs volume, a directory of the host, a server or a backend. Guests of
 * the same volume, backend or server see what is done here, and the other way round. `unmount` ends it; a directory given by
 * its path is closed with it.
 * @throws TypeError for what is no source; Error when a path of the host is no directory.
 */
export function fsOf(source: Source): FileSystem {
  const mount = new Mount(lentServerOf(source));
  return new FileSystem(mount.at, mount.client.root, {
    deviceOf: () => mount.at.device,
    onClose: () => mount.close(),
  });
}

export { FileSystem, type FileSystemOptions } from './file-system.ts';
export type { Promises } from './promises.ts';
export type { FileHandle } from './file-handle.ts';
export type { Dir } from './dir.ts';
export type { Dirent } from './dirent.ts';
export type { BigIntStats, Stats } from './stats.ts';
export type { BigIntStatsFs, StatsFs } from './statfs.ts';
export type { FsError } from './errors.ts';
export type { PathLike, TimeLike } from './arguments.ts';
export type { Encoding } from './encodings.ts';
export type { CopyOptions, PromisedCopyOptions } from './copy-tree.ts';
export type { Source } from '../index.ts';
