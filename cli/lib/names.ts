// File names as `ls` and `tree` show them.
import { quoted, text, type Text } from './text.ts';

/** A name, with the target of a symlink. Both are quoted if they contain ` -> `, so that the output is unambiguous. */
export function shown(name: string, target?: string): Text {
  return target === undefined ? text`${name}` : text`${arrowless(name)} -> ${arrowless(target)}`;
}

function arrowless(name: string): string | Text {
  return name.includes(' -> ') ? quoted(name) : name;
}

/** True if a listing without --all omits the name. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}
