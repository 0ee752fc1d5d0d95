// A row of the table of limits, and the words that rows share.

/** One resource. */
export interface LimitRow {
  resource: string;
  /** The parties that can make it grow. */
  who: string;
  limit: string;
  /** The answer beyond the limit. */
  answer: string;
  /** The option that sets it. */
  by?: string;
  /** The test's file and name; absent without a limit. */
  test?: readonly [file: string, title: string];
}

/** `131072` → `131,072`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `8388608` → `8 MiB`, of a power of two or a multiple of one. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  for (; value % 1024 === 0 && unit < units.length - 1; unit++) value /= 1024;
  return `${count(value)} ${units[unit]}`;
}

export const GUEST = 'guest';
export const CLIENT = 'guest, 9P client';
