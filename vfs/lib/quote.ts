// Quoting of names for terminals and log lines.

/**
 * Characters that can control a terminal, forge a line or be invisible: control characters (C0, DEL, C1), format
 * characters (bidi controls, zero-width ones), line and paragraph separators, and unpaired surrogates.
 */
const UNSAFE = '\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}';
const STEERS = new RegExp(`[${UNSAFE}]`, 'u');
const STEERING = new RegExp(`[${UNSAFE}]`, 'gu');
const TO_ESCAPE = new RegExp(`["\\\\${UNSAFE}]`, 'gu');

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

const encoder = new TextEncoder();

/** A character as a C escape: a letter, or its UTF-8 bytes in three octal digits each. */
function escape(char: string): string {
  const short = SHORT.get(char);
  if (short !== undefined) return short;
  return Array.from(encoder.encode(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Quotes a text with double quotes and C escapes, as git does: `"a\nb"`. The result can be parsed back. */
export function quote(text: string): string {
  return `"${text.replace(TO_ESCAPE, escape)}"`;
}

/** Quotes a text only if needed: a result that does not begin with a double quote is the text itself. */
export function quoteIfNeeded(text: string): string {
  return text === '' || text.startsWith('"') || STEERS.test(text) ? quote(text) : text;
}

/** Escapes unsafe characters in a sentence that contains foreign text, and changes nothing else. */
export function escapeControls(text: string): string {
  return text.replace(STEERING, escape);
}
