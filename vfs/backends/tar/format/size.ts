// The block size of tar, and padding to it.

/** Bytes of a block of tar. */
export const BLOCK = 512;

/** Rounds a size up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
