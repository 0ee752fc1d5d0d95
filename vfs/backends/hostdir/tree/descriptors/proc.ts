// Opens the exported directory by descriptor and checks that /proc reaches it.
import { E } from '../../../../linux/errno.ts';
import { BIG, BIG_OR_NONE, hostErrno, type Fs } from '../../node/node.ts';
import { pathForNode } from '../../node/text.ts';

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
  const fd = fs.openSync(pathForNode(path), O_PATH | fs.constants.O_DIRECTORY);
  let works = false;
  try {
    works = leadsThrough(fs, fd);
    return works ? fd : -1;
  } finally {
    if (!works) fs.closeSync(fd);
  }
}

/**
 * The directory in /proc of this process's descriptors, with a trailing slash: `/proc/PID/fd/`, which is 10 % faster
 * than the symlink `/proc/self`, used where both are the same.
 * @throws The error of node:fs if /proc cannot be read.
 */
export function descriptorsAt(fs: Fs): string {
  // A /proc of another process namespace has other numbers.
  const pid = String(process.pid);
  return `/proc/${fs.readlinkSync('/proc/self') === pid ? pid : 'self'}/fd/`;
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
