// Arguments and variables that are not UTF-8: Node decodes them with loss, Linux has them in /proc/self. A byte that is
// not UTF-8 is a lone surrogate here, U+DC80 to U+DCFF, as in Python (PEP 383).
import { readFileSync } from 'node:fs';

/** The lone surrogate of byte 0. */
const ESCAPE = 0xdc00;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Decodes bytes; those that are not UTF-8 become lone surrogates. */
export function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const length = lengthAt(bytes, at);
      text += length === 0 ? String.fromCharCode(ESCAPE + bytes[at]!) : decoder.decode(bytes.subarray(at, at + length));
      at += length || 1;
    }
    return text;
  }
}

/** The length of the character at a place in bytes; 0 if there is none. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    return decoder.decode(bytes.subarray(at, at + length)).length > 0 ? length : 0;
  } catch {
    return 0;
  }
}

/** Encodes a text of `decode`. */
export function encode(text: string): Uint8Array {
  const parts = text.split(/([\udc80-\udcff])/u);
  const pieces = parts.map((part, i) => (i % 2 === 0 ? encoder.encode(part) : [part.charCodeAt(0) - ESCAPE]));
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Returns the last words of this process's command line, without loss; `argv` where the system does not tell. */
export function wordsOf(argv: readonly string[]): readonly string[] {
  const words = recordsOf('cmdline').slice(-argv.length);
  const isSame = words.length === argv.length && words.every((word, i) => whole(word) === whole(argv[i]!));
  return isSame ? words : argv;
}

/** A text in either form, without the bytes that are not UTF-8. */
function whole(text: string): string {
  return text.replaceAll(/[\udc80-\udcff\ufffd]/gu, '');
}

/** Returns variables of a program, without loss where they are those of this process. */
export function recovered(env: Readonly<Record<string, string>>): Record<string, string> {
  const records = recordsOf('environ').map((record) => [record, whole(record)] as const);
  const pairs = Object.entries(env).map(([name, value]) => {
    const isOurs = process.env[name] === value;
    const [record] = (isOurs && records.find(([, rest]) => rest === whole(`${name}=${value}`))) || [`${name}=${value}`];
    const at = record.indexOf('=');
    return [record.slice(0, at), record.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** The records of a file of /proc/self, each of which ends with a NUL; none where the system has no such file. */
function recordsOf(file: string): string[] {
  try {
    const bytes = readFileSync(`/proc/self/${file}`);
    const records: string[] = [];
    for (let at = 0, end; (end = bytes.indexOf(0, at)) >= 0; at = end + 1)
      records.push(decode(bytes.subarray(at, end)));
    return records;
  } catch {
    return [];
  }
}

/** argv and environ as bytes, each with its NUL. */
export function rawOf(argv: readonly string[], env: Readonly<Record<string, string>>) {
  return {
    args: argv.map((word) => encode(`${word}\0`)),
    env: Object.entries(env).map(([name, value]) => encode(`${name}=${value}\0`)),
  };
}
