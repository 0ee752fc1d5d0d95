// Walks the in-memory directories of browser_wasi_shim, which their own methods cannot do.
import { OpenDirectory, wasi, type Fd, type Inode } from '@bjorn3/browser_wasi_shim';
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

/**
 * The entries of an OpenDirectory with the cookies of its fd_readdir_single, in one pass: the method itself takes
 * linear time for each entry. Null for an Fd with its own fd_readdir_single.
 */
export function entriesOf(fd: Fd): wasi.Dirent[] | null {
  const { dir, fd_readdir_single } = fd as Partial<OpenDirectory>;
  if (fd_readdir_single !== OpenDirectory.prototype.fd_readdir_single) return null;
  const contents = dir && contentsOf(dir);
  if (!contents) return null;
  const own = [0n, 1n].map((cookie) => fd.fd_readdir_single(cookie).dirent!);
  const names = Array.from(contents, ([name, entry], i) => {
    return new wasi.Dirent(BigInt(i) + 3n, entry.ino, name, entry.stat().filetype);
  });
  return own.concat(names);
}
