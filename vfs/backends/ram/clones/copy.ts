// Byte copies between arrays, by loop, by 32-bit words or by TypedArray.set, whichever is fastest for the length.

/** Up to this many bytes a loop over bytes is fastest. */
const BYTES = 16;
/** Up to this many bytes a loop over aligned words is fastest; beyond, TypedArray.set of a view. */
const WORDS = 128;
/** Smaller arrays get no view of words. */
const LARGE = 1024;

const NONE = new Int32Array(0);

// Views of the last two arrays as words: the guest's memory and a piece of a file. Dropped when a file is closed, so
// that they keep neither alive.
let first: Uint8Array | null = null;
let firstWords = NONE;
let second: Uint8Array | null = null;
let secondWords = NONE;

/** Caches a view of an array as words, in place of another one than `kept`. */
function remember(bytes: Uint8Array, kept: Uint8Array): Int32Array<ArrayBuffer> {
  const words = new Int32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length >>> 2);
  if (first === kept) {
    second = bytes;
    secondWords = words;
  } else {
    first = bytes;
    firstWords = words;
  }
  return words;
}

/** Drops the cached views. */
export function forgetCopied(): void {
  if (first === null) return;
  first = second = null;
  firstWords = secondWords = NONE;
}

/** Copies `count` bytes from `from` at `start` to `to` at `at`. The ranges must not overlap. */
export function copyBytes(from: Uint8Array, start: number, to: Uint8Array, at: number, count: number): void {
  if (count <= BYTES) for (let i = 0; i < count; i++) to[at + i] = from[start + i]!;
  else if (count <= WORDS && canUseWords(from, start) && canUseWords(to, at)) copyWords(from, start, to, at, count);
  else to.set(from.subarray(start, start + count), at);
}

function canUseWords(bytes: Uint8Array, at: number): boolean {
  return (at & 3) === 0 && bytes.length >= LARGE && (bytes.byteOffset & 3) === 0;
}

function copyWords(from: Uint8Array, start: number, to: Uint8Array, at: number, count: number): void {
  const source = from === first ? firstWords : from === second ? secondWords : remember(from, to);
  const target = to === first ? firstWords : to === second ? secondWords : remember(to, from);
  let i = start >>> 2;
  let j = at >>> 2;
  const end = i + (count >>> 2);
  for (const fours = end - 3; i < fours; i += 4, j += 4) {
    target[j] = source[i]!;
    target[j + 1] = source[i + 1]!;
    target[j + 2] = source[i + 2]!;
    target[j + 3] = source[i + 3]!;
  }
  for (; i < end; i++, j++) target[j] = source[i]!;
  for (let k = count & ~3; k < count; k++) to[at + k] = from[start + k]!;
}
