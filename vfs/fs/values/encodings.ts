// The encodings of Buffer without Buffer: utf8, utf16le, latin1, ascii, hex, base64, base64url.
import { bytesOf as nameBytes } from '../../lib/utf8.ts';
import { badArgument } from './errors.ts';

/** An encoding of text as bytes, by its name in Buffer, in any case. */
export type Encoding =
  | 'utf8'
  | 'utf-8'
  | 'utf16le'
  | 'utf-16le'
  | 'ucs2'
  | 'ucs-2'
  | 'latin1'
  | 'binary'
  | 'ascii'
  | 'base64'
  | 'base64url'
  | 'hex';

/** Options, or an encoding alone, that ask for bytes. */
export type AsBytes<Options> = 'buffer' | (Omit<Options, 'encoding'> & { encoding: 'buffer' });
/** Options, or an encoding alone, that ask for text. */
export type AsText<Options> = Encoding | (Omit<Options, 'encoding'> & { encoding: Encoding });
/** Options that ask for the default. */
export type AsUsual<Options> = (Omit<Options, 'encoding'> & { encoding?: null }) | null;

/** The conversions of an encoding. Both accept any input, as Buffer does. */
export interface Codec {
  bytesOf(text: string): Uint8Array;
  textOf(bytes: Uint8Array): string;
}

/** Most arguments of one call. */
const MANY = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Invalid UTF-8 is replaced by U+FFFD. */
export const UTF8: Codec = {
  bytesOf: (text) => encoder.encode(text),
  textOf: (bytes) => decoder.decode(bytes),
};

const latin1: Codec = {
  bytesOf: (text) => filled(new Uint8Array(text.length), (i) => text.charCodeAt(i)),
  textOf: textOfUnits,
};

const ascii: Codec = {
  bytesOf: latin1.bytesOf,
  textOf: (bytes) => textOfUnits(bytes.map((byte) => byte & 0x7f)),
};

/** TextDecoder would replace unpaired surrogates and an odd last byte. */
const utf16: Codec = {
  bytesOf: (text) => filled(new Uint8Array(text.length * 2), (i) => text.charCodeAt(i >> 1) >> (8 * (i & 1))),
  textOf: (bytes) => textOfUnits(filled(new Uint16Array(bytes.length >> 1), (i) => unitAt(bytes, 2 * i))),
};

const hex: Codec = {
  bytesOf(text) {
    // Ends at the first pair that is not two digits.
    const end = text.search(/[^0-9a-f]/i);
    const pairs = (end < 0 ? text.length : end) >> 1;
    return filled(new Uint8Array(pairs), (i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
  },
  textOf: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
};

const base64: Codec = {
  /** Accepts both alphabets up to the first `=`; other characters are skipped. */
  bytesOf(text) {
    const [start = ''] = text.split('=', 1);
    const digits = start
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/[^A-Za-z0-9+/]/g, '');
    // A single digit at the end is dropped.
    return latin1.bytesOf(atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits));
  },
  textOf: (bytes) => btoa(textOfUnits(bytes)),
};

const base64url: Codec = {
  bytesOf: base64.bytesOf,
  textOf: (bytes) => base64.textOf(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
};

const CODECS: Readonly<Record<Encoding, Codec>> = {
  utf8: UTF8,
  'utf-8': UTF8,
  utf16le: utf16,
  'utf-16le': utf16,
  ucs2: utf16,
  'ucs-2': utf16,
  latin1,
  binary: latin1,
  ascii,
  base64,
  base64url,
  hex,
};

/** The codec of an encoding, by default that of UTF-8. @throws TypeError ERR_INVALID_ARG_VALUE. */
export function codecOf(encoding: string | null | undefined): Codec {
  if (!encoding) return UTF8;
  const name = String(encoding).toLowerCase();
  if (Object.hasOwn(CODECS, name)) return CODECS[name as Encoding];
  throw badArgument('ERR_INVALID_ARG_VALUE', `The argument 'encoding' is invalid encoding. Received '${encoding}'`);
}

/** The codec of an encoding; null for bytes, which is the default. @throws TypeError ERR_INVALID_ARG_VALUE. */
export function codecOrBytes(encoding: string | null | undefined): Codec | null {
  return !encoding || encoding === 'buffer' ? null : codecOf(encoding);
}

/**
 * Converts a name to the encoding wanted. As text, a byte that is not UTF-8 is a lone surrogate (lib/utf8.ts) and not
 * U+FFFD as in node:fs, so that the name leads to the file. @throws TypeError ERR_INVALID_ARG_VALUE.
 */
export function nameEncoder(encoding: string | null | undefined): (name: string) => string | Uint8Array {
  if (encoding === 'buffer') return nameBytes;
  const codec = codecOf(encoding);
  return codec === UTF8 ? (name) => name : (name) => codec.textOf(nameBytes(name));
}

/** An array with the result of `at` for each index. */
function filled<T extends Uint8Array | Uint16Array>(array: T, at: (i: number) => number): T {
  for (let i = 0; i < array.length; i++) array[i] = at(i);
  return array;
}

/** @param units Of UTF-16. */
function textOfUnits(units: Uint8Array | Uint16Array): string {
  let text = '';
  for (let at = 0; at < units.length; at += MANY) text += String.fromCharCode(...units.subarray(at, at + MANY));
  return text;
}

function unitAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}
