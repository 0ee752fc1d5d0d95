// Parses the rows of the message table into items with a kind and a width.
import { DIRENT, KINDS, MESSAGES, type Name, RARE_FIELDS, VALID_BITS } from './messages.ts';

/** What an item of a row is on the wire. `size` is the checked number an `[8]` is unless KINDS says otherwise. */
export type Kind = 'u8' | 'u16' | 'u32' | 'size' | 'opaque' | 'seconds' | 'rounded' | 'string' | 'qid' | 'data';

/** One item of a row. `counter` names the field that holds how many there are: '' for a single one. */
export interface Item {
  name: string;
  kind: Kind;
  counter: string;
}

/** Bytes an item takes at least: all it takes, except that a string's and a payload's own bytes come on top. */
export const MIN_BYTES: Record<Kind, number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  size: 8,
  opaque: 8,
  seconds: 8,
  rounded: 8,
  string: 2,
  qid: 13,
  data: 0,
};

const WIDTHS: Record<string, Kind> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'size', 13: 'qid', s: 'string', count: 'data' };

/** Reads a row in the manual's notation. Throws on what is not in it: a mistake in the table must not go unnoticed. */
export function parseRow(row: string): Item[] {
  return row.split(' ').filter(Boolean).map(parseItem);
}

function parseItem(text: string): Item {
  const match = /^(?:(\w+)\*\()?(\w+)\[(\w+)\]\)?$/.exec(text);
  const kind = match && WIDTHS[match[3]];
  if (!match || !kind) throw new Error(`not an item of a row: ${text}`);
  const name = match[2];
  const special = (KINDS as Record<string, Kind>)[name];
  return {
    name,
    kind: kind === 'size' && special ? special : kind,
    counter: kind === 'data' ? match[3] : (match[1] ?? ''),
  };
}

/** A row of the table, read. */
export interface Row {
  name: Name;
  type: number;
  text: string;
  items: Item[];
  about: string;
}

/** Every message, in the order of its number. */
export const ROWS: Row[] = (Object.keys(MESSAGES) as Name[])
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
export const DIRENT_ITEMS: Item[] = parseRow(DIRENT);
