// Generates the encoder of one message, as straight-line code.
import { MAXWELEM } from '../../../vfs/9p/constants.ts';
import {
  DIRENT_ITEMS,
  type RowItem,
  MIN_BYTES,
  type MessageRow,
  type Seldom,
  seldomOf,
} from '../../../vfs/9p/schema/rows.ts';

/** Writes the encoder of one message: `encodeTwalk(m, view, end, p)`, with the parameters that it needs. */
export function encoder(row: MessageRow): string {
  const { lines, end } = encodeItems(row.items, '7', row);
  return func(coder('encode', row, lines), [...lines, `return ${end};`]);
}

/** The signature of the encoder or decoder of a message; unused parameters come last and are omitted. */
export function coder(verb: string, row: MessageRow, lines: string[]): string {
  const all: [name: string, type: string][] = [
    ['m', 'Message'],
    ['view', 'DataView'],
    ['end', 'number'],
    ['p', 'Packet'],
  ];
  const last = all.findLastIndex(([name]) => lines.some((line) => new RegExp(`\\b${name}\\b`).test(line)));
  const parameters = all.slice(0, last + 1).map(([name, type]) => `${name}: ${type}`);
  return `function ${verb}${row.name}(${parameters.join(', ')}): number`;
}

/** Writes the encoder of a directory entry. */
export function direntEncoder(): string {
  const fixed = DIRENT_ITEMS.slice(0, -1);
  const name = DIRENT_ITEMS.at(-1)!;
  const { lines, end } = encodeItems(fixed, 'start');
  const doc = `/**
 * Writes a directory entry into the packet at \`start\`, not beyond \`end\`. Returns the position after it, or -EMSGSIZE
 * when it does not fit, -EINVAL and -EILSEQ as \`encode\`.
 */`;
  const bounds = `if (end < start + ${minBytes(DIRENT_ITEMS)}) return -EMSGSIZE;`;
  const signature = 'export function encodeDirent(m: WireDirent, p: Packet, start: number, end: number): number';
  const body = [bounds, 'const view = p.view;', ...lines, `return putString(p, ${end}, m.${name.name}, end);`];
  return `${doc}\n${func(signature, body)}`;
}

/** Returns the minimum size of items in bytes. */
export function minBytes(items: RowItem[]): number {
  return items.reduce((sum, item) => sum + (item.counter ? 0 : MIN_BYTES[item.kind]), 0);
}

/** Returns the text of a function, indented by the braces at the ends and starts of its lines. */
export function func(signature: string, lines: string[]): string {
  let depth = 1;
  const body = lines.map((line) => {
    if (line.startsWith('}')) depth--;
    const text = '  '.repeat(depth) + line;
    if (line.endsWith('{')) depth++;
    return text;
  });
  return [`${signature} {`, ...body, '}'].join('\n');
}

/** The position `offset` bytes after `base`, as an expression: a plain number when base is one. */
export function position(base: string, offset: number): string {
  if (/^\d+$/.test(base)) return String(Number(base) + offset);
  if (offset === 0) return base;
  return offset < 0 ? `${base} - ${-offset}` : `${base} + ${offset}`;
}

/** True if an item always takes the same number of bytes. */
export function isFixed(item: RowItem): boolean {
  return item.kind !== 'string' && item.counter === '';
}

/** The lines that write items from `start` on, and the position after the last as an expression. */
function encodeItems(items: RowItem[], start: string, row?: MessageRow): { lines: string[]; end: string } {
  const seldom = row === undefined ? [] : seldomOf(row.name);
  const lines: string[] = [];
  let base = start;
  let offset = 0;
  items.forEach((item, index) => {
    if (item.kind === 'data') return;
    if (isFixed(item)) {
      const written = encodeFixed(item, base, offset, row !== undefined);
      const zeros = (zero: Seldom) =>
        zero.names.map((_, i) => `view.setFloat64(${position(base, offset + 8 * i)}, 0);`);
      lines.push(...ifWanted(seldom, item, written, zeros));
      offset += MIN_BYTES[item.kind];
      return;
    }
    const at = position(base, offset);
    const stop = position('end', -minBytes(items.slice(index + 1)));
    const assign = assignment(items, index);
    if (item.counter) lines.push(...encodeList(item, at, stop, assign));
    else lines.push(`${assign} = put(p, ${at}, m.${item.name}, ${stop});`);
    base = 'at';
    offset = 0;
  });
  return { lines, end: position(base, offset) };
}

/** Returns the left side of the assignment of the position after an item without a fixed length. */
export function assignment(items: RowItem[], index: number): string {
  const varying = items.filter((item) => !isFixed(item) && item.kind !== 'data');
  if (varying[0] !== items[index]) return 'at';
  return varying.length > 1 || varying[0]!.counter ? 'let at' : 'const at';
}

/** Returns the lines for an item, with the condition around the rare fields before the first and after the last. */
export function ifWanted(all: Seldom[], item: RowItem, lines: string[], zeros: (one: Seldom) => string[]): string[] {
  const one = all.find(({ names }) => names.includes(item.name));
  if (one === undefined) return lines;
  const before = one.names[0] === item.name ? [`if ((m.valid & ${one.bits}) === 0) {`, ...zeros(one), '} else {'] : [];
  return [...before, ...lines, ...(one.names.at(-1) === item.name ? ['}'] : [])];
}

function encodeFixed(item: RowItem, base: string, offset: number, isMessage: boolean): string[] {
  const at = position(base, offset);
  const value = `m.${item.name}`;
  switch (item.kind) {
    case 'u8':
      return [`view.setUint8(${at}, ${value});`];
    case 'u16':
      return [`view.setUint16(${at}, ${value}, true);`];
    case 'u32':
      return [`view.setUint32(${at}, ${value}, true);`];
    case 'size':
      return [`putLong(view, ${at}, ${value}, 0);`];
    case 'seconds':
      return [`putLong(view, ${at}, ${value}, MIN_SAFE);`];
    case 'opaque':
      return ['lo', 'hi'].map(
        (half, i) => `view.setUint32(${position(base, offset + 4 * i)}, ${value}_${half}, true);`,
      );
    case 'qid':
      return isMessage ? [`putQid(m, view, ${at});`] : encodeQid((word) => `m.qid_${word}`, base, offset);
    default:
      throw new Error(`${item.name} has no fixed length`);
  }
}

export function encodeQid(field: (word: string) => string, base: string, offset: number): string[] {
  return [
    `view.setUint8(${position(base, offset)}, ${field('type')});`,
    `view.setUint32(${position(base, offset + 1)}, ${field('version')}, true);`,
    `view.setUint32(${position(base, offset + 5)}, ${field('path_lo')}, true);`,
    `view.setUint32(${position(base, offset + 9)}, ${field('path_hi')}, true);`,
  ];
}

function encodeList(item: RowItem, at: string, stop: string, assign: string): string[] {
  const strings = item.kind === 'string';
  const width = MIN_BYTES[item.kind];
  const tooMany = strings ? `count > ${MAXWELEM} || count > m.${item.name}.length` : `count > ${MAXWELEM}`;
  return [
    `const count = m.${item.counter} >>> 0;`,
    `if (${tooMany}) fault = EINVAL;`,
    ...(strings ? [] : [`else if (${position(at, 0)} + ${width} * count > ${stop}) fault = EMSGSIZE;`]),
    'if (fault !== 0) return 0;',
    `${assign} = ${at};`,
    'for (let i = 0; i < count; i++) {',
    ...(strings
      ? [`at = put(p, at, m.${item.name}[i], ${stop});`]
      : [...encodeQid((word) => `m.${item.name}_${word}[i]`, 'at', 0), `at += ${width};`]),
    '}',
  ];
}
