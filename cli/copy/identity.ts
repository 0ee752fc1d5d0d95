// Tests if two handles on different trees refer to the same file.
import type { Attributes, Handle } from './handle.ts';

/**
 * True if both handles refer to one file. Two exports of one directory are different trees, with different device
 * numbers. So if the attributes agree, which also happens for files created in one tick of the clock, the mtime of
 * `other` is changed for a moment and read through `one`.
 */
export function isSame(one: Handle, other: Handle): boolean {
  const [a, b] = [one.attributes(), other.attributes()];
  if (a.device === b.device) return a.key === b.key;
  if (!agree(a, b)) return false;
  try {
    other.setTimes({ ...b, mtimeSec: b.mtimeSec - 1 });
  } catch {
    // `other` is read-only.
    return false;
  }
  const isOne = one.attributes().mtimeSec !== a.mtimeSec;
  other.setTimes(b);
  return isOne;
}

function agree(one: Attributes, other: Attributes): boolean {
  return one.mode === other.mode && one.changed === other.changed && one.size === other.size;
}
