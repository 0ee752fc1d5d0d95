// Pax records and times: parsing and formatting.
import { bytesOf, decodeText } from '../../../lib/utf8.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The records of a pax extended header, by keyword. Values are bytes, since those of SCHILY.xattr are arbitrary. */
export type PaxRecords = Map<string, Uint8Array>;

/** A time as in Linux: nanoseconds count upwards, before 1970 too. */
export interface PaxTime {
  sec: number;
  nsec: number;
}

/** Decodes UTF-8; null if it is invalid. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const ZERO = 0x30;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/**
 * Parses an extended header: records `LENGTH KEYWORD=VALUE
 * `, where the length counts the whole record in bytes (POSIX pax, "pax Extended Header"). Returns false if it is
 * invalid.
 */
export function eachRecord(bytes: Uint8Array, visit: (keyword: string, value: Uint8Array) => void): boolean {
  for (let at = 0; at < bytes.length;) {
    // Some writers fill the block with NULs and count them.
    if (bytes[at] === 0) break;
    let space = at;
    let length = 0;
    for (let digit; (digit = bytes[space]! - ZERO) >= 0 && digit <= 9; space++) length = length * 10 + digit;
    const end = at + length;
    if (space === at || bytes[space] !== SPACE || end > bytes.length || bytes[end - 1] !== NEWLINE) return false;
    // Searched within the record only: the rest may be long.
    const equals = bytes.subarray(0, end).indexOf(EQUALS, space);
    if (equals < 0) return false;
    const keyword = decodeText(bytes.subarray(space + 1, equals));
    // GNU tar reads a keyword as a C string.
    if (keyword.includes('\0')) return false;
    visit(keyword, bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return true;
}

/** Returns the records by keyword, the last of each; null if they are damaged. */
export function parsePax(bytes: Uint8Array): PaxRecords | null {
  const records: PaxRecords = new Map();
  return eachRecord(bytes, (keyword, value) => records.set(keyword, value)) ? records : null;
}

/** Parses a decimal number; NaN if invalid, not exact beyond 2^53. */
export function decimal(text: string): number {
  return /^[0-9]+$/.test(text) ? Number(text) : NaN;
}

/** Returns the bytes of an extended header with these records. */
export function formatPax(records: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const [keyword, value] of records) {
    const middle = bytesOf(` ${keyword}=`);
    const rest = middle.length + value.length + 1;
    // The length counts its own digits.
    let total = rest + String(rest).length;
    total = rest + String(total).length;
    const record = new Uint8Array(total);
    const digits = bytesOf(String(total));
    record.set(digits);
    record.set(middle, digits.length);
    record.set(value, digits.length + middle.length);
    record[total - 1] = NEWLINE;
    parts.push(record);
    length += total;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Parses a time in decimal seconds, as in pax: `1700000000.123456789`, `-0.5`. Digits below a nanosecond round towards
 * the past. Null if invalid, or beyond 2^53 seconds.
 */
export function parseTime(text: string): PaxTime | null {
  const match = /^(-?)([0-9]+)(?:\.([0-9]*))?$/.exec(text);
  if (match === null) return null;
  const whole = Number(match[2]);
  if (whole >= 2 ** 53) return null;
  const fraction = match[3] ?? '';
  const nsec = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { sec: whole, nsec };
  const before = nsec + (/[1-9]/.test(fraction.slice(9)) ? 1 : 0);
  if (before === 0) return { sec: 0 - whole, nsec: 0 };
  return { sec: -whole - 1, nsec: 1e9 - before };
}

/** Formats a time for pax, with as few digits as possible. */
export function formatTime({ sec, nsec }: PaxTime): string {
  const isNegative = sec < 0;
  const whole = isNegative && nsec > 0 ? -sec - 1 : Math.abs(sec);
  const fraction = isNegative && nsec > 0 ? 1e9 - nsec : nsec;
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${isNegative ? '-' : ''}${whole}${digits}`;
}
