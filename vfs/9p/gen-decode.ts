import { func, isFixed, isLong, minBytes, position, viewLine } from './gen-encode.ts';
import { MAX_WALK, VALID_BITS } from './messages.ts';
import { DIRENT_ITEMS, type Item, MIN_BYTES, type Row } from './rows.ts';

/** Writes the decoder of one message: `decodeTwalk(m, p, end, size)`. */
export function decoder(row: Row): string {
  const least = 7 + minBytes(row.items);
  const long = isLong(row.items);
  const { lines, end } = decodeItems(row.items, '7', 'EINVAL', VALID_BITS[row.name] ?? {}, long);
  if (long) lines.unshift('fault = 0;');
  const start = `function decode${row.name}(m: Message, p: Packet`;
  if (row.items.at(-1)?.kind === 'data') {
    return func(`${start}, end: number, size: number): number`, [
      `if (end < ${least}) return EINVAL;`,
      ...locals(lines),
      ...lines,
      `m.data_offset = ${end};`,
      `return size === ${end} + m.count && (end === size || end === ${end}) ? 0 : EINVAL;`,
    ]);
  }
  if (!row.items.length) return func(`function decode${row.name}(): number`, ['return 0;']);
  const fixed = /^\d+$/.test(end);
  return func(`${start}${fixed ? '' : ', end: number'}): number`, [
    ...locals(lines),
    ...lines,
    fixed ? `return ${long ? 'fault' : 0};` : `return ${end} === end ? ${long ? 'fault' : 0} : EINVAL;`,
  ]);
}

/** Writes the decoder of a directory entry. */
export function direntDecoder(): string {
  const { lines, end } = decodeItems(DIRENT_ITEMS, 'start', '-EINVAL', {}, false);
  const doc = `/**
 * Reads the directory entry at \`start\`, not beyond \`end\`. Returns the position after it, or -EINVAL when it is not
 * whole, -EILSEQ when its name is not UTF-8.
 */`;
  const signature = 'export function decodeDirent(m: Dirent, p: Packet, start: number, end: number): number';
  const bounds = `if (end > p.u8.length || end < start + ${minBytes(DIRENT_ITEMS)}) return -EINVAL;`;
  const text = lines.map((line) => line.replace('return s;', 'return -s;'));
  return `${doc}\n${func(signature, [bounds, ...locals(text), ...text, `return ${end};`])}`;
}

function locals(lines: string[]): string[] {
  const text = lines.join('\n');
  return [
    ...viewLine(lines),
    ...(lines.some((line) => line.startsWith('n = ')) ? ['let n = 0;'] : []),
    ...(text.includes('s = intern') ? ['let s: string | number;'] : []),
  ];
}

/** The lines that read items from `start` on, and the position after the last as an expression. */
function decodeItems(
  items: Item[],
  start: string,
  fail: string,
  bits: Record<string, number>,
  long: boolean,
): { lines: string[]; end: string } {
  const lines: string[] = [];
  const several = items.filter((item) => item.kind === 'string').length > 1;
  let base = start;
  let offset = 0;
  items.forEach((item, index) => {
    if (item.kind === 'data') return;
    if (isFixed(item)) {
      lines.push(...decodeFixed(item, base, offset, bits[item.name] ?? 0, long));
      offset += MIN_BYTES[item.kind];
      return;
    }
    const stop = position('end', -minBytes(items.slice(index + 1)));
    if (item.counter) lines.push(...decodeList(item, position(base, offset), stop, fail));
    else {
      const declare = base === 'at' ? '' : several ? 'let ' : 'const ';
      lines.push(
        `${declare}from = ${position(base, offset + 2)};`,
        `${declare}at = from + view.getUint16(${position(base, offset)}, true);`,
        ...decodeString(`m.${item.name}`, stop, fail),
      );
    }
    base = 'at';
    offset = 0;
  });
  return { lines, end: position(base, offset) };
}

function decodeString(field: string, stop: string, fail: string): string[] {
  return [
    `if (at > ${stop}) return ${fail};`,
    's = internString(p.u8, from, at);',
    "if (typeof s === 'number') return s;",
    `${field} = s;`,
  ];
}

function decodeFixed(item: Item, base: string, offset: number, bit: number, long: boolean): string[] {
  const at = position(base, offset);
  const field = `m.${item.name}`;
  if (long && (item.kind === 'size' || item.kind === 'seconds')) {
    const holds = bit === 0 ? '1' : `m.valid & ${bit}`;
    const [get, whole] = item.kind === 'size' ? ['getUint32', 'longSize'] : ['getInt32', 'longSeconds'];
    const low = `view.getUint32(${at}, true)`;
    return [
      `n = view.${get}(${position(base, offset + 4)}, true);`,
      `${field} = n === 0 ? ${low} : ${whole}(n, ${low}, ${holds});`,
    ];
  }
  switch (item.kind) {
    case 'u8':
      return [`${field} = view.getUint8(${at});`];
    case 'u16':
      return [`${field} = view.getUint16(${at}, true);`];
    case 'u32':
      return [`${field} = view.getUint32(${at}, true);`];
    case 'size':
      return decodeNumber(field, base, offset, 'getUint32', 'n > MAX_HIGH', 'tooLarge(n)');
    case 'seconds':
      return decodeNumber(field, base, offset, 'getInt32', 'n > MAX_HIGH || n < ~MAX_HIGH', 'EOVERFLOW');
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

/** Refuses a number that is out of range. */
function decodeNumber(
  field: string,
  base: string,
  offset: number,
  get: string,
  wrong: string,
  errno: string,
): string[] {
  const high = `n = view.${get}(${position(base, offset + 4)}, true);`;
  const value = `n * TWO_32 + view.getUint32(${position(base, offset)}, true)`;
  return [high, `if (${wrong}) return ${errno};`, `${field} = ${value};`];
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
    return [
      ...open,
      loop,
      `if (at + 2 > ${stop}) return ${fail};`,
      'const from = at + 2;',
      'at = from + view.getUint16(at, true);',
      ...decodeString(`m.${item.name}[i]`, stop, fail),
      '}',
    ];
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
