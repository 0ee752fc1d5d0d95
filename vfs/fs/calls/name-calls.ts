// The calls of node:fs on names and attributes: stat, mkdir, rename, readdir, chmod, …
import { Message } from '../../9p/codec.gen.ts';
import { GETATTR_BASIC } from '../../9p/constants.ts';
import { O_RDONLY, O_WRONLY, S_IFDIR, S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { Found } from '../../client/at/resolve/found.ts';
import { E } from '../../linux/errno.ts';
import {
  booleansIn,
  modeOf,
  optionsOf,
  ownerOf,
  pathOf,
  timeOf,
  type Mode,
  type PathLike,
  type TimeLike,
} from '../values/arguments.ts';
import { constants } from '../values/constants.ts';
import { ContentCalls } from './content-calls.ts';
import { BOTH_TIMES, UMASK } from './descriptor-calls.ts';
import { Dir } from '../files/dir.ts';
import { Dirent } from '../values/dirent.ts';
import { nameEncoder, type AsBytes, type AsText, type AsUsual, type Encoding } from '../values/encodings.ts';
import { badArgument, check, fsError, outOfRange, type FsError } from '../values/errors.ts';
import type { DirectoryListing } from '../../client/directory-listing.ts';
import { entriesOf, sortByName, type ListedEntry } from '../../client/entries.ts';
import { join, parentOf } from '../values/path-text.ts';
import { BigIntStatsFs, StatsFs } from '../values/statfs.ts';
import type { BigIntStats, Stats } from '../values/stats.ts';

/** The permission bits that AtCalls gives a new directory, before the umask. */
const DIR_MODE = 0o777;
/** The bits of a mode that mkdir(2) gives a directory: chmod(2) alone can set the others. */
const DIR_BITS = 0o1777;
const TEMPORARY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const found = new Found();

export interface StatOptions {
  bigint?: boolean;
  /** False: undefined rather than an error for a name that is not there. */
  throwIfNoEntry?: boolean;
}

export interface NameOptions {
  encoding?: Encoding | 'buffer' | null;
}

export interface ListOptions extends NameOptions {
  withFileTypes?: boolean;
  recursive?: boolean;
}

/** Options for a listing of names. */
export type NamesOptions = ListOptions & { withFileTypes?: false };
/** Options for a listing of Dirents. */
export type EntriesOptions = ListOptions & { withFileTypes: true };
/** The result of `readdir`. */
export type Listed = string[] | Uint8Array[] | Dirent[] | Dirent<Uint8Array>[];

export interface OpenDirOptions extends NameOptions {
  /** Entries per request in Node. Ignored: a message has as many as fit. */
  bufferSize?: number;
  /** The entries of directories below, too, after those of the directory itself. */
  recursive?: boolean;
}

export interface MakeOptions {
  recursive?: boolean;
  mode?: Mode;
}

/** The calls of node:fs on names and attributes. */
export class NameCalls extends ContentCalls {
  /** Converts a name to the encoding wanted. @throws TypeError ERR_INVALID_ARG_VALUE. @internal */
  namesIn(encoding: string | null | undefined): (name: string) => string | Uint8Array {
    const convert = nameEncoder(encoding);
    return encoding === 'buffer' ? (name) => this.given(convert(name) as Uint8Array) : convert;
  }

  // --- attributes

  statSync(path: PathLike, options?: { bigint?: false; throwIfNoEntry?: true }): Stats;
  statSync(path: PathLike, options: { bigint: true; throwIfNoEntry?: true }): BigIntStats;
  statSync(path: PathLike, options?: { bigint?: false; throwIfNoEntry?: boolean }): Stats | undefined;
  statSync(path: PathLike, options?: StatOptions): Stats | BigIntStats | undefined;
  statSync(path: PathLike, options: StatOptions = {}): Stats | BigIntStats | undefined {
    return this.attributes(pathOf(path), true, options, 'stat');
  }

  lstatSync(path: PathLike, options?: { bigint?: false; throwIfNoEntry?: true }): Stats;
  lstatSync(path: PathLike, options: { bigint: true; throwIfNoEntry?: true }): BigIntStats;
  lstatSync(path: PathLike, options?: { bigint?: false; throwIfNoEntry?: boolean }): Stats | undefined;
  lstatSync(path: PathLike, options?: StatOptions): Stats | BigIntStats | undefined;
  lstatSync(path: PathLike, options: StatOptions = {}): Stats | BigIntStats | undefined {
    return this.attributes(pathOf(path), false, options, 'lstat');
  }

  private attributes(
    path: string,
    follow: boolean,
    options: StatOptions,
    syscall: string,
  ): Stats | BigIntStats | undefined {
    const errno = this.rooted.stat(path, follow, GETATTR_BASIC, this.status);
    if (errno === 0) return this.stats(options.bigint === true);
    if (options.throwIfNoEntry === false && errno === E.ENOENT) return undefined;
    throw fsError(errno, syscall, path);
  }

  existsSync(path: PathLike): boolean {
    try {
      return this.rooted.stat(pathOf(path), true, GETATTR_BASIC, this.status) === 0;
    } catch {
      return false;
    }
  }

  /**
   * Tries R_OK and W_OK by opening the file; X_OK needs one of a file's x bits. A directory can
   * always be.
   */
  accessSync(path: PathLike, mode: number = constants.F_OK): void {
    const text = pathOf(path);
    if (typeof mode !== 'number')
      throw badArgument('ERR_INVALID_ARG_TYPE', 'The "mode" argument must be of type number.');
    if (!(Number.isInteger(mode) && mode >= 0 && mode <= 7)) throw outOfRange('mode', '>= 0 && <= 7', mode);
    const errno = this.rooted.stat(text, true, GETATTR_BASIC, this.status) || this.accessErrno(text, mode);
    check(errno, 'access', text);
  }

  private accessErrno(path: string, mode: number): number {
    const { rooted } = this;
    const bits = this.status.attributes.mode;
    if ((bits & S_IFMT) !== S_IFREG) return 0;
    if ((mode & constants.X_OK) !== 0 && (bits & 0o111) === 0) return E.EACCES;
    for (const [asked, flags] of [
      [constants.R_OK, O_RDONLY],
      [constants.W_OK, O_WRONLY],
    ] as const) {
      if ((mode & asked) === 0) continue;
      const errno = rooted.open(path, flags, found);
      if (errno !== 0) return errno;
      found.release();
    }
    return 0;
  }

  chmodSync(path: PathLike, mode: Mode): void {
    const text = pathOf(path);
    check(this.rooted.chmod(text, true, modeOf(mode)), 'chmod', text);
  }

  chownSync(path: PathLike, uid: number, gid: number): void {
    const text = pathOf(path);
    check(this.rooted.chown(text, true, ownerOf(uid, 'uid'), ownerOf(gid, 'gid')), 'chown', text);
  }

  lchownSync(path: PathLike, uid: number, gid: number): void {
    const text = pathOf(path);
    check(this.rooted.chown(text, false, ownerOf(uid, 'uid'), ownerOf(gid, 'gid')), 'lchown', text);
  }

  statfsSync(path: PathLike, options?: { bigint?: false }): StatsFs;
  statfsSync(path: PathLike, options: { bigint: true }): BigIntStatsFs;
  statfsSync(path: PathLike, options: { bigint?: boolean } = {}): StatsFs | BigIntStatsFs {
    const text = pathOf(path);
    const r = new Message();
    check(this.rooted.statfs(text, r), 'statfs', text);
    return options.bigint === true ? new BigIntStatsFs(r) : new StatsFs(r);
  }

  utimesSync(path: PathLike, atime: TimeLike, mtime: TimeLike): void {
    this.setTimes(pathOf(path), true, atime, mtime, 'utime');
  }

  lutimesSync(path: PathLike, atime: TimeLike, mtime: TimeLike): void {
    this.setTimes(pathOf(path), false, atime, mtime, 'lutime');
  }

  private setTimes(path: string, follow: boolean, atime: TimeLike, mtime: TimeLike, syscall: string): void {
    check(this.rooted.utimens(path, follow, BOTH_TIMES, [...timeOf(atime), ...timeOf(mtime)]), syscall, path);
  }

  // --- names

  /** With `recursive` the first directory that was made, undefined when all were there. */
  mkdirSync(path: PathLike, options: MakeOptions & { recursive: true }): string | undefined;
  mkdirSync(path: PathLike, options?: Mode | MakeOptions | null): string | undefined;
  mkdirSync(path: PathLike, options?: Mode | MakeOptions | null): string | undefined {
    const text = pathOf(path);
    const { recursive = false, mode = DIR_MODE } = typeof options === 'object' ? (options ?? {}) : { mode: options };
    const bits = modeOf(mode);
    booleansIn({ recursive }, 'recursive');
    if (recursive) return this.makeAll(text, text, bits);
    check(this.makeDir(text, bits), 'mkdir', text);
    return undefined;
  }

  private makeDir(path: string, mode: number): number {
    const errno = this.rooted.mkdir(path);
    return errno !== 0 || mode === DIR_MODE ? errno : this.rooted.chmod(path, false, mode & DIR_BITS & ~UMASK);
  }

  /** Makes a directory and those above it: the first that was made. `asked` is for the error. */
  private makeAll(path: string, asked: string, mode: number): string | undefined {
    // From the bottom up to an existing directory, and down again.
    const missing: string[] = [];
    let at = path;
    let errno = this.makeDir(at, mode);
    while (errno === E.ENOENT) {
      const parent = parentOf(at);
      if (at === '' || parent === at || parent === '.') throw fsError(errno, 'mkdir', asked);
      missing.push(at);
      at = parent;
      errno = this.makeDir(at, mode);
    }
    let first = this.made(at, asked, errno) ? at : undefined;
    for (let below = missing.pop(); below !== undefined; below = missing.pop()) {
      if (this.made(below, asked, this.makeDir(below, mode))) first ??= below;
    }
    return first;
  }

  /** True if mkdir has made the directory; false if it exists already. @throws FsError. */
  private made(path: string, asked: string, errno: number): boolean {
    if (errno === 0) return true;
    // `a/.` is there once `a` is.
    const found = this.rooted.stat(path, true, GETATTR_BASIC, this.status);
    if (found === 0 && (this.status.attributes.mode & S_IFMT) === S_IFDIR) return false;
    if (errno !== E.EEXIST) throw fsError(errno, 'mkdir', asked);
    // A dangling symlink, or not a directory.
    throw fsError(found !== 0 ? found : path === asked ? errno : E.ENOTDIR, 'mkdir', asked);
  }

  /** Makes a directory whose name is the prefix and six random characters, mode 0700: its path. */
  mkdtempSync(prefix: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): string;
  mkdtempSync(prefix: PathLike, options: AsBytes<NameOptions>): Uint8Array;
  mkdtempSync(prefix: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array;
  mkdtempSync(prefix: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array {
    const given = this.namesIn(optionsOf<NameOptions>(options).encoding);
    const start = pathOf(prefix, 'prefix');
    for (let tries = 0; ; tries++) {
      const random = crypto.getRandomValues(new Uint8Array(6));
      const path = start + Array.from(random, (byte) => TEMPORARY[byte % TEMPORARY.length]).join('');
      const errno = this.makeDir(path, 0o700);
      if (errno === 0) return given(path);
      if (errno !== E.EEXIST || tries > 100) throw fsError(errno, 'mkdtemp', `${start}XXXXXX`);
    }
  }

  rmdirSync(path: PathLike): void {
    const text = pathOf(path);
    check(this.rooted.rmdir(text), 'rmdir', text);
  }

  unlinkSync(path: PathLike): void {
    const text = pathOf(path);
    check(this.rooted.unlink(text), 'unlink', text);
  }

  renameSync(oldPath: PathLike, newPath: PathLike): void {
    const [from, to] = [pathOf(oldPath, 'oldPath'), pathOf(newPath, 'newPath')];
    check(this.rooted.rename(from, to), 'rename', from, to);
  }

  linkSync(existingPath: PathLike, newPath: PathLike): void {
    const [from, to] = [pathOf(existingPath, 'existingPath'), pathOf(newPath, 'newPath')];
    check(this.rooted.link(from, to), 'link', from, to);
  }

  symlinkSync(target: PathLike, path: PathLike): void {
    const [to, text] = [pathOf(target, 'target'), pathOf(path)];
    check(this.rooted.symlink(to, text), 'symlink', to, text);
  }

  readlinkSync(path: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): string;
  readlinkSync(path: PathLike, options: AsBytes<NameOptions>): Uint8Array;
  readlinkSync(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array;
  readlinkSync(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array {
    const given = this.namesIn(optionsOf<NameOptions>(options).encoding);
    const text = pathOf(path);
    const target = this.rooted.readlink(text);
    if (typeof target === 'number') throw fsError(target, 'readlink', text);
    return given(target);
  }

  realpathSync(path: PathLike, options?: AsText<NameOptions> | AsUsual<NameOptions>): string;
  realpathSync(path: PathLike, options: AsBytes<NameOptions>): Uint8Array;
  realpathSync(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array;
  realpathSync(path: PathLike, options?: Encoding | 'buffer' | NameOptions | null): string | Uint8Array {
    const given = this.namesIn(optionsOf<NameOptions>(options).encoding);
    const text = pathOf(path);
    const real = this.rooted.realpath(text);
    if (typeof real === 'number') throw fsError(real, 'realpath', text);
    return given(real);
  }

  // --- listings

  /**
   * Names, or with `withFileTypes` Dirents, in the order of their bytes. With `recursive` also those of directories
   * below, not of what symlinks lead to.
   */
  readdirSync(path: PathLike, options?: AsText<NamesOptions> | AsUsual<NamesOptions>): string[];
  readdirSync(path: PathLike, options: AsBytes<NamesOptions>): Uint8Array[];
  readdirSync(path: PathLike, options: EntriesOptions & { encoding?: Encoding | null }): Dirent[];
  readdirSync(path: PathLike, options: EntriesOptions & { encoding: 'buffer' }): Dirent<Uint8Array>[];
  readdirSync(path: PathLike, options?: Encoding | 'buffer' | ListOptions | null): Listed;
  readdirSync(path: PathLike, options?: Encoding | 'buffer' | ListOptions | null): Listed {
    const { encoding, withFileTypes, recursive } = optionsOf<ListOptions>(options);
    const given = this.namesIn(encoding);
    const top = pathOf(path);
    booleansIn({ recursive }, 'recursive');
    const found: { dir: string; entry: ListedEntry }[] = [];
    // Directories by their paths below `top`, in the order in which node:fs goes through them.
    const todo = [''];
    for (let next = 0; next < todo.length; next++) {
      const below = todo[next]!;
      for (const entry of this.entries(join(top, below))) {
        found.push({ dir: below, entry });
        if (recursive === true && entry.kind === S_IFDIR) todo.push(join(below, entry.name));
      }
    }
    return withFileTypes === true
      ? found.map(({ dir, entry }) => new Dirent(given(entry.name) as string, join(top, dir), entry.kind))
      : found.map(({ dir, entry }) => given(join(dir, entry.name)) as string);
  }

  /** @throws FsError of scandir. */
  protected entries(path: string): ListedEntry[] {
    const entries = entriesOf(this.openListing(path, 'scandir'));
    if (typeof entries === 'number') throw fsError(entries, 'scandir', path);
    return sortByName(entries);
  }

  opendirSync(path: PathLike, options?: Encoding | OpenDirOptions | null): Dir {
    const text = pathOf(path);
    const { encoding, bufferSize = 32, recursive = false } = optionsOf<OpenDirOptions>(options);
    const given = this.namesIn(encoding);
    if (typeof bufferSize !== 'number')
      throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options.bufferSize" property must be of type number.');
    if (bufferSize >>> 0 !== bufferSize || bufferSize === 0) throw outOfRange('options.bufferSize', '>= 1', bufferSize);
    const open = (dir: string): DirectoryListing => this.openListing(dir, 'opendir');
    try {
      return new Dir(text, open(text), { given, open: recursive ? open : null });
    } catch (error) {
      // As node:fs has it: without a path.
      throw fsError(-(error as FsError).errno, 'opendir');
    }
  }
}
