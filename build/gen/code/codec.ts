// Generates codec.gen.ts, the message class and its codec, from the table in vfs/9p/schema/messages.ts.
import { decodeQid, decoder, direntDecoder } from './codec-decode.ts';
import { direntEncoder, encodeQid, encoder } from './codec-encode.ts';
import { MAXWELEM } from '../../../vfs/9p/constants.ts';
import { RARE_MESSAGES, type Name } from '../../../vfs/9p/schema/messages.ts';
import { DIRENT_ITEMS, type RowItem, MIN_BYTES, ROWS, type MessageRow } from '../../../vfs/9p/schema/rows.ts';

/**
 * The text of codec.gen.ts, derived from the table: one flat class, and one straight-line encoder and decoder a
 * message. It depends on nothing but the table, so that a check can compare it with the file that is checked in.
 * @param requests The requests to encode and decode, by number, with their responses and Rlerror. Default: all.
 */
export function generate(requests?: readonly number[]): string {
  const rows = requests ? ROWS.filter(({ type }) => type === RLERROR || requests.includes(type & ~1)) : ROWS;
  const isRare = ({ name }: MessageRow) => requests === undefined && RARE_MESSAGES.has(name);
  const straight = rows.filter((row) => !isRare(row));
  const [sameEncoder, sameDecoder] = [encoder, decoder].map((write) => firstAlike(write, straight)) as [Alike, Alike];
  const parts = [
    HEAD,
    flatClass(
      'Message',
      MESSAGE_DOC,
      ['type', 'tag'],
      rows.flatMap((row) => row.items),
    ),
    flatClass('WireDirent', DIRENT_DOC, [], DIRENT_ITEMS),
    types(),
    ENTRY,
    direntEncoder(),
    direntDecoder(),
    HELPERS,
    ...straight.filter((row) => sameEncoder(row) === row.name).map(encoder),
    ...straight.filter((row) => sameDecoder(row) === row.name).map(decoder),
    ...(requests ? [CODER] : [CODER, BY_ROW]),
    tables(rows, (row) =>
      isRare(row)
        ? [`...byRow('${row.items.flatMap(shortItem).join(' ')}')`]
        : [`encode${sameEncoder(row)}`, `decode${sameDecoder(row)}`],
    ),
  ];
  return parts.join('\n\n') + '\n';
}

/** Rlerror has no request of its own. */
const RLERROR = 7;

/** Returns the name of the first message whose encoder, or decoder, is equal except for its name. */
type Alike = (row: MessageRow) => Name;

function firstAlike(write: (row: MessageRow) => string, rows: readonly MessageRow[]): Alike {
  const text = (row: MessageRow) => write(row).replace(row.name, '');
  return (row) => rows.find((other) => text(other) === text(row))!.name;
}

/** Returns the requests with their responses. */
function pairsOf(rows: readonly MessageRow[]): MessageRow[][] {
  return rows
    .filter(({ type }) => type % 2 === 0 || type === RLERROR)
    .map((row) => rows.filter(({ type }) => type === row.type || (row.type % 2 === 0 && type === row.type + 1)));
}

const HEAD = `// Generated from schema/messages.ts by build/gen/code/codec.ts. Do not edit it: change the table and generate it anew.
import { internString } from '../lib/intern.ts';
import { E } from '../linux/errno.ts';
import { Packet, putString } from './packet.ts';

const EINVAL = E.EINVAL;
const EMSGSIZE = E.EMSGSIZE;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MIN_SAFE = -MAX_SAFE - 1;
const TWO_32 = 0x100000000;
// The upper halves of both.
const MAX_HIGH = 0x1fffff;
const MIN_HIGH = ~MAX_HIGH;`;

const MESSAGE_DOC = `/**
 * Any message: \`type\` determines which fields are valid. All of them exist from the start, so that all messages have
 * one hidden class. A qid is \`qid_*\`, the qids of Rwalk are \`wqid_*\`, an opaque u64 is \`_lo\` and \`_hi\`.
 * \`data_offset\` is where the payload of Rread, Rreaddir or Twrite starts in the packet it was decoded from.
 */`;

const DIRENT_DOC = '/** An entry in the data of Rreaddir.`cookie_*` is the position after it, `dtype` a DT_ number. */';

const ENTRY = `/**
 * Writes the message at the start of the packet. Returns the bytes written, or -errno:
 * -EINVAL for an unknown type, over 16 names or qids, a string over 65535 bytes, an [8] that is not an integer of its
 * range; -EILSEQ for a string that has no bytes (lib/utf8.ts); -EMSGSIZE when the message, its payload included, is longer
 * than \`limit\` (msize, up to 2^32 - 1), or its encoded part longer than the packet.
 *
* A message that ends in a payload is written without it: the size field counts \`count\` bytes more, which the
 * transport places. Other numbers are cut to the width of their field, so that -1 may stand for NOFID.
 */
export function encode(m: Message, p: Packet, limit: number): number {
  const type = m.type;
  const least = LEAST[type];
  if (!least) return -EINVAL;
  const length = p.u8.length;
  const end = limit < length ? limit : length;
  if (end < Math.abs(least)) return -EMSGSIZE;
  fault = 0;
  const view = p.view;
  const written = ENCODERS[type](m, view, end, p);
  const size = least < 0 ? written + (m.count >>> 0) : written;
  if (fault !== 0) return -fault;
  if (size > limit) return -EMSGSIZE;
  view.setUint32(0, size, true);
  view.setUint8(4, type);
  view.setUint16(5, m.tag, true);
  return written;
}

/**
 * Reads the message at the start of the packet, of which \`end\` bytes are there. Returns 0 or an errno:
 * EINVAL for a malformed message (a size field that differs from \`end\`, a string or list past the end,
 * bytes left over, over 16 names, an [8] with bit 63 set); EOVERFLOW for an [8] above 2^53 - 1; ENOTSUP for an
 * unknown type. Bytes of a string that are not UTF-8 are lone surrogates (lib/utf8.ts). \`type\` and \`tag\` are set
 * whenever \`end\` is at least 7, so that a server can answer; after an error the other fields mean nothing.
 *
 * A payload may be in the packet (\`end\` is the size field) or elsewhere (\`end\` is the header's length, 0 left over).
 */
export function decode(m: Message, p: Packet, end: number): number {
  if (end < 7 || end > p.u8.length) return EINVAL;
  const view = p.view;
  const type = p.u8[4];
  m.type = type;
  m.tag = view.getUint16(5, true);
  const least = LEAST[type];
  if (least === 0) return E.ENOTSUP;
  if (end < Math.abs(least)) return EINVAL;
  fault = 0;
  const at = DECODERS[type](m, view, end, p);
  if (fault !== 0) return fault;
  const size = view.getUint32(0, true);
  if (least > 0) return at === end && size === end ? 0 : EINVAL;
  m.data_offset = at;
  return size === at + m.count && (end === size || end === at) ? 0 : EINVAL;
}

/** True if a number is the type of a request. */
export function isT(type: number): boolean {
  return (type & 1) === 0 && NAMES[type] !== undefined && NAMES[type] !== '';
}`;

const HELPERS = `// The errno of the first error in the message, checked at the end.
let fault = 0;

/** The upper half of a number that has more than 32 bits; a fault if it is not an integer of at least \`least\`. */
function highOf(n: number, least: number): number {
  if (!(n >= least && n <= MAX_SAFE && Math.floor(n) === n)) fault ||= EINVAL;
  return Math.floor(n / TWO_32);
}

/** Writes a number as an [8]. */
function putLong(view: DataView, at: number, n: number, least: number): void {
  // It takes a number modulo 2^32 and drops its fraction, so that n needs no splitting. Nearly all fit in 32 bits.
  view.setUint32(at, n, true);
  view.setUint32(at + 4, n >>> 0 === n ? 0 : highOf(n, least), true);
}

/** Reads an [8] whose upper half is at least \`least\`; one out of range is 0, and a fault if \`holds\` is not 0. */
function getLong(view: DataView, at: number, holds: number, least: number): number {
  const low = view.getUint32(at, true);
  const high = view.getInt32(at + 4, true);
  return high === 0 ? low : wide(high, low, holds, least);
}

function wide(high: number, low: number, holds: number, least: number): number {
  if (high <= MAX_HIGH && high >= least) return high * TWO_32 + low;
  if (holds !== 0) fault ||= high < 0 && least === 0 ? EINVAL : E.EOVERFLOW;
  return 0;
}

/** Writes length[2] and the bytes: the position behind it, which is \`stop\` after a fault, so that the rest still fits. */
function put(p: Packet, at: number, text: string, stop: number): number {
  const after = putString(p, at, text, stop);
  if (after >= 0) return after;
  fault ||= -after;
  return stop;
}

// The string that get has read.
let string = '';

/** Reads length[2] and the bytes at \`at\`, not beyond \`stop\`: the position behind it, \`stop\` after a fault. */
function get(p: Packet, at: number, guess: string, stop: number): number {
  const from = at + 2;
  const end = from > stop ? from : from + p.view.getUint16(at, true);
  const found = end > stop ? EINVAL : internString(p.u8, from, end, guess);
  if (typeof found === 'number') {
    fault ||= found;
    return stop;
  }
  string = found;
  return end;
}

function putQid(m: Message, view: DataView, at: number): void {
${encodeQid((word) => `m.qid_${word}`, 'at', 0)
  .map((line) => `  ${line}`)
  .join('\n')}
}

function getQid(m: Message, view: DataView, at: number): void {
${decodeQid((word) => `m.qid_${word}`, 'at', 0)
  .map((line) => `  ${line}`)
  .join('\n')}
}`;

const CODER = `/** \`end\` is where the packet ends or the longest message does, whichever is first. Gives the position behind it. */
type Coder = (m: Message, view: DataView, end: number, p: Packet) => number;`;

const BY_ROW = `/** The coders of a rare message, from its fields and their widths in bytes; 0 is a string. */
function byRow(row: string): Coder[] {
  let parsed: [field: 'fid', width: number][] | undefined;
  return [false, true].map((reads) => (m, view, end, p) => {
    const fields = (parsed ??= row.split(' ').map((text) => [text.slice(0, -1) as 'fid', +text.slice(-1)]));
    let at = 7;
    // The end of a string: the fields behind it need room.
    let stop = fields.reduce((left, [, width]) => left - (width || 2), end);
    for (const [field, width] of fields) {
      stop += width || 2;
      const bits = (8 * width) as 32;
      const value = m[field];
      if (width === 0) {
        at = (reads ? get : put)(p, at, value as never, stop);
        if (reads) m[field] = string as never;
      } else if (width === 8) {
        if (reads) m[field] = getLong(view, at, 1, 0);
        else putLong(view, at, value, 0);
      } else if (reads) m[field] = view[\`getUint\${bits}\`](at, true);
      else view[\`setUint\${bits}\`](at, value, true);
      at += width;
    }
    return at;
  });
}`;

// Mostly NOFID and NONUNAME, no small integers: begun as 0 they would change the layout of all messages at the attach, and
// V8 would compile anew what it has compiled for the old one as soon as there is another client.
const LARGE: ReadonlySet<string> = new Set(['afid', 'n_uname']);
const LARGEST = '0xffff_ffff';

/** Returns the fields of an item in the flat class, each with its initial value. */
function fields(item: RowItem): [string, string][] {
  const { name, kind, counter } = item;
  if (kind === 'data') return [['data_offset', '0']];
  if (kind === 'opaque') return ['lo', 'hi'].map((half) => [`${name}_${half}`, '0']);
  if (kind === 'string') return [[name, counter ? `new Array<string>(${MAXWELEM}).fill('')` : `''`]];
  if (kind !== 'qid') return [[name, LARGE.has(name) ? LARGEST : '0']];
  const words = ['version', 'path_lo', 'path_hi'];
  if (!counter) return ['type', ...words].map((word) => [`qid_${word}`, '0']);
  const arrays = words.map((word): [string, string] => [`${name}_${word}`, `new Uint32Array(${MAXWELEM})`]);
  return [[`${name}_type`, `new Uint8Array(${MAXWELEM})`], ...arrays];
}

/** Returns the type of a field with this initial value. */
function typeOf(value: string): string {
  if (value === '0' || value === LARGEST) return 'number';
  if (value.startsWith('new ')) return value.slice(4, value.indexOf('('));
  return value === "''" ? 'string' : 'string[]';
}

function flatClass(name: string, doc: string, first: string[], items: RowItem[]): string {
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

/** An item as `byRow` reads it: a field and its width. @throws Error for a kind that it does not know. */
function shortItem({ name, kind, counter }: RowItem): string[] {
  if (kind === 'opaque') return [`${name}_lo4`, `${name}_hi4`];
  if (counter || !['u8', 'u16', 'u32', 'size', 'string'].includes(kind)) throw new Error(`${name} needs its own code`);
  return [`${name}${kind === 'string' ? 0 : MIN_BYTES[kind]}`];
}

/** The size of a message with empty strings, lists and payload; negative for one with a payload. */
function leastOf({ items }: MessageRow): number {
  const bytes = items.reduce((sum, { kind, counter }) => sum + (counter === '' ? MIN_BYTES[kind] : 0), 7);
  return items.at(-1)?.kind === 'data' ? -bytes : bytes;
}

/** @param codersOf The encoder and the decoder of a message, as arguments of `rows`. */
function tables(all: readonly MessageRow[], codersOf: (row: MessageRow) => string[]): string {
  return [
    'const ENCODERS: Coder[] = [];',
    'const DECODERS: Coder[] = [];',
    '/** The least bytes of each message; negative with a payload, 0 for no message. */',
    'const LEAST = new Int16Array(256);',
    '',
    '/** For each message from number `type` on, a request and its answer: the least bytes, the encoder, the decoder. */',
    'function rows(type: number, ...columns: (number | Coder)[]): void {',
    '  for (let i = 0; i < columns.length; i += 3) {',
    '    LEAST[type] = columns[i] as number;',
    '    ENCODERS[type] = columns[i + 1] as Coder;',
    '    DECODERS[type++] = columns[i + 2] as Coder;',
    '  }',
    '}',
    '',
    ...pairsOf(all).map((pair) => {
      const columns = pair.flatMap((row) => [leastOf(row), ...codersOf(row)]);
      return `rows(${[pair[0]!.type, ...columns].join(', ')});`;
    }),
  ].join('\n');
}
