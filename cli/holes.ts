/** The least that a file system leaves out of a file; on most of them it is one block. */
const BLOCK = 4096;

/** The ranges of bytes[0, count) between whole blocks of zeros, which a new file need not be given. */
export function* dataIn(bytes: Uint8Array, count: number): Generator<readonly [start: number, end: number]> {
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

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
