import { func, ifWanted, isFixed, minBytes, position, withLocals } from './gen-encode.ts';
import { FREQUENT, MAX_WALK, VALID_BITS } from './messages.ts';
import { DIRENT_ITEMS, type Item, MIN_BYTES, type Row, type Seldom, seldomOf } from './rows.ts';

/** Writes the decoder of one message: `decodeTwalk(m, p, end, size)`. */
export function decoder(row: Row): string {
  const least = 7 + minBytes(row.items);
  const { lines, end } = decodeItems(row.items, '7', 'EINVAL', row);
  const start = `function decode${row.name}(m: Message, p: Packet`;
  if (row.items.at(-1)?.kind === 'data') {
    return func(`${start}, end: number, size: number): number`, [
      `if (end < ${least}) return EINVAL;`,
      ...withLocals(lines),
      `m.data_offset = ${end};`,
      `return size === ${end} + m.count && (end === size || end === ${end}) ? 0 : EINVAL;`,
    ]);
  }
  if (!row.items.length) return func(`function decode${row.name}(): number`, ['return 0;']);
  const fixed = /^\d+$/.test(end);
  return func(`${start}${fixed ? '' : ', end: number'}): number`, [
    ...withLocals(lines),
    fixed ? 'return 0;' : `return ${end} === end ? 0 : EINVAL;`,
  ]);
}

/** Writes the decoder of a directory entry. */
export function direntDecoder(): string {
  const { lines, end } = decodeItems(DIRENT_ITEMS, 'start', '-EINVAL');
  const doc = `/**
 * Reads the directory entry at \`start\`, not beyond \`end\`. Returns the position after it, or -EINVAL when it is not
 * whole, -EILSEQ when its name is not UTF-8.
 */`;
  const signature = 'export function decodeDirent(m: Dirent, p: Packet, start: number, end: number): number';
  const bounds = `if (end > p.u8.length || end < start + ${minBytes(DIRENT_ITEMS)}) return -EINVAL;`;
  return `${doc}\n${func(signature, [bounds, ...withLocals(lines), `return ${end};`])}`;
}

/** The lines that read items from `start` on, and the position after the last as an expression. */
function decodeItems(items: Item[], start: string, fail: string, row?: Row): { lines: string[]; end: string } {
  const bits = VALID_BITS[row?.name ?? ''] ?? {};
  const seldom = row === undefined ? [] : seldomOf(row.name);
  const lines: string[] = [];
  const several = items.filter((item) => item.kind === 'string').length > 1;
  let base = start;
  let offset = 0;
  items.forEach((item, index) => {
    if (item.kind === 'data') return;
    if (isFixed(item)) {
      const read = decodeFixed(item, base, offset, bits[item.name] ?? 0, FREQUENT.includes(row?.name ?? ''));
      const zeros = ({ names }: Seldom) => [`${names.map((name) => `m.${name} = `).join('')}0;`];
      lines.push(...ifWanted(seldom, item, read, zeros));
      offset += MIN_BYTES[item.kind];
      return;
    }
    const stop = position('end', -minBytes(items.slice(index + 1)));
    if (item.counter) lines.push(...decodeList(item, position(base, offset), stop, fail));
    else {
      const declare = base === 'at' ? '' : several ? 'let ' : 'const ';
      lines.push(...decodeString(`m.${item.name}`, declare, position(base, offset), stop, fail));
    }
    base = 'at';
    offset = 0;
  });
  return { lines, end: position(base, offset) };
}

function decodeString(field: string, declare: string, at: string, stop: string, fail: string): string[] {
  const errno = fail === 'EINVAL' ? '-at' : 'at';
  return [
    `${declare}at = getString(p, ${at}, ${stop}, ${field});`,
    `if (at < 0) return ${errno};`,
    `${field} = string;`,
  ];
}

function decodeFixed(item: Item, base: string, offset: number, bit: number, written: boolean): string[] {
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
      if (!written) return [`${field} = getSize(view, ${at}${holds(bit)});`];
      return decodeNumber(item, base, offset, 'getUint32', 'longSize', bit);
    case 'seconds':
      if (!written) return [`${field} = getSeconds(view, ${at}${holds(bit)});`];
      return decodeNumber(item, base, offset, 'getInt32', 'longSeconds', bit);
    case 'rounded':
      return [`${field} = view.getUint32(${position(base, offset + 4)}, true) * TWO_32 + view.getUint32(${at}, true);`];
    case 'opaque':
      return ['lo', 'hi'].map(
        (half, i) => `${field}_${half} = view.getUint32(${position(base, offset + 4 * i)}, true);`,
      );
    case 'qid':
      return decodeQid((word) => `m.qid_${word}`, base, offset);
    default:
      throw new Error(`${item.name} has no fixed length`);
  }
}

/** The argument that tells whether the field holds, if a bit of `valid` does. */
function holds(bit: number): string {
  return bit === 0 ? '' : `, m.valid & ${bit}`;
}

/** A number, which is a fault if it is out of range and, where that is told by a bit of `valid`, holds. */
function decodeNumber(item: Item, base: string, offset: number, get: string, whole: string, bit: number): string[] {
  const low = `view.getUint32(${position(base, offset)}, true)`;
  return [
    `n = view.${get}(${position(base, offset + 4)}, true);`,
    `m.${item.name} = n === 0 ? ${low} : ${whole}(n, ${low}${holds(bit)});`,
  ];
}

function decodeQid(field: (word: string) => string, base: string, offset: number): string[] {
  return [
    `${field('type')} = view.getUint8(${position(base, offset)});`,
    `${field('version')} = view.getUint32(${position(base, offset + 1)}, true);`,
    `${field('path_lo')} = view.getUint32(${position(base, offset + 5)}, true);`,
    `${field('path_hi')} = view.getUint32(${position(base, offset + 9)}, true);`,
  ];
}

function decodeList(item: Item, at: string, stop: string, fail: string): string[] {
  const open = [`const count = m.${item.counter};`, `if (count > ${MAX_WALK}) return ${fail};`, `let at = ${at};`];
  const loop = 'for (let i = 0; i < count; i++) {';
  if (item.kind === 'string') {
    return [...open, loop, ...decodeString(`m.${item.name}[i]`, '', 'at', stop, fail), '}'];
  }
  const width = MIN_BYTES[item.kind];
  return [
    ...open,
    `if (at + ${width} * count > ${stop}) return ${fail};`,
    loop,
    ...decodeQid((word) => `m.${item.name}_${word}[i]`, 'at', 0),
    `at += ${width};`,
    '}',
  ];
}
