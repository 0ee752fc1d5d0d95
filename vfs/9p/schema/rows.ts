// Parses the rows of the message table into items with a kind and a width.
import { DIRENT, KINDS, MESSAGES, type Name, RARE_FIELDS, VALID_BITS } from './messages.ts';

/** Wire formats of items. `size` is the checked number that an `[8]` is, unless KINDS has another format for it. */
export type ItemKind = 'u8' | 'u16' | 'u32' | 'size' | 'opaque' | 'seconds' | 'string' | 'qid' | 'data';

/** One item of a row. `counter` is the name of the field with the number of repetitions; '' for a single item. */
export interface RowItem {
  name: string;
  kind: ItemKind;
  counter: string;
}

/** Size of an item in bytes, without the bytes of a string or payload itself. */
export const MIN_BYTES: Record<ItemKind, number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  size: 8,
  opaque: 8,
  seconds: 8,
  string: 2,
  qid: 13,
  data: 0,
};

const WIDTHS: Record<string, ItemKind> = {
  1: 'u8',
  2: 'u16',
  4: 'u32',
  8: 'size',
  13: 'qid',
  s: 'string',
  count: 'data',
};

/** Parses a row in the manual's notation. @throws Error if an item is malformed. */
export function parseRow(row: string): RowItem[] {
  return row.split(' ').filter(Boolean).map(parseItem);
}

function parseItem(text: string): RowItem {
  const match = /^(?:(\w+)\*\()?(\w+)\[(\w+)\]\)?$/.exec(text);
  const kind = match && WIDTHS[match[3]];
  if (!match || !kind) throw new Error(`not an item of a row: ${text}`);
  const name = match[2];
  const special = (KINDS as Record<string, ItemKind>)[name];
  return {
    name,
    kind: kind === 'size' && special ? special : kind,
    counter: kind === 'data' ? match[3] : (match[1] ?? ''),
  };
}

/** A parsed row of the table. */
export interface MessageRow {
  name: Name;
  type: number;
  text: string;
  items: RowItem[];
  about: string;
}

/** Every message, in the order of its number. */
export const ROWS: MessageRow[] = (Object.keys(MESSAGES) as Name[])
  .map((name) => {
    const [type, text, about] = MESSAGES[name];
    return { name, type, text, items: parseRow(text), about };
  })
  .sort((a, b) => a.type - b.type);

/** Fields of 8 bytes each, one behind the other, that are zeros unless `valid` has one of `bits`. */
export interface Seldom {
  names: readonly string[];
  bits: number;
}

/** Those of a row: nearly all have none. */
export function seldomOf(name: Name): Seldom[] {
  return (RARE_FIELDS[name] ?? []).map((names) => {
    return { names, bits: names.reduce((bits, field) => bits | VALID_BITS[name]![field]!, 0) };
  });
}

/** The items of a directory entry. */
export const DIRENT_ITEMS: RowItem[] = parseRow(DIRENT);
