// The calls of the exerciser as plain data, so that a sequence can run on two file systems, be shrunk and be printed.
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../vfs/linux/constants.ts';

/** A time to set: seconds since 1970 that a double holds exactly, the present, or none (UTIME_NOW, UTIME_OMIT). */
export type SetTime = number | 'now' | 'omit';

/**
 * One call. `dir` and `fd` are taken modulo the number of open directories and files, so that a call keeps its
 * meaning when those before it are left out: `dir` 0 is the base directory, and `fd` counts files only.
 */
export type Call =
  | { op: 'open'; dir: number; path: string; flags: number }
  /** Lets the kernel's clock tick, so that the next change shows in the times. */
  | { op: 'wait' }
  | { op: 'close'; any: number }
  | { op: 'read'; fd: number; count: number }
  | { op: 'pread'; fd: number; count: number; offset: number }
  | { op: 'write'; fd: number; size: number }
  | { op: 'pwrite'; fd: number; size: number; offset: number }
  | { op: 'truncate'; fd: number; size: number }
  | { op: 'futimes'; any: number; atime: SetTime; mtime: SetTime }
  | { op: 'list'; dir: number }
  | { op: 'mkdir'; dir: number; path: string }
  | { op: 'rmdir'; dir: number; path: string }
  | { op: 'unlink'; dir: number; path: string }
  | { op: 'symlink'; dir: number; path: string; target: string }
  | { op: 'link'; dir: number; path: string; newDir: number; newPath: string }
  | { op: 'rename'; dir: number; path: string; newDir: number; newPath: string }
  | { op: 'stat'; dir: number; path: string; follow: boolean }
  | { op: 'readlink'; dir: number; path: string }
  | { op: 'utimes'; dir: number; path: string; follow: boolean; atime: SetTime; mtime: SetTime };

/** The result of stat(2). Times are nanoseconds since 1970. */
export interface Stat {
  ino: number;
  /** Type and permission bits. */
  mode: number;
  nlink: number;
  size: number;
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
}

/** A directory entry. `kind` is one of the letters of `ls -l`. */
export interface Entry {
  name: string;
  kind: string;
  ino: number;
}

/**
 * A file system with the *at calls of Linux. Directories and files are descriptors ≥ 0. A method returns what the call
 * gives, or minus an errno; those that give nothing return 0.
 */
export interface System {
  /** The directory that all paths stay in. */
  readonly base: number;
  /** Reading moves the atime of what Linux would move it of, and of nothing else. */
  readonly movesAtimes: boolean;
  open(dir: number, path: string, flags: number): number;
  close(fd: number): void;
  isDirectory(fd: number): boolean;
  read(fd: number, count: number): Uint8Array | number;
  pread(fd: number, count: number, offset: number): Uint8Array | number;
  write(fd: number, data: Uint8Array): number;
  pwrite(fd: number, data: Uint8Array, offset: number): number;
  truncate(fd: number, size: number): number;
  fstat(fd: number): Stat | number;
  futimes(fd: number, atime: SetTime, mtime: SetTime): number;
  /** The entries, `.` and `..` among them, by name. A removed directory has none. */
  list(dir: number): Entry[] | number;
  mkdir(dir: number, path: string): number;
  rmdir(dir: number, path: string): number;
  unlink(dir: number, path: string): number;
  symlink(target: string, dir: number, path: string): number;
  link(dir: number, path: string, newDir: number, newPath: string): number;
  rename(dir: number, path: string, newDir: number, newPath: string): number;
  stat(dir: number, path: string, follow: boolean): Stat | number;
  readlink(dir: number, path: string): string | number;
  utimes(dir: number, path: string, follow: boolean, atime: SetTime, mtime: SetTime): number;
  /** Everything beside the base directory, as text: no call may change it. */
  outside(): string;
  /** Closes and removes all. */
  dispose(): void;
}

const FLAGS = [
  [O_CREAT, 'O_CREAT'],
  [O_EXCL, 'O_EXCL'],
  [O_TRUNC, 'O_TRUNC'],
  [O_APPEND, 'O_APPEND'],
  [O_DIRECTORY, 'O_DIRECTORY'],
  [O_NOFOLLOW, 'O_NOFOLLOW'],
] as const;
const ACCESS = { [O_RDONLY]: 'O_RDONLY', [O_WRONLY]: 'O_WRONLY', [O_RDWR]: 'O_RDWR' };

/** open(2) flags by name. */
export function flagNames(flags: number): string {
  const access = ACCESS[(flags & 3) as keyof typeof ACCESS];
  return [access, ...FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name)].join('|');
}

/** A path in quotes; a very long one is shortened to its ends and its length. */
export function quote(text: string): string {
  return text.length <= 80
    ? JSON.stringify(text)
    : `${JSON.stringify(`${text.slice(0, 30)}…${text.slice(-20)}`)}[${text.length}]`;
}

/** A call in C syntax. `name` returns the name of the n-th open directory, file or either. */
export function describe(call: Call, name: (kind: 'dir' | 'fd' | 'any', n: number) => string): string {
  const args: string[] = [];
  const { op, ...rest } = call;
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'dir' || key === 'newDir') args.push(name('dir', value as number));
    else if (key === 'fd' || key === 'any') args.push(name(key, value as number));
    else if (key === 'flags') args.push(flagNames(value as number));
    else if (typeof value === 'string' && key !== 'atime' && key !== 'mtime') args.push(quote(value));
    else args.push(`${key} ${value}`);
  }
  return `${op}(${args.join(', ')})`;
}
