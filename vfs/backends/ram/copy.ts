// Byte copies between arrays, by loop, by 32-bit words or by TypedArray.set, whichever is fastest for the length.

/** Up to this many bytes a loop over them is the fastest. */
const BYTES = 16;
/** Up to this many a loop over words is, where both lie at whole words; beyond, to make a view and copy that. */
const WORDS = 128;
/** Arrays below this are not worth another view. */
const LARGE = 1024;

const NONE = new Int32Array(0);

// The words of the last two arrays: the guest's memory and a piece of a file. They are let go of when a file is closed,
// so that they keep neither alive.
let first: Uint8Array | null = null;
let firstWords = NONE;
let second: Uint8Array | null = null;
let secondWords = NONE;

/** Remembers the words of an array in place of another one than `kept`. */
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

/** Lets go of the arrays that were copied last. */
export function forgetCopied(): void {
  if (first === null) return;
  first = second = null;
  firstWords = secondWords = NONE;
}

/** Copies `count` bytes of `from`, from `start` on, to `to` at `at`. They do not overlap. */
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
