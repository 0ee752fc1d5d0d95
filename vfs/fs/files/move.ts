// Reads and writes of an open file with a buffer, at an offset or at the file's own.
import type { OpenFile } from '../../client/open-file.ts';
import { Iov } from '../../lib/iov.ts';

const iov = new Iov();

/** Reads into `u8[start, end)` from `at`, or if null from the file's offset, which moves. Returns the bytes or −errno. */
export function readInto(file: OpenFile, u8: Uint8Array, start: number, end: number, at: number | null): number {
  iov.single(u8, start, end);
  return at === null ? file.read(iov) : file.pread(iov, at);
}

/** Writes `u8[start, end)` at `at`, or if null at the file's offset, which moves. Returns the bytes or −errno. */
export function writeFrom(file: OpenFile, u8: Uint8Array, start: number, end: number, at: number | null): number {
  iov.single(u8, start, end);
  return at === null ? file.write(iov) : file.pwrite(iov, at);
}
