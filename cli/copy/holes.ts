// Finds the blocks of zeros in a buffer, which a sparse copy leaves out.

/** The smallest hole, in bytes: one block on most file systems. */
export const BLOCK = 4096;
const ZEROS = Buffer.alloc(1 << 20);

/** Yields the ranges of bytes[0, count) between whole blocks of zeros, which a new file can leave as holes. */
export function* dataIn(bytes: Uint8Array, count: number): Generator<readonly [start: number, end: number]> {
  // Most holes are long.
  if (count <= ZEROS.length && isZero(bytes, 0, count)) return;
  let start = -1;
  for (let at = 0; at < count; at += BLOCK) {
    const end = Math.min(at + BLOCK, count);
    const isHole = isZero(bytes, at, end);
    if (isHole && start >= 0) yield [start, at];
    if (isHole) start = -1;
    else if (start < 0) start = at;
  }
  if (start >= 0) yield [start, count];
}

/** Compares natively: a loop over a hole of gigabytes takes many seconds. */
function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  return ZEROS.compare(bytes, start, end, 0, end - start) === 0;
}
