// Test support: arbitrary messages, and their conversion between the flat class and plain objects.
import fc from 'fast-check';
import { decode, Message } from '../codec.gen.ts';
import { encodeFrame, type Frame } from './interpret.ts';
import { decodeText } from '../../lib/utf8.ts';
import { MAXWELEM } from '../constants.ts';
import type { Name } from './messages.ts';
import { Packet } from '../packet.ts';
import { type RowItem, type MessageRow, ROWS, seldomOf } from './rows.ts';
import type { Qid } from './types.ts';

type Values = Record<string, unknown>;

const anyString = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 20 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 60, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 70 }).map(decodeText) },
  fc.constantFrom('', 'tmp', '\ufeffbom', 'nul\0nul', '..', 'é', '日本語', '👩‍👩‍👧', 'x'.repeat(64), 'x'.repeat(65)),
);
// By default fast-check's records have no prototype, and would not equal our objects.
const PLAIN = { noNullPrototype: true } as const;
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anySize = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const anyQid: fc.Arbitrary<Qid> = fc.record(
  {
    type: fc.nat(255),
    version: fc.nat(0xffffffff),
    path: u64,
  },
  PLAIN,
);

function anyValue(item: RowItem): fc.Arbitrary<unknown> {
  switch (item.kind) {
    case 'u8':
      return fc.nat(0xff);
    case 'u16':
      return fc.nat(0xffff);
    case 'u32':
      return fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0xffffffff));
    case 'size':
      return anySize;
    case 'seconds':
      return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(-1, -(2 ** 32), -(2 ** 53), 2 ** 53 - 1));
    case 'opaque':
      return u64;
    case 'string':
      return anyString;
    case 'qid':
      return anyQid;
    case 'data':
      return fc.uint8Array({ maxLength: 100 });
  }
}

/** Any fields a message of this row may have, its tag among them. */
export function anyFields(row: MessageRow): fc.Arbitrary<Values> {
  const fields: Record<string, fc.Arbitrary<unknown>> = { tag: fc.nat(0xffff) };
  for (const item of row.items) {
    const value = anyValue(item);
    fields[item.name] = item.counter && item.kind !== 'data' ? fc.array(value, { maxLength: MAXWELEM }) : value;
  }
  for (const item of row.items) if (item.counter) delete fields[item.counter];
  const any = fc.record(fields, PLAIN);
  // A field whose bit is not in `valid` is read as 0.
  return any.map((values) => {
    const unwanted = seldomOf(row.name).filter(({ bits }) => ((values.valid as number) & bits) === 0);
    return { ...values, ...Object.fromEntries(unwanted.flatMap(({ names }) => names.map((name) => [name, 0]))) };
  });
}

/** encodeFrame for fields whose types are known from the row only. */
export function frameOf(row: MessageRow, fields: Values): Uint8Array {
  return (encodeFrame as (name: Name, fields: Values) => Uint8Array)(row.name, fields);
}

/** Puts fields into the flat class. */
export function fill(m: Message, row: MessageRow, fields: Values): void {
  m.type = row.type;
  m.tag = fields.tag as number;
  const flat = m as unknown as Values;
  for (const { name, kind, counter } of row.items) {
    const value = fields[name];
    if (value === undefined) continue;
    if (kind === 'data') m.count = (value as Uint8Array).length;
    else if (kind === 'opaque') putHalves(flat, name, value as bigint);
    else if (kind === 'qid' && !counter) putQid(flat, 'qid', value as Qid);
    else if (counter) {
      flat[counter] = (value as unknown[]).length;
      (value as unknown[]).forEach((one, i) => {
        if (kind === 'string') (flat[name] as unknown[])[i] = one;
        else putQidAt(flat, name, i, one as Qid);
      });
    } else flat[name] = value;
  }
}

function putHalves(flat: Values, name: string, value: bigint): void {
  flat[`${name}_lo`] = Number(value & 0xffffffffn);
  flat[`${name}_hi`] = Number(value >> 32n);
}

function putQid(flat: Values, name: string, qid: Qid): void {
  flat[`${name}_type`] = qid.type;
  flat[`${name}_version`] = qid.version;
  putHalves(flat, `${name}_path`, qid.path);
}

function putQidAt(flat: Values, name: string, i: number, qid: Qid): void {
  const words: Values = {};
  putQid(words, name, qid);
  for (const [field, value] of Object.entries(words)) (flat[field] as unknown[])[i] = value;
}

/** The plain object of a message in the flat class, whose payload, if it has one, is in `bytes`. */
export function read(m: Message, row: MessageRow, bytes: Uint8Array): Frame {
  const flat = m as unknown as Record<string, number> & Record<string, ArrayLike<unknown>>;
  const values: Values = { message: row.name, tag: m.tag };
  const u64Of = (name: string, of: (field: string) => unknown): bigint =>
    (BigInt(of(`${name}_hi`) as number) << 32n) | BigInt(of(`${name}_lo`) as number);
  const qid = (name: string, of: (field: string) => unknown) => ({
    type: of(`${name}_type`),
    version: of(`${name}_version`),
    path: u64Of(`${name}_path`, of),
  });
  for (const { name, kind, counter } of row.items) {
    if (kind === 'data') values.data = bytes.slice(m.data_offset, m.data_offset + m.count);
    else if (kind === 'opaque') values[name] = u64Of(name, (field) => flat[field]);
    else if (kind === 'qid' && !counter) values[name] = qid('qid', (field) => flat[field]);
    else if (counter) {
      const at = (i: number) => (kind === 'string' ? flat[name][i] : qid(name, (field) => flat[field][i]));
      values[name] = Array.from({ length: flat[counter] }, (_, i) => at(i));
    } else values[name] = flat[name];
  }
  for (const item of row.items) if (item.counter) delete values[item.counter];
  return values as unknown as Frame;
}

/** A row by its name. */
export function rowOf(name: string): MessageRow {
  return ROWS.find((row) => row.name === name) as MessageRow;
}

/** Valid frames of a row, always the same. */
export function samples(row: MessageRow, numRuns: number): Uint8Array[] {
  return fc.sample(anyFields(row), { numRuns, seed: 9 }).map((fields) => frameOf(row, fields));
}

/** A valid frame of a row, always the same. */
export function sample(row: MessageRow): Uint8Array {
  return samples(row, 1)[0];
}

/** A packet of its own that holds the bytes. */
export function packetOf(bytes: Uint8Array): Packet {
  return new Packet(bytes.slice());
}

/** Decodes a frame by the codec; 0 or an errno. */
export function decodeBytes(bytes: Uint8Array, m = new Message()): number {
  return decode(m, packetOf(bytes), bytes.length);
}
