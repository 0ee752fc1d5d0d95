// Walks the in-memory directories of browser_wasi_shim, which their own methods cannot do.
import { OpenDirectory, wasi, type Fd, type Inode } from '@bjorn3/browser_wasi_shim';
import { FILETYPE } from '../preview1/abi/structs.ts';

/** A path without the slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/([^/])\/+$/, '$1');
}

/** The path of the directory that holds a path's last name. */
export function parentOf(path: string): string {
  return withoutSlash(path).replace(/[^/]*$/, '') || '.';
}

export function isDirectory(inode: Inode): boolean {
  return inode.stat().filetype === FILETYPE.DIRECTORY;
}

/** The entries of a Directory, of whichever copy of the package, by name; null for what is none. */
function contentsOf(inode: object): ReadonlyMap<string, Inode> | null {
  const { contents } = inode as { contents?: unknown };
  return contents instanceof Map ? (contents as Map<string, Inode>) : null;
}

/** Whether a directory is another one or has it somewhere below, however deep. */
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
 * The entries of an OpenDirectory in one pass, numbered as its own method does: that one goes through all of them for
 * each. Null for an Fd that lists in another way.
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
