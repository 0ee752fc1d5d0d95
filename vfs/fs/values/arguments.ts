// The arguments of node:fs: checked as Node does, and converted.
import type { Url } from '../../lib/platform.ts';
import { decodeText } from '../../lib/utf8.ts';
import { UTF8 } from './encodings.ts';
import { badArgument, outOfRange } from './errors.ts';

/**
 * A path as in node:fs: text, bytes, or a `file:` URL. A relative path begins at `/`. In text a byte that is not UTF-8 is
 * a lone surrogate, its number plus 0xdc00: `caf\udce9` for `caf\xe9`.
 */
export type PathLike = string | Uint8Array | Url;
/** A time: seconds since 1970 as a number or as text, a Date; or, unlike node:fs, nanoseconds as a bigint. */
export type TimeLike = number | string | Date | bigint;
/** Permission bits, or their octal digits. */
export type Mode = number | string;
/** Data to write. */
export type Data = string | ArrayBufferView;

/** Converts a path to text. @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_URL_… */
export function pathOf(value: PathLike, name = 'path'): string {
  const path = typeof value === 'string' ? value : value instanceof URL ? pathOfUrl(value) : pathOfBytes(value, name);
  if (path.includes('\0')) {
    throw badArgument('ERR_INVALID_ARG_VALUE', `The argument '${name}' must be without null bytes.`);
  }
  return path;
}

function pathOfUrl(url: Url): string {
  if (url.protocol !== 'file:') throw badArgument('ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  if (url.hostname !== '') throw badArgument('ERR_INVALID_FILE_URL_HOST', 'The host of a file URL must be empty');
  if (/%2f/i.test(url.pathname)) {
    throw badArgument('ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters');
  }
  return decodeURIComponent(url.pathname);
}

function pathOfBytes(value: unknown, name: string): string {
  if (!(value instanceof Uint8Array)) {
    throw badArgument('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be a string, a Uint8Array or a URL.`);
  }
  // A copy: it may be shared with other threads.
  return decodeText(new Uint8Array(value));
}

/** @throws TypeError ERR_INVALID_ARG_TYPE; RangeError ERR_OUT_OF_RANGE. */
export function fdOf(value: number): number {
  if (typeof value !== 'number') throw badArgument('ERR_INVALID_ARG_TYPE', 'The "fd" argument must be of type number.');
  if (!Number.isInteger(value) || value < 0 || value > 0x7fff_ffff)
    throw outOfRange('fd', '>= 0 && <= 2147483647', value);
  return value;
}

/**
 * Converts permission bits. `fallback` is the default of an optional argument.
 * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE; RangeError ERR_OUT_OF_RANGE.
 */
export function modeOf(mode: Mode | null | undefined, fallback?: number): number {
  const value = mode ?? fallback;
  const number = typeof value === 'string' && /^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : value;
  if (typeof number === 'number' && number >>> 0 === number) return number & 0o7777;
  if (typeof number === 'number') throw outOfRange('mode', '>= 0 && <= 4294967295', number);
  const code = typeof number === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE';
  throw badArgument(code, "The argument 'mode' must be permission bits or their octal digits.");
}

/** Checks a uid or gid; −1 leaves it unchanged. @throws TypeError ERR_INVALID_ARG_TYPE; RangeError ERR_OUT_OF_RANGE. */
export function ownerOf(id: number, name: string): number {
  if (typeof id !== 'number') throw badArgument('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be a number.`);
  if (id === -1 || id >>> 0 === id) return id >>> 0;
  throw outOfRange(name, '>= -1 && <= 4294967295', id);
}

/**
 * Checks the size of ftruncate; a negative one becomes 0. @throws TypeError ERR_INVALID_ARG_TYPE; RangeError
 * ERR_OUT_OF_RANGE.
 */
export function sizeOf(length: number): number {
  if (typeof length !== 'number')
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "len" argument must be of type number.');
  if (Number.isSafeInteger(length)) return Math.max(0, length);
  throw outOfRange('len', `an integer <= ${Number.MAX_SAFE_INTEGER}`, length);
}

/** Converts a time to seconds and nanoseconds. @throws TypeError ERR_INVALID_ARG_TYPE. */
export function timeOf(value: TimeLike): [sec: number, nsec: number] {
  if (typeof value === 'bigint') {
    const sec = value / 1_000_000_000n - (value % 1_000_000_000n < 0n ? 1n : 0n);
    return [Number(sec), Number(value - sec * 1_000_000_000n)];
  }
  const isTime = typeof value === 'number' || typeof value === 'string' || value instanceof Date;
  // Number(null) is 0.
  const seconds = !isTime ? Number.NaN : value instanceof Date ? value.getTime() / 1000 : Number(value);
  if (!Number.isFinite(seconds)) throw badArgument('ERR_INVALID_ARG_TYPE', 'A time must be a number or a Date.');
  const sec = Math.floor(seconds);
  // A double of seconds since 1970 is good for a quarter of a microsecond.
  return [sec, Math.min(999_999_999, Math.round((seconds - sec) * 1e7) * 100)];
}

/** Converts data to bytes. @throws TypeError ERR_INVALID_ARG_TYPE. */
export function dataBytes(data: Data, codec = UTF8): Uint8Array {
  if (typeof data === 'string') return codec.bytesOf(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw badArgument('ERR_INVALID_ARG_TYPE', 'The data must be a string, a typed array or a DataView.');
}

/** Options, or an encoding in their place. @throws TypeError ERR_INVALID_ARG_TYPE. */
export function optionsOf<T extends object>(
  options: T | string | null | undefined,
): Partial<T> & { encoding?: string } {
  // A callback in their place is one that has no options before it.
  if (options === undefined || options === null || typeof options === 'function') return {};
  if (typeof options !== 'string' && typeof options !== 'object')
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type string or object.');
  return (typeof options === 'string' ? { encoding: options } : options) as Partial<T> & { encoding?: string };
}

/** Checks options that must be boolean or absent. @throws TypeError ERR_INVALID_ARG_TYPE. */
export function booleansIn(options: object | null | undefined, ...names: string[]): void {
  if (options === null || (typeof options !== 'object' && options !== undefined))
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object.');
  for (const name of names) {
    const value = (options as Record<string, unknown> | undefined)?.[name];
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw badArgument('ERR_INVALID_ARG_TYPE', `The "options.${name}" property must be of type boolean.`);
  }
}
