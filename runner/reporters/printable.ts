// Texts of guests in reports, without characters that could change a terminal or forge a line.
import { escapeControls } from '../../vfs/lib/quote.ts';

/** A text of several lines: only line ends and tabs are as they were; others become C escapes. */
export function printable(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part, at) => (at % 2 === 0 ? escapeControls(part) : part))
    .join('');
}

/** A value as JSON: control and format characters are `\u` escapes, also those that JSON.stringify leaves. */
export function jsonOf(value: unknown, space?: number): string {
  const units = (char: string): string =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, null, space).replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, units);
}
