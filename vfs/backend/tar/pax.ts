const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The records of a pax extended header by keyword; values are bytes, for those of SCHILY.xattr are any. */
export type PaxRecords = Map<string, Uint8Array>;

/** A time as Linux has it: nanoseconds count upwards, before 1970 too. */
export interface Time {
  sec: number;
  nsec: number;
}

/** The text that bytes spell; null when they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/**
 * Takes an extended header apart: `LENGTH KEYWORD=VALUE\n` again and again, where the length counts the whole record in
 * bytes (POSIX pax, "pax Extended Header"). Null when it is not that.
 */
export function parsePax(bytes: Uint8Array): PaxRecords | null {
  const records: PaxRecords = new Map();
  for (let at = 0; at < bytes.length;) {
    // Some writers fill the block with NULs and count them.
    if (bytes[at] === 0) break;
    const space = bytes.indexOf(SPACE, at);
    const digits = space < 0 ? null : textOf(bytes.subarray(at, space));
    if (digits === null || !/^[0-9]{1,10}$/.test(digits)) return null;
    const end = at + Number(digits);
    const equals = bytes.indexOf(EQUALS, space);
    if (end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== NEWLINE) return null;
    const keyword = textOf(bytes.subarray(space + 1, equals));
    if (keyword === null) return null;
    records.set(keyword, bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The bytes of an extended header with these records. */
export function formatPax(records: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const [keyword, value] of records) {
    const middle = encoder.encode(` ${keyword}=`);
    const rest = middle.length + value.length + 1;
    // The length counts its own digits.
    let total = rest + String(rest).length;
    total = rest + String(total).length;
    const record = new Uint8Array(total);
    const digits = encoder.encode(String(total));
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

/** A time in decimal seconds, as pax writes it: `1700000000.123456789`, `-0.5`. Null when it is none. */
export function parseTime(text: string | null): Time | null {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text ?? '');
  if (match === null) return null;
  const whole = Number(match[2]);
  // What is below a nanosecond is cut off.
  const nsec = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { sec: whole, nsec };
  return nsec === 0 ? { sec: 0 - whole, nsec: 0 } : { sec: -whole - 1, nsec: 1e9 - nsec };
}

/** The other way round; no more digits than it takes. */
export function formatTime({ sec, nsec }: Time): string {
  const isNegative = sec < 0;
  const whole = isNegative && nsec > 0 ? -sec - 1 : Math.abs(sec);
  const fraction = isNegative && nsec > 0 ? 1e9 - nsec : nsec;
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${isNegative ? '-' : ''}${whole}${digits}`;
}
