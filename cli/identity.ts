import type { BigIntStats, FileSystem } from '../vfs/fs/index.ts';

/** What a path leads to; undefined for nothing, and for a path through what is no directory. */
export function find(fs: FileSystem, path: string): BigIntStats | undefined {
  return fs.existsSync(path) ? fs.statSync(path, { bigint: true }) : undefined;
}

/** A file, by a path that leads to it. */
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
    other.fs.utimesSync(other.path, atimeNs, mtimeNs - 1_000_000n);
  } catch {
    // Nothing can be changed there.
    return false;
  }
  const isOne = one.fs.statSync(one.path, { bigint: true }).mtimeNs !== one.stat.mtimeNs;
  other.fs.utimesSync(other.path, atimeNs, mtimeNs);
  return isOne;
}

function agree(one: BigIntStats, other: BigIntStats): boolean {
  return one.ctimeNs === other.ctimeNs && one.birthtimeNs === other.birthtimeNs && one.size === other.size;
}
