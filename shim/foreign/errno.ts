// Converts the results of Fd methods to Linux errnos.
import { E, WASI_ERRNO, errnoOfWasi } from '../../vfs/linux/errno.ts';
import { CROSS_MOUNT } from '../../vfs/client/at.ts';

/** −errno of a result, 0 for none; `lacking` for one that says that there is no such method. */
export function failed(ret: number, lacking: number): number {
  const errno = errnoOfWasi(ret);
  return -(errno === E.ENOTSUP ? lacking : errno);
}

/** The errno of a path call, as Descriptor has it: EXDEV for a path that leaves its directory. */
export function pathErrno(ret: number): number {
  if (ret === WASI_ERRNO.ENOTCAPABLE) return E.EXDEV;
  return ret === WASI_ERRNO.EXDEV ? CROSS_MOUNT : errnoOfWasi(ret);
}

/** Whether the stack was full, in the words of V8 and JavaScriptCore, or of SpiderMonkey. */
function isStackOverflow(thrown: Error): boolean {
  return /call stack|recursion/.test(thrown.message);
}

/** Runs what may ask for more memory than there is: −EFBIG. */
export function bounded(call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    if (!(thrown instanceof RangeError) || isStackOverflow(thrown)) throw thrown;
    return -E.EFBIG;
  }
}
