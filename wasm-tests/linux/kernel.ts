// The kernel's tmpfs through node:fs, as one side of the comparison.
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW } from '../../vfs/linux/constants.ts';
import { PATH_MAX } from '../../vfs/linux/limits.ts';
import { OUTSIDE as LEAVES } from '../../vfs/linux/errno.ts';
import { FAILS, OUTSIDE, whereTo, type Extent, type Found, type Outcome } from './escape.ts';
import type { Entry, SetTime, Stat, System } from './model.ts';

/** The tmpfs of Linux that every user may write. */
export const TMPFS = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;

const BASE: Extent = { parent: false, follow: true };
const NOFOLLOW: Extent = { parent: false, follow: false };
const PARENT: Extent = { parent: true, follow: true };

/** Returns the reason why the kernel's tmpfs cannot be compared with; '' if it can. */
export function whyNoTmpfs(): string {
  if (process.platform !== 'linux') return `the kernel is ${process.platform}, not Linux`;
  if (!fs.existsSync(TMPFS)) return `${TMPFS} does not exist`;
  if (Number(fs.statfsSync(TMPFS).type) !== TMPFS_MAGIC || !isMounted()) return `${TMPFS} is not a tmpfs`;
  if (process.getuid?.() !== 0) return 'the user is not root: a mode of 0 would stop the kernel and not us';
  return '';
}

/** True if a tmpfs is mounted there: the magic number of devtmpfs, whose times are coarse, is the same. */
function isMounted(): boolean {
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.some((line) => line.split(' ')[4] === TMPFS && / - tmpfs /.test(line));
}

/**
 * The kernel's tmpfs through node:fs. The *at calls that Node does not have are made by entering the directory with
 * chdir(2) and giving the path as it is; a second directory is reached through /proc/self/fd. Both work for removed
 * directories too.
 */
export class Kernel implements System {
  readonly base: number;
  readonly movesAtimes: boolean;
  private readonly top: string;
  private readonly home = process.cwd();
  private readonly umask = process.umask(0o022);
  private cwd = -1;
  private readonly directories = new Set<number>();
  /** Targets of symlinks by inode number: readlink(2) would move their atime. */
  private readonly targets = new Map<number, string>();
  private readonly lookup = (path: string): Found => this.found(path);

  /** @param movesAtimes Whether atimes are to be compared. */
  constructor(movesAtimes: boolean) {
    this.movesAtimes = movesAtimes;
    this.top = fs.mkdtempSync(join(TMPFS, 'wasi9p-'));
    fs.mkdirSync(join(this.top, 'outside'));
    fs.writeFileSync(join(this.top, 'outside/f'), 'secret');
    fs.mkdirSync(join(this.top, 'sandbox'));
    this.base = fs.openSync(join(this.top, 'sandbox'), O_DIRECTORY);
    this.directories.add(this.base);
  }

  dispose(): void {
    for (const fd of this.directories) fs.closeSync(fd);
    process.chdir(this.home);
    process.umask(this.umask);
    fs.rmSync(this.top, { recursive: true });
  }

  outside(): string {
    const names = [...fs.readdirSync(this.top).sort(), ...fs.readdirSync(join(this.top, 'outside')).sort()];
    const { nlink, size } = fs.statSync(join(this.top, 'outside/f'));
    return `${names.join(' ')}: ${nlink} ${size} ${fs.readFileSync(join(this.top, 'outside/f'), 'latin1')}`;
  }

  /** Enters a directory, so that a path given as it is begins there. */
  private enter(dir: number): void {
    if (dir === this.cwd) return;
    process.chdir(`/proc/self/fd/${dir}`);
    this.cwd = dir;
  }

  /** The second path of a call whose first directory was entered. */
  private second(dir: number, path: string): string {
    return dir === this.cwd || path === '' ? path : `/proc/self/fd/${dir}/${path}`;
  }

  private found(path: string): Found {
    try {
      const stat = fs.lstatSync(path);
      if (stat.isDirectory()) return { kind: 'dir', target: '' };
      return stat.isSymbolicLink()
        ? { kind: 'link', target: this.targets.get(stat.ino)! }
        : { kind: 'file', target: '' };
    } catch {
      return { kind: 'none', target: '' };
    }
  }

  /** Enters `dir` and looks whether the path may be followed. */
  private look(dir: number, path: string, extent: Extent): Outcome {
    this.enter(dir);
    const followed: string[] = [];
    const outcome = whereTo(path, extent, this.lookup, followed);
    // The call is not made, but openat2(2) would have read the symlinks up to there, which moves their atime.
    if (outcome === OUTSIDE) for (const link of followed) fs.readlinkSync(link);
    return outcome;
  }

  /** Reads the symlinks of a first path that leads somewhere, for a call that is not made because of its second. */
  private touch(dir: number, path: string, extent: Extent): void {
    this.enter(dir);
    const followed: string[] = [];
    whereTo(path, extent, this.lookup, followed);
    for (const link of followed) fs.readlinkSync(link);
  }

  /** Makes a call whose path begins in `dir`; OUTSIDE, without the call, if the path would leave. */
  private call(dir: number, path: string, extent: Extent, make: () => void): number {
    if (this.look(dir, path, extent) === OUTSIDE) return -LEAVES;
    return attempt(() => {
      make();
      return 0;
    });
  }

  open(dir: number, path: string, flags: number): number {
    // EINVAL before the path is looked at (Linux 6.4; before, a directory was made or a file opened).
    const refused = (flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0;
    if (!refused && this.look(dir, path, openExtent(path, flags)) === OUTSIDE) return -LEAVES;
    const fd = attempt(() => fs.openSync(path, flags, 0o666));
    if (fd >= 0 && fs.fstatSync(fd).isDirectory()) this.directories.add(fd);
    return fd;
  }

  close(fd: number): void {
    fs.closeSync(fd);
    this.directories.delete(fd);
    if (this.cwd === fd) this.cwd = -1;
  }

  isDirectory(fd: number): boolean {
    return this.directories.has(fd);
  }

  read(fd: number, count: number): Uint8Array | number {
    return this.readAt(fd, count, null);
  }

  pread(fd: number, count: number, offset: number): Uint8Array | number {
    return this.readAt(fd, count, offset);
  }

  private readAt(fd: number, count: number, offset: number | null): Uint8Array | number {
    const data = new Uint8Array(count);
    const done = attempt(() => fs.readSync(fd, data, 0, count, offset));
    return done < 0 ? done : data.subarray(0, done);
  }

  write(fd: number, data: Uint8Array): number {
    return attempt(() => fs.writeSync(fd, data, 0, data.length, null));
  }

  pwrite(fd: number, data: Uint8Array, offset: number): number {
    return attempt(() => fs.writeSync(fd, data, 0, data.length, offset));
  }

  truncate(fd: number, size: number): number {
    return attempt(() => {
      fs.ftruncateSync(fd, size);
      return 0;
    });
  }

  fstat(fd: number): Stat | number {
    return attemptStat(() => fs.fstatSync(fd, { bigint: true }));
  }

  futimes(fd: number, atime: SetTime, mtime: SetTime): number {
    return attempt(() => {
      const before = fs.fstatSync(fd);
      fs.futimesSync(fd, toSet(atime, before.atimeMs), toSet(mtime, before.mtimeMs));
      return 0;
    });
  }

  list(dir: number): Entry[] | number {
    try {
      const path = `/proc/self/fd/${dir}`;
      const names = fs.readdirSync(path);
      if (fs.fstatSync(dir).nlink === 0) return [];
      return ['.', '..', ...names.sort()].map((name) => {
        const stat = fs.lstatSync(`${path}/${name}`);
        return { name, kind: kindOf(stat.mode), ino: stat.ino };
      });
    } catch (thrown) {
      return errnoOfThrown(thrown);
    }
  }

  mkdir(dir: number, path: string): number {
    return this.call(dir, path, PARENT, () => fs.mkdirSync(path));
  }

  rmdir(dir: number, path: string): number {
    return this.call(dir, path, PARENT, () => fs.rmdirSync(path));
  }

  unlink(dir: number, path: string): number {
    return this.call(dir, path, PARENT, () => fs.unlinkSync(path));
  }

  symlink(target: string, dir: number, path: string): number {
    // symlink(2) checks the target before it resolves the path.
    const refused = target === '' || Buffer.byteLength(target) >= PATH_MAX;
    const errno = this.call(dir, refused ? '.' : path, PARENT, () => fs.symlinkSync(target, path));
    if (errno === 0) this.targets.set(fs.lstatSync(path).ino, target);
    return errno;
  }

  link(dir: number, path: string, newDir: number, newPath: string): number {
    return this.two(dir, path, NOFOLLOW, newDir, newPath, (second) => fs.linkSync(path, second));
  }

  rename(dir: number, path: string, newDir: number, newPath: string): number {
    return this.two(dir, path, PARENT, newDir, newPath, (second) => fs.renameSync(path, second));
  }

  /** A call with two paths: the second is only looked at when the first one leads somewhere. */
  private two(
    dir: number,
    path: string,
    extent: Extent,
    newDir: number,
    newPath: string,
    make: (second: string) => void,
  ): number {
    const first = this.look(dir, path, extent);
    if (first === OUTSIDE) return -LEAVES;
    if (first !== FAILS && this.look(newDir, newPath, PARENT) === OUTSIDE) {
      this.touch(dir, path, extent);
      return -LEAVES;
    }
    return this.call(dir, path, extent, () => make(this.second(newDir, newPath)));
  }

  stat(dir: number, path: string, follow: boolean): Stat | number {
    if (this.look(dir, path, follow ? BASE : NOFOLLOW) === OUTSIDE) return -LEAVES;
    return attemptStat(() => (follow ? fs.statSync(path, { bigint: true }) : fs.lstatSync(path, { bigint: true })));
  }

  readlink(dir: number, path: string): string | number {
    if (this.look(dir, path, NOFOLLOW) === OUTSIDE) return -LEAVES;
    try {
      return fs.readlinkSync(path);
    } catch (thrown) {
      return errnoOfThrown(thrown);
    }
  }

  utimes(dir: number, path: string, follow: boolean, atime: SetTime, mtime: SetTime): number {
    return this.call(dir, path, follow ? BASE : NOFOLLOW, () => {
      const before = follow ? fs.statSync(path) : fs.lstatSync(path);
      const set = follow ? fs.utimesSync : fs.lutimesSync;
      set(path, toSet(atime, before.atimeMs), toSet(mtime, before.mtimeMs));
    });
  }
}

/** The part of the path that open(2) walks before it decides. */
function openExtent(path: string, flags: number): Extent {
  if ((flags & O_CREAT) !== 0) {
    const last = path.split('/').findLast((name) => name !== '');
    if (last === '.' || last === '..') return BASE;
    if (path.endsWith('/') || (flags & O_EXCL) !== 0) return PARENT;
  }
  return (flags & O_NOFOLLOW) !== 0 ? NOFOLLOW : { ...BASE, create: (flags & O_CREAT) !== 0 };
}

/** Node's times are seconds in a double; the runner omits only times that are exact in one. */
function toSet(time: SetTime, beforeMs: number): number {
  return time === 'now' ? Date.now() / 1000 : time === 'omit' ? beforeMs / 1000 : time;
}

function errnoOfThrown(thrown: unknown): number {
  const { errno } = thrown as NodeJS.ErrnoException;
  // An error of Node itself has no errno: the exerciser drew an invalid call.
  if (errno === undefined) throw thrown;
  return errno;
}

function attempt(make: () => number): number {
  try {
    return make();
  } catch (thrown) {
    return errnoOfThrown(thrown);
  }
}

function attemptStat(make: () => fs.BigIntStats): Stat | number {
  try {
    const stat = make();
    return {
      ino: Number(stat.ino),
      mode: Number(stat.mode),
      nlink: Number(stat.nlink),
      size: Number(stat.size),
      atime: stat.atimeNs,
      mtime: stat.mtimeNs,
      ctime: stat.ctimeNs,
    };
  } catch (thrown) {
    return errnoOfThrown(thrown);
  }
}

function kindOf(mode: number): string {
  const kind = mode & fs.constants.S_IFMT;
  return kind === fs.constants.S_IFDIR ? 'd' : kind === fs.constants.S_IFLNK ? 'l' : '-';
}
