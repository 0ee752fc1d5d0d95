import type { HostInode } from './inode.ts';
import { BIG, BIG_OR_NONE, type Fs } from './node.ts';
import type { InodeTable } from './table.ts';
import { decodeTarget } from './text.ts';

/** open(2): the descriptor only names the file. The same number on all machines that Node runs on. */
export const O_PATH = 0o10000000;

/** Whether descriptors can be reached through /proc here. */
export function procWorks(fs: Fs, path: string): boolean {
  if (process.platform !== 'linux') return false;
  let fd = -1;
  try {
    fd = fs.openSync(path, O_PATH | fs.constants.O_DIRECTORY);
    const direct = fs.fstatSync(fd, BIG);
    const through = fs.statSync(`/proc/self/fd/${fd}/.`, BIG);
    return direct.ino === through.ino && direct.dev === through.dev;
  } catch {
    return false;
  } finally {
    if (fd >= 0) fs.closeSync(fd);
  }
}

/**
 * Reads a symlink by its name, for no call reads one by its descriptor: true if the name stood for it all the time.
 * The target of a symlink never changes.
 */
export function readLink(fs: Fs, table: InodeTable, inode: HostInode, path: string): boolean {
  let bytes: Uint8Array | null = null;
  try {
    bytes = fs.readlinkSync(path, { encoding: 'buffer' });
  } catch {
    // No symlink any more, or nothing; or Deno, which gives no target that is not UTF-8.
  }
  const st = fs.lstatSync(path, BIG_OR_NONE);
  if (st === undefined || table.keyOf(st) !== inode.key) return false;
  inode.target = bytes === null ? null : decodeTarget(bytes);
  return true;
}

/**
 * Whether going up from a directory comes to the root: it may have been moved out of the tree.
 * @param path The path of its descriptor in /proc; `top` is that of the root.
 */
export function isBelow(fs: Fs, table: InodeTable, path: string, top: string, root: HostInode): boolean {
  // Where the kernel says that both are: two calls, however deep it is.
  const place = placeOf(fs, path);
  const above = placeOf(fs, top);
  if (place !== null && above !== null && place.startsWith(`${above}/`)) return true;
  for (let below: number | string = ''; ;) {
    const key = table.keyOf(fs.statSync(path, BIG));
    if (key === root.key) return true;
    // Only the host's own root is its own parent.
    if (key === below) return false;
    below = key;
    path += '/..';
  }
}

/** The path that a descriptor has now; null for the host's root, what was removed, and a path that is not UTF-8. */
function placeOf(fs: Fs, descriptor: string): string | null {
  try {
    const path = fs.readlinkSync(descriptor);
    return /^\/$|\ufffd| \(deleted\)$/.test(path) ? null : path;
  } catch {
    return null; // longer than a path may be
  }
}
