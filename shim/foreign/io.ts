// Reads and writes iovecs through the methods of an Fd, one call for each range.
import { E } from '../../vfs/linux/errno.ts';
import type { Iov } from '../../vfs/lib/iov.ts';
import type { Caller } from '../preview1/descriptors/descriptor.ts';
import { bounded, failed } from './errno.ts';

/**
 * Fills the ranges with one call of `read` each, up to the first short read.
 * @param lacking The errno for ENOTSUP, the answer of an Fd without the method.
 * @returns The bytes read; or −errno if the first call fails.
 */
export function readEach(
  iov: Iov,
  caller: Caller,
  lacking: number,
  read: (size: number, done: number) => { ret: number; data: Uint8Array },
): number {
  let done = 0;
  for (let i = 0; i < iov.count; i++) {
    const size = iov.end[i]! - iov.start[i]!;
    const { ret, data } = caller.leave(() => read(size, done));
    if (ret !== 0) return done > 0 ? done : failed(ret, lacking);
    iov.u8 = caller.fresh();
    iov.u8.set(data.length > size ? data.subarray(0, size) : data, iov.start[i]!);
    done += Math.min(data.length, size);
    if (data.length < size) break;
  }
  return done;
}

/** Writes the ranges with one call of `write` each, up to the first short write. Results are those of readEach. */
export function writeEach(
  iov: Iov,
  caller: Caller,
  lacking: number,
  write: (data: Uint8Array, done: number) => { ret: number; nwritten: number },
): number {
  let done = 0;
  for (let i = 0; i < iov.count; i++) {
    // A copy, because an Fd may keep the array.
    iov.u8 = caller.fresh();
    const data = iov.u8.slice(iov.start[i]!, iov.end[i]!);
    const count = bounded(() => {
      const { ret, nwritten } = caller.leave(() => write(data, done));
      if (ret !== 0) return failed(ret, lacking);
      return Number.isInteger(nwritten) && nwritten >= 0 && nwritten <= data.length ? nwritten : -E.EIO;
    });
    if (count < 0) return done > 0 ? done : count;
    done += count;
    if (count < data.length) break;
  }
  return done;
}
