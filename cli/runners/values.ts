// The values of options: sizes, times, yes and no.
import { UsageError } from '../lib/options.ts';

/** A wrong value: `option` is the option as written. */
export function wrongValue(option: string, expected: string): UsageError {
  return new UsageError(`${option}: invalid value, expected ${expected}.`);
}

/** Parses yes or no, as wasmtime does: `y`, `yes`, `true`, `n`, `no`, `false`, or nothing for yes. */
export function flagOf(value: string | undefined, option: string): boolean {
  if (value === undefined || /^(?:y|yes|true)$/.test(value)) return true;
  if (/^(?:n|no|false)$/.test(value)) return false;
  throw wrongValue(option, 'y or n');
}

/** Parses a number of bytes, decimal or hexadecimal; `_` separates digits. */
export function numberOf(value: string | undefined, option: string): number {
  const digits = (value ?? '').replaceAll('_', '');
  const number = /^(?:\d+|0x[\da-f]+)$/i.test(digits) ? Number(digits) : NaN;
  if (!Number.isSafeInteger(number)) throw wrongValue(option, 'a number');
  return number;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1000,
  ns: 1e-6,
  us: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest time that a timer can measure, in ms: 2^31 − 1. */
const TIME_MAX = 0x7fff_ffff;

/** Parses a time to milliseconds, at least 1: `10s`, `500ms`, `1.5m`; a number alone is seconds. */
export function parseDuration(value: string | undefined, option: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|μs|ms|s|m|h|)$/.exec(value ?? '') ?? [];
  const ms = number === undefined ? NaN : Number(number) * UNITS[unit]!;
  if (!(ms <= TIME_MAX)) throw wrongValue(option, 'a time such as 10s or 500ms, at most 24 days');
  return Math.max(1, Math.ceil(ms));
}
