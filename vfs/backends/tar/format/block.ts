// Parses the 512-byte header block of a member: ustar, GNU and v7. Knows bytes only, no names or kinds.
import { BLOCK } from './size.ts';

/** The fields of a member's header block, as GNU tar reads them (list.c). An invalid number is NaN. */
export interface Header {
  name: Uint8Array;
  target: Uint8Array;
  type: string;
  /** By the magic: sparse maps and dump directories are GNU's, pax records POSIX's. */
  format: 'posix' | 'gnu' | 'old';
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  major: number;
  minor: number;
  block: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const SLASH = 0x2f;
const SPACE = 0x20;
const ZERO = 0x30;
const CHECKSUM = 148;
const CHECKSUM_END = 156;
const [POSIX, GNU] = [asBytes('ustar\0'), asBytes('ustar  \0')];

function asBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function has(block: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (block[at + i] !== bytes[i]) return false;
  return true;
}

/** Returns the bytes up to the first NUL. */
export function cString(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** True if a block is all zeros. */
export function isZero(block: Uint8Array): boolean {
  for (let i = 0; i < block.length; i++) if (block[i] !== 0) return false;
  return true;
}

/** True if the checksum is valid: over unsigned bytes (POSIX), or over signed ones as some old writers have it. */
export function isHeader(block: Uint8Array): boolean {
  let unsigned = 0;
  let negative = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= CHECKSUM && i < CHECKSUM_END ? SPACE : block[i]!;
    unsigned += byte;
    if (byte >= 0x80) negative++;
  }
  const stored = octal(block, CHECKSUM, CHECKSUM_END, true);
  return stored === unsigned || stored === unsigned - 256 * negative;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= 13);
}

/**
 * Parses a number: octal digits with blanks around and a NUL before or after, or base 256 if the first byte is 0x80 or
 * 0xff (from_header of list.c). NaN if invalid; not exact beyond 2^53.
 * @param onlyOctal True for the checksum.
 */
export function octal(block: Uint8Array, from: number, end: number, onlyOctal = false): number {
  const first = block[from]!;
  if (!onlyOctal && (first === 0x80 || first === 0xff)) return base256(block, from, end);
  // Some writers put a NUL first.
  let at = first === 0 ? from + 1 : from;
  while (at < end && isSpace(block[at]!)) at++;
  if (at === end) return NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = block[at]! - ZERO;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  return at === end || block[at] === 0 || isSpace(block[at]!) ? value : NaN;
}

/** Two's complement; the first bit of the field is a marker. */
function base256(block: Uint8Array, from: number, end: number): number {
  let value = block[from] === 0xff ? -1 : 0;
  for (let at = from + 1; at < end; at++) value = value * 256 + block[at]!;
  return value;
}

/** Parses a block whose checksum is valid. */
export function headerOf(block: Uint8Array): Header {
  const format = has(block, 257, POSIX) ? 'posix' : has(block, 257, GNU) ? 'gnu' : 'old';
  return {
    name: nameOf(block, format === 'posix'),
    target: cString(block.subarray(157, 257)),
    type: String.fromCharCode(block[156]!),
    format,
    mode: octal(block, 100, 108),
    uid: octal(block, 108, 116),
    gid: octal(block, 116, 124),
    size: octal(block, 124, 136),
    mtime: octal(block, 136, 148),
    major: octal(block, 329, 337),
    minor: octal(block, 337, 345),
    block,
  };
}

/** Returns the name, for ustar with the prefix. */
function nameOf(block: Uint8Array, isUstar: boolean): Uint8Array {
  const name = cString(block.subarray(0, 100));
  const prefix = isUstar ? cString(block.subarray(345, 500)) : NOTHING;
  if (prefix.length === 0) return name;
  const whole = new Uint8Array(prefix.length + 1 + name.length);
  whole.set(prefix);
  whole[prefix.length] = SLASH;
  whole.set(name, prefix.length + 1);
  return whole;
}
