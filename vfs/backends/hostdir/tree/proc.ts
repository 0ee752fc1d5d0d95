// Opens the exported directory by descriptor and checks that /proc reaches it.
import { E } from '../../../linux/errno.ts';
import type { HostInode } from './inode.ts';
import { BIG, BIG_OR_NONE, hostErrno, type Fs } from '../node/node.ts';
import type { InodeTable } from './table.ts';
import { decodeTarget } from '../node/text.ts';

/** open(2) flag of a descriptor that only identifies a file; the same number on all architectures of Node. */
export const O_PATH = 0o10000000;

/** The directory of a process's own descriptors. */
const DESCRIPTORS = '/proc/self/fd';

/**
 * Opens the directory to export.
 * @returns Its descriptor; or −1 if the system has no descriptors reachable through /proc (on Linux: no /proc).
 * @throws Error for any other failure, for example EMFILE: it must never cause a fallback to paths, where another
 *   process could lead a guest outside.
 */
export function openTop(fs: Fs, path: string): number {
  if (process.platform !== 'linux') return -1;
  const fd = fs.openSync(path, O_PATH | fs.constants.O_DIRECTORY);
  let works = false;
  try {
    works = leadsThrough(fs, fd);
    return works ? fd : -1;
  } finally {
    if (!works) fs.closeSync(fd);
  }
}

/**
 * True if /proc reaches the descriptor; false if there is no /proc.
 * @throws Error if it is neither.
 */
function leadsThrough(fs: Fs, fd: number): boolean {
  let failed: unknown;
  try {
    const direct = fs.fstatSync(fd, BIG);
    const through = fs.statSync(`${DESCRIPTORS}/${fd}`, BIG);
    if (direct.ino === through.ino && direct.dev === through.dev) return true;
  } catch (thrown) {
    failed = thrown;
    if (hostErrno(thrown) === E.ENOENT && fs.lstatSync('/proc/self', BIG_OR_NONE) === undefined) return false;
  }
  const reason = failed instanceof Error ? failed.message : 'it leads to another file';
  const message =
    `The directory cannot be exported safely, as its descriptor cannot be reached through ${DESCRIPTORS} (${reason}). ` +
    'Deno needs -A for it. If no other process changes the directory, pass { paths: true }.';
  throw Object.assign(new Error(message, { cause: failed }), {
    code: (failed as { code?: unknown } | null)?.code ?? 'EIO',
  });
}

/**
 * Reads a symlink by its name, since node:fs cannot by its descriptor. Returns true if the name led to the inode all
 * the time. The target of a symlink never changes.
 */
export function readLink(fs: Fs, table: InodeTable, inode: HostInode, path: string): boolean {
  let bytes: Uint8Array | null = null;
  try {
    bytes = fs.readlinkSync(path, { encoding: 'buffer' });
  } catch (thrown) {
    // No longer a symlink, or removed; or a target that is not UTF-8 in Deno.
    const errno = hostErrno(thrown);
    if (errno !== E.EINVAL && errno !== E.ENOENT && !('deno' in process.versions)) throw thrown;
  }
  const st = fs.lstatSync(path, BIG_OR_NONE);
  if (st === undefined || table.keyOf(st) !== inode.key) return false;
  inode.target = bytes === null ? null : decodeTarget(bytes);
  return true;
}
