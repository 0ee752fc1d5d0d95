// The block size of tar, and padding to it.

/** Everything in a tar comes in blocks of this size. */
export const BLOCK = 512;

/** Bytes up to a whole number of blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
