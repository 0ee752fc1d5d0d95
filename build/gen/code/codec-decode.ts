// Generates the decoder of one message, as straight-line code.
import { assignment, coder, func, ifWanted, isFixed, minBytes, position } from './codec-encode.ts';
import { MAXWELEM } from '../../../vfs/9p/constants.ts';
import { VALID_BITS } from '../../../vfs/9p/schema/messages.ts';
import {
  DIRENT_ITEMS,
  type RowItem,
  MIN_BYTES,
  type MessageRow,
  type Seldom,
  seldomOf,
} from '../../../vfs/9p/schema/rows.ts';

/** Writes the decoder of one message: `decodeTwalk(m, view, end, p)`, with the parameters that it needs. */
export function decoder(row: MessageRow): string {
  const { lines, end } = decodeItems(row.items, '7', row);
  return func(coder('decode', row, lines), [...lines, `return ${end};`]);
}

/** Writes the decoder of a directory entry. */
export function direntDecoder(): string {
  const { lines, end } = decodeItems(DIRENT_ITEMS, 'start');
  const doc = `/**
 * Reads the directory entry at \`start\`, not beyond \`end\`. Returns the position after it, or -EINVAL when it is not
 * whole.
 */`;
  const signature = 'export function decodeDirent(m: WireDirent, p: Packet, start: number, end: number): number';
  const bounds = `if (end > p.u8.length || end < start + ${minBytes(DIRENT_ITEMS)}) return -EINVAL;`;
  const body = [bounds, 'fault = 0;', 'const view = p.view;', ...lines, `return fault === 0 ? ${end} : -fault;`];
  return `${doc}\n${func(signature, body)}`;
}

/** The lines that read items from `start` on, and the position after the last as an expression. */
function decodeItems(items: RowItem[], start: string, row?: MessageRow): { lines: string[]; end: string } {
  const bits = VALID_BITS[row?.name ?? ''] ?? {};
  const seldom = row === undefined ? [] : seldomOf(row.name);
  const lines: string[] = [];
  let base = start;
  let offset = 0;
  items.forEach((item, index) => {
    if (item.kind === 'data') return;
    if (isFixed(item)) {
      const read = decodeFixed(item, base, offset, bits[item.name] ?? 0, row !== undefined);
      const zeros = ({ names }: Seldom) => [`${names.map((name) => `m.${name} = `).join('')}0;`];
      lines.push(...ifWanted(seldom, item, read, zeros));
      offset += MIN_BYTES[item.kind];
      return;
    }
    const at = position(base, offset);
    const stop = position('end', -minBytes(items.slice(index + 1)));
    const assign = assignment(items, index);
    if (item.counter) lines.push(...decodeList(item, at, stop, assign));
    else lines.push(...decodeString(`m.${item.name}`, assign, at, stop));
    base = 'at';
    offset = 0;
  });
  return { lines, end: position(base, offset) };
}

function decodeString(field: string, assign: string, at: string, stop: string): string[] {
  return [`${assign} = get(p, ${at}, ${field}, ${stop});`, `${field} = string;`];
}

function decodeFixed(item: RowItem, base: string, offset: number, bit: number, isMessage: boolean): string[] {
  const at = position(base, offset);
  const field = `m.${item.name}`;
  switch (item.kind) {
    case 'u8':
      return [`${field} = view.getUint8(${at});`];
    case 'u16':
      return [`${field} = view.getUint16(${at}, true);`];
    case 'u32':
      return [`${field} = view.getUint32(${at}, true);`];
    case 'size':
    case 'seconds': {
      const holds = bit === 0 ? '1' : `m.valid & ${bit}`;
      return [`${field} = getLong(view, ${at}, ${holds}, ${item.kind === 'size' ? '0' : 'MIN_HIGH'});`];
    }
    case 'opaque':
      return ['lo', 'hi'].map(
        (half, i) => `${field}_${half} = view.getUint32(${position(base, offset + 4 * i)}, true);`,
      );
    case 'qid':
      return isMessage ? [`getQid(m, view, ${at});`] : decodeQid((word) => `m.qid_${word}`, base, offset);
    default:
      throw new Error(`${item.name} has no fixed length`);
  }
}

export function decodeQid(field: (word: string) => string, base: string, offset: number): string[] {
  return [
    `${field('type')} = view.getUint8(${position(base, offset)});`,
    `${field('version')} = view.getUint32(${position(base, offset + 1)}, true);`,
    `${field('path_lo')} = view.getUint32(${position(base, offset + 5)}, true);`,
    `${field('path_hi')} = view.getUint32(${position(base, offset + 9)}, true);`,
  ];
}

/** Position 0 is never the end of a message, so decode rejects the message. */
function decodeList(item: RowItem, at: string, stop: string, assign: string): string[] {
  const strings = item.kind === 'string';
  const width = MIN_BYTES[item.kind];
  return [
    `const count = m.${item.counter};`,
    `if (count > ${MAXWELEM}${strings ? '' : ` || ${at} + ${width} * count > ${stop}`}) return 0;`,
    `${assign} = ${at};`,
    'for (let i = 0; i < count; i++) {',
    ...(strings
      ? decodeString(`m.${item.name}[i]`, 'at', 'at', stop)
      : [...decodeQid((word) => `m.${item.name}_${word}[i]`, 'at', 0), `at += ${width};`]),
    '}',
  ];
}
