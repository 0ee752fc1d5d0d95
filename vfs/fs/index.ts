// `createFs`: the API of node:fs on any file system of vfs/connect. Runs in a browser: no Buffer, no `node:` module.
import { Attachment, lentServerOf, type Source } from '../connect/server-for.ts';
import { checkOptions } from '../lib/options.ts';
import { FS_OPTIONS, FileSystem, type FsOptions } from './file-system.ts';

/**
 * Makes a file system with the API of node:fs on a memfs Volume, a directory of the host, a server or a backend. Guests
 * of the same volume, backend or server see its changes, and the other way round. `unmount` ends it, and closes a
 * directory that was given by its path.
 * @throws TypeError if `source` has an unsupported type, or an option; Error if a host path is not a directory.
 */
export function createFs(source: Source, options: FsOptions = {}): FileSystem {
  const checked = checkOptions(options, FS_OPTIONS);
  const mount = new Attachment(lentServerOf(source));
  return new FileSystem(mount.at, mount.client.root, {
    ...checked,
    onClose: () => mount.close(),
  });
}

export { FileSystem, type FileSystemOptions, type FsOptions } from './file-system.ts';
export type { Promises } from './async/promises.ts';
export type { FileHandle } from './async/file-handle.ts';
export type { Dir } from './files/dir.ts';
export type { Dirent } from './values/dirent.ts';
export type { BigIntStats, Stats } from './values/stats.ts';
export type { BigIntStatsFs, StatsFs } from './values/statfs.ts';
export type { FsError } from './values/errors.ts';
export type { PathLike, TimeLike } from './values/arguments.ts';
export type { Listed } from './calls/name-calls.ts';
export type { Encoding } from './values/encodings.ts';
export type { LineReader, ReadStream, StreamOptions, WriteStream } from './streams/types.ts';
export type { FSWatcher, WatchEventType } from './watch/fs-watcher.ts';
export type { StatWatcher } from './watch/stat-watcher.ts';
export type {
  PromisedWatchOptions,
  StatListener,
  WatchCalls,
  WatchEvent,
  WatchFileOptions,
  WatchListener,
  WatchOptions,
} from './watch/watchers.ts';
export type { CopyOptions, PromisedCopyOptions } from './calls/copy-tree.ts';
export type { Source } from '../connect/server-for.ts';
