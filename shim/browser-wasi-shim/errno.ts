// Converts the errno of a path operation to a WASI errno.
import { E, WASI_ERRNO, wasiErrnoOf } from '../../vfs/linux/errno.ts';

/** Returns ENOTCAPABLE for EXDEV (the path leaves its directory), and EXDEV for −EXDEV (two file systems). */
export function pathErrno(errno: number): number {
  return errno === E.EXDEV ? WASI_ERRNO.ENOTCAPABLE : wasiErrnoOf(Math.abs(errno));
}
