// A slow codec that interprets the message table: the oracle of the generated one. For tests only.
import { MAXWELEM } from '../constants.ts';
import { MESSAGES, type Name, RARE_FIELDS, VALID_BITS } from './messages.ts';
import { type RowItem, type ItemKind, MIN_BYTES, parseRow, type MessageRow, ROWS } from './rows.ts';
import type { Fields, Qid } from './types.ts';

/**
 * A message as a plain object. `message` is its name: `name` is a field of many.
 * `Frame<'Tclunk'>` is `{ message: 'Tclunk'; tag: number; fid: number }`.
 */
export type Frame<N extends Name = Name> = { [M in N]: { message: M; tag: number } & Fields<M> }[N];

type Values = Record<string, unknown>;

/**
 * Writes a whole message, its payload included. Slow and strict: a value that does not fit its field is an Error.
 * It reads the table anew for every message and shares no code with the codec, whose oracle it is.
 */
export function encodeFrame<N extends Name>(name: N, fields: { tag: number } & Fields<N>): Uint8Array {
  const [type, text] = MESSAGES[name];
  const values: Values = fields;
  const body = parseRow(text).flatMap((item, index, items) => {
    const bytes = encodeItem(name, item, values, items.slice(index + 1));
    return isUnwanted(name, item, values) ? bytes.map(() => 0) : bytes;
  });
  const head = [...number(4, BigInt(body.length + 7)), type, ...checked(name, 'tag', values.tag, 2)];
  return Uint8Array.from([...head, ...body]);
}

/** Decodes a whole message. @throws Error with the cause, if it is malformed. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length < 7) throw new Error(`a message has at least 7 bytes, here are ${bytes.length}`);
  const row = ROWS.find((row) => row.type === bytes[4]);
  if (!row) throw new Error(`unknown message type ${bytes[4]}`);
  const size = Number(little(bytes, 0, 4));
  if (size !== bytes.length) throw new Error(`${row.name}: its size is ${size}, here are ${bytes.length} bytes`);
  const reader = new Reader(row, bytes);
  for (const item of row.items) reader.item(item);
  for (const item of row.items) if (isUnwanted(row.name, item, reader.values)) reader.values[item.name] = 0;
  if (reader.at !== size) throw new Error(`${row.name}: ${size - reader.at} bytes are left over`);
  for (const item of row.items) if (item.counter) delete reader.values[item.counter];
  return { message: row.name, tag: Number(little(bytes, 5, 2)), ...reader.values } as Frame;
}

/** True if an item is written as zeros because `valid` names no field of its group (RARE_FIELDS). */
function isUnwanted(name: Name, item: RowItem, values: Values): boolean {
  const together = RARE_FIELDS[name]?.find((names) => names.includes(item.name)) ?? [];
  const isValid = (field: string) => (BigInt(values.valid as number) & BigInt(VALID_BITS[name]![field]!)) !== 0n;
  return together.length > 0 && !together.some(isValid);
}

class Reader {
  readonly values: Values = {};
  at = 7;
  private readonly row: MessageRow;
  private readonly bytes: Uint8Array;

  constructor(row: MessageRow, bytes: Uint8Array) {
    this.row = row;
    this.bytes = bytes;
  }

  item(item: RowItem): void {
    const { values } = this;
    if (item.kind === 'data') values.data = this.take(Number(values[item.counter]), item.name).slice();
    else if (item.counter) values[item.name] = this.list(item);
    else values[item.name] = this.value(item.name, item.kind);
  }

  private list(item: RowItem): unknown[] {
    const length = Number(this.values[item.counter]);
    if (length > MAXWELEM) throw new Error(`${this.row.name}: ${length} of ${item.name}, at most ${MAXWELEM} may be`);
    return Array.from({ length }, () => this.value(item.name, item.kind));
  }

  private value(name: string, kind: ItemKind): unknown {
    if (kind === 'string') return this.string(name);
    const bytes = this.take(MIN_BYTES[kind], name);
    const all = little(bytes, 0, bytes.length);
    if (kind === 'opaque') return all;
    if (kind === 'qid') return { type: bytes[0], version: Number(little(bytes, 1, 4)), path: little(bytes, 5, 8) };
    if (kind === 'size' || kind === 'seconds')
      return this.bounded(name, kind === 'size' ? all : BigInt.asIntN(64, all));
    return Number(all);
  }

  /** A number of 64 bits, if a number can hold it; 0 if it cannot and the message says the field does not hold. */
  private bounded(name: string, value: bigint): number {
    const number = Number(value);
    if (value >= -(2n ** 53n) && value < 2n ** 53n) return number;
    const bit = VALID_BITS[this.row.name]?.[name];
    if (bit && (BigInt(this.values.valid as number) & BigInt(bit)) === 0n) return 0;
    throw new Error(`${this.row.name}: ${name} is ${value}, out of range`);
  }

  private string(name: string): string {
    const length = Number(little(this.take(2, name), 0, 2));
    return textOf(this.take(length, name).slice());
  }

  private take(length: number, name: string): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length)
      throw new Error(`${this.row.name}: ${name} ends ${end - this.bytes.length} bytes too late`);
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }
}

function encodeItem(name: Name, item: RowItem, values: Values, later: RowItem[]): number[] {
  if (item.kind === 'data') return [...(values.data as Uint8Array)];
  const counted = later.find((other) => other.counter === item.name);
  if (counted)
    return checked(name, item.name, (values[counted.name] as ArrayLike<unknown>).length, MIN_BYTES[item.kind]);
  const value = values[item.name];
  if (!item.counter) return encodeValue(name, item, value);
  const list = value as unknown[];
  if (list.length > MAXWELEM) throw new Error(`${name}: ${list.length} of ${item.name}, at most ${MAXWELEM} may be`);
  return list.flatMap((one) => encodeValue(name, item, one));
}

function encodeValue(name: Name, item: RowItem, value: unknown): number[] {
  switch (item.kind) {
    case 'string':
      return encodeString(name, item.name, value as string);
    case 'qid':
      return encodeQid(name, value as Qid);
    case 'opaque':
      return number(8, BigInt.asUintN(64, value as bigint));
    case 'seconds':
      if (!Number.isSafeInteger(value) && value !== -(2 ** 53))
        throw new Error(`${name}: ${item.name} is ${value}, out of range`);
      return number(8, BigInt.asUintN(64, BigInt(value as number)));
    default:
      return checked(name, item.name, value, MIN_BYTES[item.kind]);
  }
}

/** Characters of UTF-8, each tried with TextDecoder; a byte that begins none is a lone surrogate. */
function textOf(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length;) {
    let length = 1;
    let found = String.fromCharCode(0xdc00 + bytes[at]!);
    for (; length <= 4; length++) {
      try {
        found = decoder.decode(bytes.subarray(at, at + length));
        break;
      } catch {
        // Longer, or none.
      }
    }
    text += found;
    at += length > 4 ? 1 : length;
  }
  return text;
}

function encodeString(name: Name, field: string, value: string): number[] {
  const parts = value.split(/([\udc80-\udcff])/u);
  const bytes = parts.flatMap((part, i) =>
    i % 2 === 0 ? [...new TextEncoder().encode(part)] : [part.charCodeAt(0) & 0xff],
  );
  if (textOf(Uint8Array.from(bytes)) !== value) throw new Error(`${name}: ${field} has no bytes`);
  return [...checked(name, `the length of ${field}`, bytes.length, 2), ...bytes];
}

function encodeQid(name: Name, qid: Qid): number[] {
  const head = [...checked(name, 'type', qid.type, 1), ...checked(name, 'version', qid.version, 4)];
  return [...head, ...number(8, BigInt.asUintN(64, qid.path))];
}

/** The bytes of a number that has to be whole, not negative and no wider than its field. */
function checked(name: Name, field: string, value: unknown, width: number): number[] {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) >= 256 ** width) {
    throw new Error(`${name}: ${field} is ${value}, out of range`);
  }
  return number(width, BigInt(value as number));
}

function number(width: number, value: bigint): number[] {
  return Array.from({ length: width }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function little(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]);
  return value;
}
