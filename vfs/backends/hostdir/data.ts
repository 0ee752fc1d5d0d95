// Positional reads, writes and truncation on a host descriptor, with errnos in place of exceptions.
import { E } from '../../linux/errno.ts';
import { hostErrno, type Fs } from './node/node.ts';

/** Most bytes of one call: node:fs takes a length for a number of 32 bits. */
const CHUNK = 1 << 30;

/** Moves u8[start, end) from or to the file at `offset` with readSync or writeSync: the bytes moved; or −errno. */
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
      // What was moved before the error counts.
      return at > start ? at - start : -errno;
    }
    if (count === 0) break;
    at += count;
  }
  return at - start;
}

/** ftruncate(2). EFBIG also where node:fs takes no such number. */
export function truncate(fs: Fs, fd: number, size: number): number {
  try {
    fs.ftruncateSync(fd, size);
    return 0;
  } catch (thrown) {
    return thrown instanceof RangeError ? E.EFBIG : hostErrno(thrown);
  }
}
