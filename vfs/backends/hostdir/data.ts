// Positional reads, writes and truncation on a host descriptor, with errnos in place of exceptions.
import { E } from '../../linux/errno.ts';
import { hostErrno, type Fs } from './node/node.ts';

/** The limit of bytes per call: node:fs takes a 32-bit length. */
const CHUNK = 1 << 30;

/**
 * Reads or writes u8[start, end) at a file offset, in as many calls as needed.
 * @param call readSync or writeSync.
 * @returns The number of bytes transferred; or −errno if none was.
 */
export function transfer(
  call: (fd: number, u8: Uint8Array, at: number, length: number, position: number) => number,
  fd: number,
  offset: number,
  u8: Uint8Array,
  start: number,
  end: number,
): number {
  let at = start;
  while (at < end) {
    let count: number;
    try {
      count = call(fd, u8, at, Math.min(end - at, CHUNK), offset + (at - start));
    } catch (thrown) {
      const errno = hostErrno(thrown);
      if (errno === E.EINTR) continue;
      // A partial transfer is a success.
      return at > start ? at - start : -errno;
    }
    if (count === 0) break;
    at += count;
  }
  return at - start;
}

/** ftruncate(2). Also EFBIG for a size that node:fs rejects. */
export function truncate(fs: Fs, fd: number, size: number): number {
  try {
    fs.ftruncateSync(fd, size);
    return 0;
  } catch (thrown) {
    return thrown instanceof RangeError ? E.EFBIG : hostErrno(thrown);
  }
}
