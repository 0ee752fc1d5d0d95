/** The least that a file system leaves out of a file; on most of them it is one block. */
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/** The ranges of bytes[0, count) between whole blocks of zeros, which a new file need not be given. */
export function* dataIn(bytes: Buffer, count: number): Generator<readonly [start: number, end: number]> {
  let start = -1;
  for (let at = 0; at < count; at += BLOCK) {
    const end = Math.min(at + BLOCK, count);
    const isHole = ZEROS.compare(bytes, at, end, 0, end - at) === 0;
    if (isHole && start >= 0) yield [start, at];
    if (isHole) start = -1;
    else if (start < 0) start = at;
  }
  if (start >= 0) yield [start, count];
}
