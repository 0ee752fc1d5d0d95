// Interning of short UTF-8 strings, without decoding or allocating for a string seen lately.
import { E } from '../linux/errno.ts';

// The same few names pass again and again. A table indexed by a hash of the bytes gives back the string made last
// time, so that a known name costs no decoding and no memory. It is bounded, two slots a hash: a newcomer takes one of
// them, and whoever floods the table with names only loses the gain.
const SLOTS = 8192;
const LONGEST = 64;

const hashes = new Int32Array(SLOTS);
const lengths = new Uint8Array(SLOTS);
const bytes = new Uint8Array(SLOTS * LONGEST);
const strings: string[] = new Array<string>(SLOTS).fill('');
// Which of a pair of slots the next newcomer takes.
let turn = 0;

// ignoreBOM keeps a leading U+FEFF: it is part of a name.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The string that the UTF-8 bytes [start, end) of u8 spell, or an errno: EFAULT when the range is not within u8,
 * EILSEQ when it is not UTF-8. Strings of up to 64 bytes seen lately come from a table without being decoded. The
 * bytes may be shared with other threads: the string is one they spelled, whatever happens to them meanwhile.
 * `guess` is what they may well spell again: the string that was in this place before.
 */
export function internString(u8: Uint8Array, start: number, end: number, guess = ''): string | number {
  const length = end - start;
  if (length <= 0) return length === 0 ? '' : E.EFAULT;
  if (start < 0 || end > u8.length) return E.EFAULT;
  if (length === guess.length && spells(u8, start, guess)) return guess;
  if (length > LONGEST) return decodeBytes(u8.slice(start, end));
  const hash = hashOf(u8, start, end);
  const slot = (hash >>> 18) & (SLOTS - 2);
  if (hashes[slot] === hash && holds(slot, u8, start, length)) return strings[slot];
  if (hashes[slot + 1] === hash && holds(slot + 1, u8, start, length)) return strings[slot + 1];
  turn ^= 1;
  return remember(slot + turn, hash, u8, start, length);
}

/** Whether the bytes from `start` on, as many as `text` has characters, are those of this text, and ASCII. */
function spells(u8: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== u8[start + i] || unit > 0x7f) return false;
  }
  return true;
}

/** Four bytes a step; the top bits, which depend on all of them, choose the slots. */
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

/** Decodes from the table's own copy: TextDecoder refuses shared memory in browsers, and a copy cannot change. */
function remember(slot: number, hash: number, u8: Uint8Array, start: number, length: number): string | number {
  const base = slot * LONGEST;
  for (let i = 0; i < length; i++) bytes[base + i] = u8[start + i];
  lengths[slot] = 0;
  const string = decodeBytes(bytes.subarray(base, base + length));
  if (typeof string === 'number') return string;
  hashes[slot] = hash;
  lengths[slot] = length;
  strings[slot] = string;
  return string;
}

function decodeBytes(copy: Uint8Array): string | number {
  try {
    return decoder.decode(copy);
  } catch {
    return E.EILSEQ;
  }
}
