// Interning of short strings, without decoding or allocating for a string seen lately.
import { E } from '../linux/errno.ts';
import { decodeText } from './utf8.ts';

// A table indexed by a hash of the bytes, two slots per hash, returns the string decoded last time. It is bounded: a
// new string replaces one of the two, so that a flood of names costs only the gain.
const SLOTS = 8192;
const LONGEST = 64;

const hashes = new Int32Array(SLOTS);
const lengths = new Uint8Array(SLOTS);
const bytes = new Uint8Array(SLOTS * LONGEST);
const strings: string[] = new Array<string>(SLOTS).fill('');
// The slot of a pair that the next new string replaces.
let turn = 0;

/**
 * Decodes the bytes [start, end) of `u8`, as in utf8.ts; strings of up to 64 bytes seen lately come from the table. The bytes
 * may be shared with other threads and change meanwhile.
 * @param guess A likely result, such as the string decoded from this place last time. It changes only the speed.
 * @returns The string; EFAULT if the range is not within `u8`.
 */
export function internString(u8: Uint8Array, start: number, end: number, guess = ''): string | number {
  const length = end - start;
  if (length <= 0) return length === 0 ? '' : E.EFAULT;
  if (start < 0 || end > u8.length) return E.EFAULT;
  if (length === guess.length && spells(u8, start, guess)) return guess;
  if (length > LONGEST) return decodeText(u8.slice(start, end));
  const hash = hashOf(u8, start, end);
  const slot = (hash >>> 18) & (SLOTS - 2);
  if (hashes[slot] === hash && holds(slot, u8, start, length)) return strings[slot];
  if (hashes[slot + 1] === hash && holds(slot + 1, u8, start, length)) return strings[slot + 1];
  turn ^= 1;
  return remember(slot + turn, hash, u8, start, length);
}

/** True if `text` is ASCII and equals the bytes from `start` on. */
function spells(u8: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== u8[start + i] || unit > 0x7f) return false;
  }
  return true;
}

/** Hashes four bytes per step. The top bits, which depend on all bytes, choose the slots. */
function hashOf(u8: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let i = start;
  for (const words = end - 3; i < words; i += 4) {
    const word = u8[i] | (u8[i + 1] << 8) | (u8[i + 2] << 16) | (u8[i + 3] << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ u8[i], 0x9e3779b1);
  return hash;
}

function holds(slot: number, u8: Uint8Array, start: number, length: number): boolean {
  if (lengths[slot] !== length) return false;
  const base = slot * LONGEST;
  for (let i = 0; i < length; i++) {
    if (bytes[base + i] !== u8[start + i]) return false;
  }
  return true;
}

/**
 * Decodes from the table's copy: TextDecoder rejects shared memory in browsers, and the copy cannot change meanwhile.
 */
function remember(slot: number, hash: number, u8: Uint8Array, start: number, length: number): string {
  const base = slot * LONGEST;
  for (let i = 0; i < length; i++) bytes[base + i] = u8[start + i];
  hashes[slot] = hash;
  lengths[slot] = length;
  return (strings[slot] = decodeText(bytes.subarray(base, base + length)));
}
