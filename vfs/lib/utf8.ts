// Text as bytes: UTF-8, and any other bytes as lone surrogates, as Python's surrogateescape does (PEP 383).
//
// A byte that is not UTF-8 is U+DC80 to U+DCFF, its number plus 0xdc00: the name `caf\xe9` is 'caf\udce9'. Each sequence
// of bytes is one text, and each such text one sequence, so that names are equal as texts if they are equal as bytes.
// Any other text with half of a surrogate pair has no bytes: EILSEQ.
import { E } from '../linux/errno.ts';

// ignoreBOM keeps a leading U+FEFF: it is part of a name.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** True once a text with a byte that is not UTF-8 was decoded or encoded: until then no name has one. */
export let hasRaw = false;

/** Decodes bytes, which must not be shared with other threads. Never fails. */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes('\ufffd') ? decodeRaw(bytes) : text;
}

/** The length of a character in UTF-8. */
function lengthOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** True for any half of a surrogate pair. */
function isHalf(code: number): boolean {
  return code >> 11 === 0x1b;
}

/** True for a byte that is not UTF-8, U+DC80 to U+DCFF. */
function isByte(code: number): boolean {
  return code >> 7 === 0x1b9;
}

/** Decodes one character after the other. */
function decodeRaw(bytes: Uint8Array): string {
  hasRaw = true;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let code = length === 1 ? first : first & (0x7f >> length);
    let next = at + 1;
    for (; next < at + length && bytes[next]! >> 6 === 2; next++) code = (code << 6) | (bytes[next]! & 0x3f);
    const isWhole = next === at + length && lengthOf(code) === length && code <= 0x10ffff && !isHalf(code);
    text += isWhole ? String.fromCodePoint(code) : String.fromCharCode(0xdc00 + first);
    at = isWhole ? next : at + 1;
  }
  return text;
}

/** Writes a text, for which there must be room. A half of a surrogate pair that is no byte has three bytes. */
export function putText(text: string, bytes: Uint8Array, start: number): void {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    // A typed array takes the lowest byte of a number.
    if (code < 0x80 || isByte(code)) bytes[at++] = code;
    else {
      const length = lengthOf(code);
      let shift = 6 * length - 6;
      bytes[at++] = (0xf00 >> length) | (code >> shift);
      while (shift > 0) bytes[at++] = 0x80 | ((code >> (shift -= 6)) & 0x3f);
      if (length > 3) i++;
    }
  }
}

/**
 * The length of a text in bytes; −EILSEQ if it has half of a surrogate pair that is no byte, or bytes that are UTF-8,
 * and so have another text.
 */
export function byteLength(text: string): number {
  let length = 0;
  let isRaw = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) i++;
    if (!isHalf(code)) length += lengthOf(code);
    else if (isByte(code)) {
      hasRaw = isRaw = true;
      length++;
    } else return -E.EILSEQ;
  }
  return isRaw && decodeText(encoded(text, length)) !== text ? -E.EILSEQ : length;
}

function encoded(text: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  putText(text, bytes, 0);
  return bytes;
}

/** The bytes of a text; null if it has none. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> | null {
  const length = byteLength(text);
  return length < 0 ? null : encoded(text, length);
}

/** The bytes of a text; if it has none, those of U+FFFD for each half of a surrogate pair. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encodeText(text) ?? new TextEncoder().encode(text);
}
