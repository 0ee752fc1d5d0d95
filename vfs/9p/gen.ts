import { direntDecoder, decoder } from './gen-decode.ts';
import { direntEncoder, encoder, isFixed, minBytes } from './gen-encode.ts';
import { MAX_WALK, VALID_BITS } from './messages.ts';
import { DIRENT_ITEMS, type Item, ROWS, type Row } from './rows.ts';

/**
 * The text of codec.gen.ts, derived from the table: one flat class, and one straight-line encoder and decoder a
 * message. It depends on nothing but the table, so that a check can compare it with the file that is checked in.
 */
export function generate(): string {
  const parts = [
    HEAD,
    flatClass(
      'Message',
      MESSAGE_DOC,
      ['type', 'tag'],
      ROWS.flatMap((row) => row.items),
    ),
    flatClass('Dirent', DIRENT_DOC, [], DIRENT_ITEMS),
    types(),
    ENTRY,
    direntEncoder(),
    direntDecoder(),
    HELPERS,
    ...DISTINCT.map(encoder),
    ...DISTINCT.map(decoder),
    tables(),
  ];
  return parts.join('\n\n') + '\n';
}

/** The first message of each layout: messages with the same fields share its encoder and decoder. */
function layoutOf(row: Row): Row {
  const text = JSON.stringify(row.items);
  const bits = VALID_BITS[row.name];
  return ROWS.find((other) => JSON.stringify(other.items) === text && VALID_BITS[other.name] === bits)!;
}

const DISTINCT = ROWS.filter((row) => layoutOf(row) === row);

const HEAD = `// Generated from messages.ts by gen.ts. Do not edit it: change the table and generate it anew.
import { E } from '../errno.ts';
import { internString } from '../intern.ts';
import { type Packet, putString } from './packet.ts';

const EINVAL = E.EINVAL;
const EMSGSIZE = E.EMSGSIZE;
const EOVERFLOW = E.EOVERFLOW;
const ENOTSUP = E.ENOTSUP;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MIN_SAFE = -MAX_SAFE - 1;
const TWO_32 = 0x100000000;
// The upper half of MAX_SAFE.
const MAX_HIGH = 0x1fffff;`;

const MESSAGE_DOC = `/**
 * Any message: \`type\` tells which, and so which of the fields hold. All of them exist from the start, so that all
 * messages have one shape. A qid is \`qid_*\`, the qids of Rwalk are \`wqid_*\`, an opaque u64 is \`_lo\` and \`_hi\`.
 * \`data_offset\` is where the payload of Rread, Rreaddir or Twrite starts in the packet it was decoded from.
 */`;

const DIRENT_DOC =
  '/** An entry in the data of Rreaddir. `cookie_*` is where to go on after it, `dtype` a DT_ number. */';

const ENTRY = `/**
 * Writes the message at the start of the packet. Returns the bytes written, or -errno:
 * -EINVAL for an unknown type, over 16 names or qids, a string over 65535 bytes, an [8] that is no whole number it can
 * hold; -EILSEQ for a string with half a surrogate pair; -EMSGSIZE when the message, its payload included, is longer
 * than \`limit\` (msize, up to 2^32 - 1), or what is written of it longer than the packet.
 *
 * Of a message that ends in a payload only the header is written: the size field counts \`count\` bytes more, which the
 * transport places. Other numbers are cut to the width of their field, so that -1 may stand for NOFID.
 */
export function encode(m: Message, p: Packet, limit: number): number {
  const type = m.type;
  if (type !== (type & 255)) return -EINVAL;
  const length = p.u8.length;
  const end = limit < length ? limit : length;
  if (end < Math.abs(LENGTHS[type])) return -EMSGSIZE;
  fault = 0;
  const written = ENCODERS[type](m, p, end, limit);
  if (written < 0) return written;
  if (fault !== 0) return -EINVAL;
  const view = p.view;
  view.setUint32(0, LENGTHS[type] === 0 ? written + m.count : written, true);
  view.setUint8(4, type);
  view.setUint16(5, m.tag, true);
  return written;
}

/**
 * Reads the message at the start of the packet, of which \`end\` bytes are there. Returns 0 or an errno:
 * EINVAL for bytes that are no such message (a size field that differs from \`end\`, a string or list past the end,
 * bytes left over, over 16 names, an [8] with bit 63 set); EOVERFLOW for an [8] above 2^53 - 1; EILSEQ for a string
 * that is not UTF-8; ENOTSUP for an unknown type. \`type\` and \`tag\` are set whenever \`end\` is at least 7, so that a
 * server can answer; after an error the other fields mean nothing.
 *
 * A payload may be in the packet (\`end\` is the size field) or elsewhere (\`end\` is the header's length, 0 left over).
 */
export function decode(m: Message, p: Packet, end: number): number {
  if (end < 7 || end > p.u8.length) return EINVAL;
  const type = p.u8[4];
  m.type = type;
  m.tag = p.view.getUint16(5, true);
  const size = p.view.getUint32(0, true);
  const length = LENGTHS[type];
  if (length > 0 ? size !== end || end !== length : length < 0 && (size !== end || end < -length)) return EINVAL;
  fault = 0;
  return DECODERS[type](m, p, end, size) || fault;
}

/** Whether a number is that of a request. */
export function isT(type: number): boolean {
  return (type & 1) === 0 && NAMES[type] !== undefined && NAMES[type] !== '';
}`;

const HELPERS = `function tooLarge(high: number): number {
  return high > 0x7fffffff ? EINVAL : EOVERFLOW;
}

// The errno of a number of the message that is out of range.
let fault = 0;

/** The upper half of a number that has more than 32 bits; a fault when it is no whole number from \`least\` on. */
function highOf(n: number, least = 0): number {
  if (!(n >= least && n <= MAX_SAFE && Math.floor(n) === n)) fault = EINVAL;
  return Math.floor(n / TWO_32);
}

/** Writes a number as an [8]. */
function putLong(view: DataView, at: number, n: number, least = 0): void {
  view.setUint32(at, n, true);
  view.setUint32(at + 4, n >>> 0 === n ? 0 : highOf(n, least), true);
}

/** The upper half of one that may be rounded, but not be negative. */
function roundedHigh(n: number): number {
  if (!(n >= 0)) fault = EINVAL;
  return n / TWO_32;
}

// What getString has read.
let string = '';

/** Reads length[2] and UTF-8 at \`at\`, not beyond \`stop\`: the position behind it, or -EINVAL, -EILSEQ. */
function getString(p: Packet, at: number, stop: number, guess: string): number {
  const from = at + 2;
  if (from > stop) return -EINVAL;
  const end = from + p.view.getUint16(at, true);
  if (end > stop) return -EINVAL;
  const found = internString(p.u8, from, end, guess);
  if (typeof found === 'number') return -found;
  string = found;
  return end;
}

/** A checked number by its halves; one that is out of range is 0, and a fault if the message says that it holds. */
function longSize(high: number, low: number, holds = 1): number {
  if (high <= MAX_HIGH) return high * TWO_32 + low;
  if (holds !== 0) fault = tooLarge(high);
  return 0;
}

/** A signed number, likewise. */
function longSeconds(high: number, low: number, holds = 1): number {
  if (high <= MAX_HIGH && high >= ~MAX_HIGH) return high * TWO_32 + low;
  if (holds !== 0) fault = EOVERFLOW;
  return 0;
}

/** Reads an [8] as a checked number. */
function getSize(view: DataView, at: number, holds = 1): number {
  return longSize(view.getUint32(at + 4, true), view.getUint32(at, true), holds);
}

/** Reads an [8] as a signed number. */
function getSeconds(view: DataView, at: number, holds = 1): number {
  return longSeconds(view.getInt32(at + 4, true), view.getUint32(at, true), holds);
}`;

// Mostly NOFID and NONUNAME, no small integers: begun as 0 they would change the layout of all messages at the attach, and
// V8 would compile anew what it has compiled for the old one as soon as there is another client.
const LARGE: ReadonlySet<string> = new Set(['afid', 'n_uname']);
const LARGEST = '0xffff_ffff';

/** The fields an item takes in the flat class, each with its initial value. */
function fields(item: Item): [string, string][] {
  const { name, kind, counter } = item;
  if (kind === 'data') return [['data_offset', '0']];
  if (kind === 'opaque') return ['lo', 'hi'].map((half) => [`${name}_${half}`, '0']);
  if (kind === 'string') return [[name, counter ? `new Array<string>(${MAX_WALK}).fill('')` : `''`]];
  if (kind !== 'qid') return [[name, LARGE.has(name) ? LARGEST : '0']];
  const words = ['version', 'path_lo', 'path_hi'];
  if (!counter) return ['type', ...words].map((word) => [`qid_${word}`, '0']);
  const arrays = words.map((word): [string, string] => [`${name}_${word}`, `new Uint32Array(${MAX_WALK})`]);
  return [[`${name}_type`, `new Uint8Array(${MAX_WALK})`], ...arrays];
}

/** The type of a field with such an initial value. */
function typeOf(value: string): string {
  if (value === '0' || value === LARGEST) return 'number';
  if (value.startsWith('new ')) return value.slice(4, value.indexOf('('));
  return value === "''" ? 'string' : 'string[]';
}

function flatClass(name: string, doc: string, first: string[], items: Item[]): string {
  const all = new Map<string, string>(first.map((field) => [field, '0']));
  for (const [field, value] of items.flatMap(fields)) {
    const before = all.get(field);
    if (before !== undefined && before !== value) throw new Error(`${field} means two things`);
    all.set(field, value);
  }
  const declared = [...all].map(([field, value]) => `  ${field}: ${typeOf(value)};`);
  const assigned = [...all].map(([field, value]) => `    this.${field} = ${value};`);
  return [doc, `export class ${name} {`, ...declared, '', '  constructor() {', ...assigned, '  }', '}'].join('\n');
}

function types(): string {
  return [
    "/** Each message's number by its name. */",
    'export enum TYPE {',
    ...ROWS.map((row) => `  ${row.name} = ${row.type},`),
    '}',
    '',
    "/** Each message's name by its number; '' for a number that is none. */",
    'export const NAMES: readonly string[] = /* @__PURE__ */ Array.from(',
    '  { length: 256 },',
    "  (_, type) => (TYPE as Record<number, string>)[type] ?? '',",
    ');',
  ].join('\n');
}

function tables(): string {
  return [
    '/** `end` is where the packet ends or the longest message does, whichever is first. */',
    'type Encoder = (m: Message, p: Packet, end: number, limit: number) => number;',
    'type Decoder = (m: Message, p: Packet, end: number, size: number) => number;',
    '',
    'const ENCODERS: Encoder[] = new Array<Encoder>(256).fill(() => -EINVAL);',
    'const DECODERS: Decoder[] = new Array<Decoder>(256).fill(() => ENOTSUP);',
    '/** The length of each message in bytes; the least one, negative, of those that vary; 0 of those with a payload. */',
    'const LENGTHS = new Int16Array(256);',
    '',
    'function row(type: number, length: number, encoder: Encoder, decoder: Decoder): void {',
    '  LENGTHS[type] = length;',
    '  ENCODERS[type] = encoder;',
    '  DECODERS[type] = decoder;',
    '}',
    '',
    ...ROWS.map((row) => {
      const { name } = layoutOf(row);
      return `row(${row.type}, ${lengthOf(row)}, encode${name}, decode${name});`;
    }),
  ].join('\n');
}

/** What LENGTHS holds of a message. */
function lengthOf({ items }: Row): number {
  if (items.at(-1)?.kind === 'data') return 0;
  const least = 7 + minBytes(items);
  return items.every(isFixed) ? least : -least;
}
