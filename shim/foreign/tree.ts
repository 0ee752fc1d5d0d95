// Walks the in-memory directories of browser_wasi_shim, which their own methods cannot do.
import type { Fd, Inode, OpenDirectory, wasi } from '@bjorn3/browser_wasi_shim';
import { FILETYPE } from '../preview1/abi/structs.ts';

/** A path without the slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/([^/])\/+$/, '$1');
}

/** The parent directory of a path. */
export function parentOf(path: string): string {
  return withoutSlash(path).replace(/[^/]*$/, '') || '.';
}

export function isDirectory(inode: Inode): boolean {
  return inode.stat().filetype === FILETYPE.DIRECTORY;
}

/** The entries of a Directory (of any copy of the package) by name; null for another inode. */
function contentsOf(inode: object): ReadonlyMap<string, Inode> | null {
  const { contents } = inode as { contents?: unknown };
  return contents instanceof Map ? (contents as Map<string, Inode>) : null;
}

/** True if `inode` is `dir` or a directory below it. */
export function holds(dir: Inode, inode: Inode | null): boolean {
  if (inode === null || contentsOf(dir) === null) return false;
  const left = [dir];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at === inode) return true;
    for (const entry of contentsOf(at)?.values() ?? []) if (contentsOf(entry) !== null) left.push(entry);
  }
  return false;
}

/** The members of a directory entry that a listing reads. */
export type ForeignEntry = Pick<wasi.Dirent, 'd_ino' | 'd_type' | 'dir_name'>;

const encoder = new TextEncoder();

/**
 * True if the fd_readdir_single of an Fd is the one of the package's OpenDirectory, of any copy of it: it is defined
 * there and in Fd, so that a third definition is a user's own.
 */
function listsContents(fd: Fd): boolean {
  const definitions: object[] = [];
  for (let at: object | null = fd; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, 'fd_readdir_single')) definitions.push(at);
  }
  return definitions.length === 2 && Object.hasOwn(definitions[0]!, 'path_lookup');
}

/**
 * The entries of an OpenDirectory, in one pass: its fd_readdir_single takes linear time for each entry. Null for an Fd
 * with its own fd_readdir_single.
 */
export function foreignEntries(fd: Fd): ForeignEntry[] | null {
  const { dir } = fd as Partial<OpenDirectory>;
  const contents = dir && contentsOf(dir);
  if (!contents || !listsContents(fd)) return null;
  const own = [0n, 1n].map((cookie): ForeignEntry => fd.fd_readdir_single(cookie).dirent!);
  const names = Array.from(contents, ([name, entry]): ForeignEntry => {
    return { d_ino: entry.ino, d_type: entry.stat().filetype, dir_name: encoder.encode(name) };
  });
  return own.concat(names);
}
