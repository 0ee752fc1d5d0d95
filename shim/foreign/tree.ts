import type { Inode } from '@bjorn3/browser_wasi_shim';
import { FILETYPE } from '../abi.ts';

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

/** Whether a directory is another one or has it somewhere below. */
export function holds(dir: Inode, inode: Inode | null): boolean {
  if (inode === null) return false;
  // Those of a Directory, of whichever copy of the package.
  const { contents } = dir as { contents?: unknown };
  if (!(contents instanceof Map)) return false;
  return dir === inode || [...(contents as Map<string, Inode>).values()].some((entry) => holds(entry, inode));
}
