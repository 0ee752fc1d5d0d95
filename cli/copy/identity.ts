// Tests if two handles on different trees refer to the same file.
import type { Attributes, Handle } from './handle.ts';

/**
 * Whether two are one file. Two exports of one directory are different trees to us, and number the files of other
 * devices each in its own way. So if all times agree, which files made in one tick of the clock share, too, `other` is
 * given another time for a moment.
 */
export function isSame(one: Handle, other: Handle): boolean {
  const [a, b] = [one.attributes(), other.attributes()];
  if (a.device === b.device) return a.key === b.key;
  if (!agree(a, b)) return false;
  try {
    other.setTimes({ ...b, mtimeSec: b.mtimeSec - 1 });
  } catch {
    // Nothing can be changed there.
    return false;
  }
  const isOne = one.attributes().mtimeSec !== a.mtimeSec;
  other.setTimes(b);
  return isOne;
}

function agree(one: Attributes, other: Attributes): boolean {
  return one.mode === other.mode && one.changed === other.changed && one.size === other.size;
}
