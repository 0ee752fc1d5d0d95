// File names as `ls` and `tree` show them.
import { quoted, text, type Text } from './text.ts';

/** A name, and of a symlink where it leads: quoted, too, if they could be taken apart in another place. */
export function shown(name: string, target?: string): Text {
  return target === undefined ? text`${name}` : text`${arrowless(name)} -> ${arrowless(target)}`;
}

function arrowless(name: string): string | Text {
  return name.includes(' -> ') ? quoted(name) : name;
}

/** Whether a listing leaves a name out unless all are asked for. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}
