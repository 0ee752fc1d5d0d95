import type { BigIntStats, FileSystem } from '../vfs/fs/index.ts';

/** What a path leads to; undefined for nothing, and for a path through what is no directory. */
export function find(fs: FileSystem, path: string): BigIntStats | undefined {
  return fs.existsSync(path) ? fs.statSync(path, { bigint: true }) : undefined;
}

/** What has a path itself, be it a symlink; undefined for nothing. */
export function findItself(fs: FileSystem, path: string): BigIntStats | undefined {
  const isThere = fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return isThere ? fs.lstatSync(path, { bigint: true }) : undefined;
}

/** A file, by a path that leads to it; with the attributes of a symlink it is the symlink itself. */
export interface Found {
  readonly fs: FileSystem;
  readonly path: string;
  readonly stat: BigIntStats;
}

/** Whether two are in one tree, whose inode numbers are not told twice: mounts share a file system, not their device. */
function inOneTree(one: Found, other: Found): boolean {
  return one.fs === other.fs && one.stat.dev === other.stat.dev;
}

/**
 * Whether two are one file. Two exports of one directory are different trees to us, and number the files of other
 * devices each in its own way. So if all times agree, which files made in one tick of the clock share, too, `other` is
 * given another time for a moment.
 */
export function isSame(one: Found, other: Found): boolean {
  if (inOneTree(one, other)) return one.stat.ino === other.stat.ino;
  const { atimeNs, mtimeNs } = other.stat;
  if (!agree(one.stat, other.stat)) return false;
  try {
    setTimes(other, atimeNs, mtimeNs - 1_000_000n);
  } catch {
    // Nothing can be changed there.
    return false;
  }
  const isOne = look(one).mtimeNs !== one.stat.mtimeNs;
  setTimes(other, atimeNs, mtimeNs);
  return isOne;
}

function look({ fs, path, stat }: Found): BigIntStats {
  return stat.isSymbolicLink() ? fs.lstatSync(path, { bigint: true }) : fs.statSync(path, { bigint: true });
}

function setTimes({ fs, path, stat }: Found, atimeNs: bigint, mtimeNs: bigint): void {
  if (stat.isSymbolicLink()) fs.lutimesSync(path, atimeNs, mtimeNs);
  else fs.utimesSync(path, atimeNs, mtimeNs);
}

function agree(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.mode === other.mode &&
    one.ctimeNs === other.ctimeNs &&
    one.birthtimeNs === other.birthtimeNs &&
    one.size === other.size
  );
}
