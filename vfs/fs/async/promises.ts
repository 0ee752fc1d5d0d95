// node:fs/promises, made from the synchronous calls.
import { chanceToAbort } from '../values/abort.ts';
import { optionsOf, pathOf, type Mode, type PathLike, type TimeLike } from '../values/arguments.ts';
import { writeChunks, type Chunks, type PromisedWriteOptions } from './chunks.ts';
import { constants } from '../values/constants.ts';
import type { PromisedReadOptions } from '../calls/content-calls.ts';
import { checkCopyOptions, copyTreeWaiting, type PromisedCopyOptions } from '../calls/copy-tree.ts';
import type { Dir } from '../files/dir.ts';
import type { Dirent } from '../values/dirent.ts';
import type { AsBytes, AsText, AsUsual, Encoding } from '../values/encodings.ts';
import { FileHandle, openFd } from './file-handle.ts';
import type { Flag } from '../values/flags.ts';
import type {
  EntriesOptions,
  ListOptions,
  Listed,
  MakeOptions,
  NameOptions,
  NamesOptions,
  OpenDirOptions,
  StatOptions,
} from '../calls/name-calls.ts';
import type { BigIntStatsFs, StatsFs } from '../values/statfs.ts';
import type { BigIntStats, Stats } from '../values/stats.ts';
import type { RemoveOptions, TreeCalls } from '../calls/tree-calls.ts';
import type { PromisedWatchOptions, WatchEvent, Watchers } from '../watch/watchers.ts';

/** A path, or a file that is open. */
type PathOrHandle = PathLike | FileHandle;

/** node:fs/promises: the same calls with promises. They are done at once, for a transport answers at once. */
export class Promises {
  readonly constants = constants;
  readonly #fs: TreeCalls;
  readonly #watchers: Watchers;

  constructor(fs: TreeCalls, watchers: Watchers) {
    this.#fs = fs;
    this.#watchers = watchers;
  }

  async access(path: PathLike, mode?: number): Promise<void> {
    this.#fs.accessSync(path, mode);
  }

  async appendFile(path: PathOrHandle, data: Chunks, options?: Encoding | PromisedWriteOptions | null): Promise<void> {
    await writeChunks(this.#fs, () => target(path, 'writeFile'), data, options, 'a');
  }

  async chmod(path: PathLike, mode: Mode): Promise<void> {
    this.#fs.chmodSync(path, mode);
  }

  async chown(path: PathLike, uid: number, gid: number): Promise<void> {
    this.#fs.chownSync(path, uid, gid);
  }

  async copyFile(src: PathLike, dest: PathLike, mode?: number): Promise<void> {
    this.#fs.copyFileSync(src, dest, mode);
  }

  async cp(src: PathLike, dest: PathLike, options: PromisedCopyOptions = {}): Promise<void> {
    checkCopyOptions(options);
    await copyTreeWaiting(this.#fs, pathOf(src, 'src'), pathOf(dest, 'dest'), options);
  }

  /** @throws Error ERR_METHOD_NOT_IMPLEMENTED: Linux has no such call. */
  async lchmod(): Promise<never> {
    throw Object.assign(new Error('The lchmod() method is not implemented'), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
  }

  async lchown(path: PathLike, uid: number, gid: number): Promise<void> {
    this.#fs.lchownSync(path, uid, gid);
  }

  async link(existingPath: PathLike, newPath: PathLike): Promise<void> {
    this.#fs.linkSync(existingPath, newPath);
  }

  async lstat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>;
  async lstat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>;
  async lstat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats | undefined> {
    return this.#fs.lstatSync(path, options);
  }

  async lutimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    this.#fs.lutimesSync(path, atime, mtime);
  }

  async mkdir(path: PathLike, options?: Mode | MakeOptions | null): Promise<string | undefined> {
    return this.#fs.mkdirSync(path, options);
  }

  async mkdtemp(prefix: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): Promise<string>;
  async mkdtemp(prefix: PathLike, options: AsBytes<NameOptions>): Promise<Uint8Array>;
  async mkdtemp(prefix: PathLike, options?: Encoding | 'buffer' | NameOptions | null): Promise<string | Uint8Array> {
    return this.#fs.mkdtempSync(prefix, options);
  }

  async open(path: PathLike, flags?: Flag | null, mode?: Mode | null): Promise<FileHandle> {
    return new FileHandle(this.#fs, this.#fs.openSync(path, flags, mode));
  }

  async opendir(path: PathLike, options?: Encoding | OpenDirOptions | null): Promise<Dir> {
    return this.#fs.opendirSync(path, options);
  }

  async readdir(path: PathLike, options?: AsText<NamesOptions> | AsUsual<NamesOptions>): Promise<string[]>;
  async readdir(path: PathLike, options: AsBytes<NamesOptions>): Promise<Uint8Array[]>;
  async readdir(path: PathLike, options: EntriesOptions & { encoding?: Encoding | null }): Promise<Dirent[]>;
  async readdir(path: PathLike, options: EntriesOptions & { encoding: 'buffer' }): Promise<Dirent<Uint8Array>[]>;
  async readdir(path: PathLike, options?: Encoding | 'buffer' | ListOptions | null): Promise<Listed>;
  async readdir(path: PathLike, options?: Encoding | 'buffer' | ListOptions | null): Promise<Listed> {
    return this.#fs.readdirSync(path, options);
  }

  async readFile(
    path: PathOrHandle,
    options?: AsBytes<PromisedReadOptions> | AsUsual<PromisedReadOptions>,
  ): Promise<Uint8Array>;
  async readFile(path: PathOrHandle, options: AsText<PromisedReadOptions>): Promise<string>;
  async readFile(
    path: PathOrHandle,
    options?: Encoding | 'buffer' | PromisedReadOptions | null,
  ): Promise<Uint8Array | string>;
  async readFile(
    path: PathOrHandle,
    options?: Encoding | 'buffer' | PromisedReadOptions | null,
  ): Promise<Uint8Array | string> {
    const { signal } = optionsOf<PromisedReadOptions>(options);
    if (signal !== undefined) await chanceToAbort(signal);
    return this.#fs.readFileSync(target(path, 'readFile'), options);
  }

  async readlink(path: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): Promise<string>;
  async readlink(path: PathLike, options: AsBytes<NameOptions>): Promise<Uint8Array>;
  async readlink(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): Promise<string | Uint8Array>;
  async readlink(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): Promise<string | Uint8Array> {
    return this.#fs.readlinkSync(path, options);
  }

  async realpath(path: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): Promise<string>;
  async realpath(path: PathLike, options: AsBytes<NameOptions>): Promise<Uint8Array>;
  async realpath(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): Promise<string | Uint8Array> {
    return this.#fs.realpathSync(path, options);
  }

  async rename(oldPath: PathLike, newPath: PathLike): Promise<void> {
    this.#fs.renameSync(oldPath, newPath);
  }

  async rm(path: PathLike, options?: RemoveOptions): Promise<void> {
    this.#fs.rmSync(path, options);
  }

  async rmdir(path: PathLike, options?: { recursive?: boolean }): Promise<void> {
    this.#fs.rmdirSync(path, options);
  }

  async stat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>;
  async stat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>;
  async stat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats | undefined> {
    return this.#fs.statSync(path, options);
  }

  async statfs(path: PathLike, options?: { bigint?: false }): Promise<StatsFs>;
  async statfs(path: PathLike, options: { bigint: true }): Promise<BigIntStatsFs>;
  async statfs(path: PathLike, options?: { bigint?: boolean }): Promise<StatsFs | BigIntStatsFs> {
    return this.#fs.statfsSync(path, options as { bigint: true });
  }

  async symlink(to: PathLike, path: PathLike): Promise<void> {
    this.#fs.symlinkSync(to, path);
  }

  async truncate(path: PathLike, length?: number): Promise<void> {
    this.#fs.truncateSync(path, length);
  }

  async unlink(path: PathLike): Promise<void> {
    this.#fs.unlinkSync(path);
  }

  async utimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    this.#fs.utimesSync(path, atime, mtime);
  }

  /** The events of `watch`, one after the other. An abort of the signal ends the iteration with an AbortError. */
  watch(path: PathLike, options?: Encoding | 'buffer' | PromisedWatchOptions | null): AsyncGenerator<WatchEvent> {
    return this.#watchers.events(path, options);
  }

  /** With a signal, or with an iterable, an abort leaves the data written by then. */
  async writeFile(path: PathOrHandle, data: Chunks, options?: Encoding | PromisedWriteOptions | null): Promise<void> {
    await writeChunks(this.#fs, () => target(path, 'writeFile'), data, options, 'w');
  }
}

function target(path: PathOrHandle, syscall: string): PathLike | number {
  return path instanceof FileHandle ? openFd(path, syscall) : path;
}
