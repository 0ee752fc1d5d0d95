// Converts the errno of a path operation to a WASI errno.
import { E, WASI_ERRNO, wasiErrnoOf } from '../../vfs/linux/errno.ts';

/** The WASI errno of a descriptor's path call: EXDEV is a path that leaves its directory, −EXDEV another file system. */
export function pathErrno(errno: number): number {
  return errno === E.EXDEV ? WASI_ERRNO.ENOTCAPABLE : wasiErrnoOf(Math.abs(errno));
}
