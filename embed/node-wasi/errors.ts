// The errors of node:wasi: its checks of arguments, with Node's codes and messages. Sources: lib/internal/errors.js,
// lib/internal/validators.js and src/node_wasi.cc of Node 20 to 26.
import { WASI_ERRNO } from '../../vfs/linux/errno.ts';

interface Util {
  inspect(value: unknown, options?: { depth?: number; colors?: boolean }): string;
}

/** node:util, looked up when a message needs it. */
function inspect(value: unknown, depth = 2): string {
  return (process.getBuiltinModule('node:util') as Util).inspect(value, { depth, colors: false });
}

function withCode<T extends Error>(error: T, code: string): T {
  return Object.assign(error, { code });
}

/** The end of a message on the type of an argument: `Received undefined`, `Received an instance of Map`. */
function received(value: unknown): string {
  if (value === null || value === undefined) return `Received ${value}`;
  if (typeof value === 'function') return `Received function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `Received an instance of ${name}` : `Received ${inspect(value, -1)}`;
  }
  const isLong = typeof value === 'string' && value.length > 28;
  return `Received type ${typeof value} (${inspect(isLong ? `${value.slice(0, 25)}...` : value)})`;
}

/** `The "options.args" property`, `The "instance" argument`. */
function subject(name: string): string {
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

/** @param kind `of type string`, `an instance of Array`, `undefined`. */
function wrongType(name: string, kind: string, value: unknown): TypeError {
  const message = `${subject(name)} must be ${kind}. ${received(value)}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE) if the value has another type. An object is neither null nor an array. */
export function checkType(value: unknown, name: string, type: 'string' | 'boolean' | 'function' | 'object'): void {
  const fits = typeof value === type && (type !== 'object' || (value !== null && !Array.isArray(value)));
  if (!fits) throw wrongType(name, `of type ${type}`, value);
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE) if the value is not an array. */
export function checkArray(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE) if there is a value. */
export function checkUndefined(value: unknown, name: string): void {
  if (value !== undefined) throw wrongType(name, 'undefined', value);
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE); RangeError (ERR_OUT_OF_RANGE) if it is not an integer from 0 to 2³¹ − 1. */
export function checkDescriptor(value: unknown, name: string): void {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  const range = Number.isInteger(value) ? '>= 0 && <= 2147483647' : 'an integer';
  if (Number.isInteger(value) && value >= 0 && value <= 0x7fff_ffff) return;
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${shown(value)}`;
  throw withCode(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

/** A number as messages on ranges show it: large integers have underscores. */
function shown(value: number): string {
  const isLong = Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  return isLong ? String(value).replace(/\B(?=(\d{3})+$)/g, '_') : String(value);
}

/** The error for a version that is unknown. */
export function unsupportedVersion(value: string): TypeError {
  const text = inspect(value);
  const message = `The property 'options.version' unsupported WASI version. Received ${text.length > 128 ? `${text.slice(0, 128)}...` : text}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** The error for an instance without memory. */
export function noMemory(): TypeError {
  const message = '"instance.exports.memory" property must be a WebAssembly.Memory object';
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** The error of a second start. */
export function alreadyStarted(): Error {
  return withCode(new Error('WASI instance has already started'), 'ERR_WASI_ALREADY_STARTED');
}

/** The error of a call before the start. */
export function notStarted(): Error {
  return withCode(new Error('wasi.start() has not been called'), 'ERR_WASI_NOT_STARTED');
}

/**
 * The error of a preopen or a descriptor that cannot be opened.
 * @param name The name of the errno, such as `ENOENT`.
 */
export function notOpened(name: keyof typeof WASI_ERRNO, cause: unknown): Error {
  const code = `UVWASI_${name}`;
  const error = new Error(`${code}, uvwasi_init`, { cause });
  return Object.assign(error, { errno: WASI_ERRNO[name], code, syscall: 'uvwasi_init' });
}
