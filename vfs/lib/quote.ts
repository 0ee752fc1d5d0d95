// Quoting of names for terminals and log lines.

/**
 * What could steer a terminal, forge a line or hide: control characters (C0, DEL, C1), format characters (bidi
 * controls, zero-width ones), the separators of lines and paragraphs, and halves of surrogate pairs.
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

/** A character as an escape of C: a letter, or its UTF-8 bytes as three octal digits each. */
function escape(char: string): string {
  const short = SHORT.get(char);
  if (short !== undefined) return short;
  return Array.from(encoder.encode(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** A text between double quotes, with the escapes of C: `"a\nb"`. It can be read back, as what git quotes. */
export function quote(text: string): string {
  return `"${text.replace(TO_ESCAPE, escape)}"`;
}

/** The same only where it is needed: what does not begin with a double quote is the text itself. */
export function quoteIfNeeded(text: string): string {
  return text === '' || text.startsWith('"') || STEERS.test(text) ? quote(text) : text;
}

/** A sentence that may hold others' words: what could steer a terminal in it is escaped, all else stays. */
export function escapeControls(text: string): string {
  return text.replace(STEERING, escape);
}
