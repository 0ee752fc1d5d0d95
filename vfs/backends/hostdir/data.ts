// Positional reads and writes on a host descriptor, in as many calls as needed.
import { E } from '../../linux/errno.ts';
import type { FileCalls } from './calls/calls.ts';

/** The limit of bytes per call: node:fs takes a 32-bit length. */
const CHUNK = 1 << 30;

/**
 * Reads or writes u8[start, end) at a file offset, in as many calls as needed.
 * @param writes True to write, false to read.
 * @returns The number of bytes transferred; or −errno if none was.
 */
export function transfer(
  calls: FileCalls,
  writes: boolean,
  fd: number,
  offset: number,
  u8: Uint8Array,
  start: number,
  end: number,
): number {
  let at = start;
  while (at < end) {
    const length = Math.min(end - at, CHUNK);
    const position = offset + (at - start);
    const count = writes ? calls.write(fd, u8, at, length, position) : calls.read(fd, u8, at, length, position);
    if (count < 0) {
      if (count === -E.EINTR) continue;
      // A partial transfer is a success.
      return at > start ? at - start : count;
    }
    at += count;
    // A file of the host gives less only at its end.
    if (count === 0 || (!writes && count < length)) break;
  }
  return at - start;
}
