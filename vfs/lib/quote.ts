// Quoting of names for terminals and log lines.
import { bytesOf } from './utf8.ts';

/**
 * Characters that can control a terminal, forge a line or be invisible: control characters (C0, DEL, C1), format
 * characters (bidi controls, zero-width ones), line and paragraph separators, and unpaired surrogates: bytes that are
 * not UTF-8.
 */
const UNSAFE = '\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}';
/** Printable ASCII: most texts, which need none of the expressions below. */
const PLAIN = /^[ -~]*$/;

/** Expressions by their sets of characters. Each takes half a millisecond to make, so that none is made at import. */
const made = new Map<string, RegExp>();

function anyOf(characters: string): RegExp {
  let found = made.get(characters);
  if (found === undefined) made.set(characters, (found = new RegExp(`[${characters}]`, 'gu')));
  return found;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

/** A character as a C escape: a letter, or its bytes (utf8.ts) in three octal digits each. */
function escape(char: string): string {
  const short = SHORT.get(char);
  if (short !== undefined) return short;
  return Array.from(bytesOf(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Quotes a text with double quotes and C escapes, as git does: `"a\nb"`. The result can be parsed back. */
export function quote(text: string): string {
  return `"${text.replace(anyOf(PLAIN.test(text) ? '"\\\\' : `"\\\\${UNSAFE}`), escape)}"`;
}

/** Quotes a text only if needed: a result that does not begin with a double quote is the text itself. */
export function quoteIfNeeded(text: string): string {
  const isSafe = text !== '' && !text.startsWith('"') && escapeControls(text) === text;
  return isSafe ? text : quote(text);
}

/** Escapes unsafe characters in a sentence that contains foreign text, and changes nothing else. */
export function escapeControls(text: string): string {
  return PLAIN.test(text) ? text : text.replace(anyOf(UNSAFE), escape);
}
