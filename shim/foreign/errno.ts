// Converts the results of Fd methods to Linux errnos.
import { E, OUTSIDE, WASI_ERRNO, errnoOfWasi } from '../../vfs/linux/errno.ts';

/** Returns −errno of a WASI errno, with `lacking` for ENOTSUP (the Fd lacks the method); 0 for success. */
export function failed(ret: number, lacking: number): number {
  const errno = errnoOfWasi(ret);
  return -(errno === E.ENOTSUP ? lacking : errno);
}

/** Converts a WASI errno to one of Descriptor's *at calls: ENOTCAPABLE is OUTSIDE. */
export function atCallErrno(ret: number): number {
  return ret === WASI_ERRNO.ENOTCAPABLE ? OUTSIDE : errnoOfWasi(ret);
}

/** True for the RangeError of a stack overflow: its text in V8 and JavaScriptCore, or in SpiderMonkey. */
function isStackOverflow(thrown: Error): boolean {
  return /call stack|recursion/.test(thrown.message);
}

/** Runs a call that may allocate a large array. Returns its result, or −EFBIG if the allocation fails. */
export function bounded(call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    if (!(thrown instanceof RangeError) || isStackOverflow(thrown)) throw thrown;
    return -E.EFBIG;
  }
}
