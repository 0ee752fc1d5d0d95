import { FREQUENT, MAX_WALK } from './messages.ts';
import { DIRENT_ITEMS, type Item, MIN_BYTES, type Row, type Seldom, seldomOf } from './rows.ts';

/** Writes the encoder of one message: `encodeTwalk(m, p, limit)`. */
export function encoder(row: Row): string {
  const payload = row.items.at(-1)?.kind === 'data';
  const { lines, end } = encodeItems(row.items, '7', row);
  const bounds = payload ? [`if (${end} + (m.count >>> 0) > limit || p.u8.length < ${end}) return -EMSGSIZE;`] : [];
  const body = [...bounds, ...withLocals(withReturn(lines, end))];
  const parameters = payload ? ', _end: number, limit: number' : lines.join().includes('end') ? ', end: number' : '';
  return func(`function encode${row.name}(m: Message, p: Packet${parameters}): number`, body);
}

/** Writes the encoder of a directory entry. */
export function direntEncoder(): string {
  const { lines, end } = encodeItems(DIRENT_ITEMS, 'start');
  const doc = `/**
 * Writes a directory entry into the packet at \`start\`, not beyond \`end\`. Returns the position after it, or -EMSGSIZE
 * when it does not fit, -EINVAL and -EILSEQ as \`encode\`.
 */`;
  const bounds = `if (end < start + ${minBytes(DIRENT_ITEMS)}) return -EMSGSIZE;`;
  const signature = 'export function encodeDirent(m: Dirent, p: Packet, start: number, end: number): number';
  return `${doc}\n${func(signature, [bounds, ...withLocals(withReturn(lines, end))])}`;
}

/** Bytes items take at least. */
export function minBytes(items: Item[]): number {
  return items.reduce((sum, item) => sum + (item.counter ? 0 : MIN_BYTES[item.kind]), 0);
}

/** A function's text, its lines indented; lines that end in `{` and start with `}` nest. */
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

/** Whether an item always takes the same number of bytes. */
export function isFixed(item: Item): boolean {
  return item.kind !== 'string' && item.counter === '';
}

/** Lines with the declarations of what they use: the view, unless it is used only once, and `n`. */
export function withLocals(lines: string[]): string[] {
  const uses = lines.join().split(/\bview\b/).length - 1;
  const declared = [
    ...(uses > 1 ? ['const view = p.view;'] : []),
    ...(lines.some((line) => line.startsWith('n = ')) ? ['let n = 0;'] : []),
  ];
  return [...declared, ...(uses > 1 ? lines : lines.map((line) => line.replace(/\bview\b/, 'p.view')))];
}

const FAILED = 'if (at < 0) return at;';

/** Lines that end by giving the position `end`; what the last string's writing gives is that, or why it failed. */
function withReturn(lines: string[], end: string): string[] {
  const last = lines.at(-2) ?? '';
  if (lines.at(-1) !== FAILED) return [...lines, `return ${end};`];
  return [...lines.slice(0, -2), last.replace(/^(let )?at =/, 'return')];
}

/** The lines that write items from `start` on, and the position after the last as an expression. */
function encodeItems(items: Item[], start: string, row?: Row): { lines: string[]; end: string } {
  const seldom = row === undefined ? [] : seldomOf(row.name);
  const lines: string[] = [];
  let base = start;
  let offset = 0;
  items.forEach((item, index) => {
    if (item.kind === 'data') return;
    if (isFixed(item)) {
      const written = encodeFixed(item, base, offset, row);
      const zeros = (zero: Seldom) =>
        zero.names.map((_, i) => `view.setFloat64(${position(base, offset + 8 * i)}, 0);`);
      lines.push(...ifWanted(seldom, item, written, zeros));
      offset += MIN_BYTES[item.kind];
      return;
    }
    const at = position(base, offset);
    const stop = position('end', -minBytes(items.slice(index + 1)));
    const assign = base === 'at' ? 'at' : 'let at';
    if (item.counter) lines.push(...encodeList(item, at, stop, assign));
    else lines.push(`${assign} = putString(p, ${at}, m.${item.name}, ${stop});`, FAILED);
    base = 'at';
    offset = 0;
  });
  return { lines, end: position(base, offset) };
}

/** The lines for an item; before the first and behind the last of those that are seldom wanted, what else is done. */
export function ifWanted(all: Seldom[], item: Item, lines: string[], zeros: (one: Seldom) => string[]): string[] {
  const one = all.find(({ names }) => names.includes(item.name));
  if (one === undefined) return lines;
  const before = one.names[0] === item.name ? [`if ((m.valid & ${one.bits}) === 0) {`, ...zeros(one), '} else {'] : [];
  return [...before, ...lines, ...(one.names.at(-1) === item.name ? ['}'] : [])];
}

function encodeFixed(item: Item, base: string, offset: number, row?: Row): string[] {
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
    case 'seconds':
    case 'rounded': {
      if (item.kind !== 'rounded' && !FREQUENT.includes(row?.name ?? '')) {
        return [`putLong(view, ${at}, ${value}${item.kind === 'seconds' ? ', MIN_SAFE' : ''});`];
      }
      const high = { size: 'highOf(n)', seconds: 'highOf(n, MIN_SAFE)', rounded: 'roundedHigh(n)' }[item.kind];
      return [
        `n = ${value};`,
        // It takes a number modulo 2^32 and drops its fraction, so that n needs no splitting. Nearly all fit in 32 bits.
        `view.setUint32(${at}, n, true);`,
        `view.setUint32(${position(base, offset + 4)}, n >>> 0 === n ? 0 : ${high}, true);`,
      ];
    }
    case 'opaque':
      return ['lo', 'hi'].map(
        (half, i) => `view.setUint32(${position(base, offset + 4 * i)}, ${value}_${half}, true);`,
      );
    case 'qid':
      return encodeQid((word) => `m.qid_${word}`, base, offset);
    default:
      throw new Error(`${item.name} has no fixed length`);
  }
}

function encodeQid(field: (word: string) => string, base: string, offset: number): string[] {
  return [
    `view.setUint8(${position(base, offset)}, ${field('type')});`,
    `view.setUint32(${position(base, offset + 1)}, ${field('version')}, true);`,
    `view.setUint32(${position(base, offset + 5)}, ${field('path_lo')}, true);`,
    `view.setUint32(${position(base, offset + 9)}, ${field('path_hi')}, true);`,
  ];
}

function encodeList(item: Item, at: string, stop: string, assign: string): string[] {
  const count = [`const count = m.${item.counter} >>> 0;`];
  const loop = 'for (let i = 0; i < count; i++) {';
  if (item.kind === 'string') {
    return [
      ...count,
      `if (count > ${MAX_WALK} || count > m.${item.name}.length) return -EINVAL;`,
      `${assign} = ${at};`,
      loop,
      `at = putString(p, at, m.${item.name}[i], ${stop});`,
      'if (at < 0) return at;',
      '}',
    ];
  }
  const width = MIN_BYTES[item.kind];
  return [
    ...count,
    `if (count > ${MAX_WALK}) return -EINVAL;`,
    `${assign} = ${at};`,
    `if (at + ${width} * count > ${stop}) return -EMSGSIZE;`,
    loop,
    ...encodeQid((word) => `m.${item.name}_${word}[i]`, 'at', 0),
    `at += ${width};`,
    '}',
  ];
}
