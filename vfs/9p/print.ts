// Prints messages for traces. The core does not import it: it loads the whole message table.
import { errnoName } from '../linux/errno.ts';
import { quote } from '../lib/quote.ts';
import type { Message } from './codec.gen.ts';
import * as LINUX from '../linux/constants.ts';
import * as P9 from './constants.ts';
import { VALID_BITS } from './schema/messages.ts';
import { type RowItem, type MessageRow, ROWS } from './schema/rows.ts';

const BY_TYPE = new Map(ROWS.map((row) => [row.type, row]));

/**
 * Formats a message as one line of a trace: `Twalk tag=1 fid=1 newfid=2 wname=["tmp","x"]`. Flags and errnos are names,
 * modes octal, a qid is `(path version type)` with the path in hex and the type in letters (`d` directory, `L` symbolic
 * link, `-` file, …), times are seconds.nanoseconds. Of a payload only `count` is printed. Fields that `valid` does not
 * name are left out.
 */
export function printMessage(m: Message): string {
  const row = BY_TYPE.get(m.type);
  const tag = `tag=${m.tag === P9.NOTAG ? 'NOTAG' : m.tag}`;
  if (!row) return `type=${m.type} ${tag}`;
  return [row.name, tag, ...row.items.flatMap((item) => printItem(m as unknown as Values, row, item))].join(' ');
}

type Values = Record<string, number> & Record<string, unknown>;

function printItem(m: Values, row: MessageRow, item: RowItem): string[] {
  const { name, kind } = item;
  const bit = VALID_BITS[row.name]?.[name];
  if (bit && (m.valid & bit) === 0) return [];
  if (kind === 'data' || name.endsWith('_nsec')) return [];
  if (row.items.some((other) => other.counter === name && other.kind !== 'data')) return [];
  if (kind === 'seconds') {
    const base = name.slice(0, -'_sec'.length);
    return [`${base}=${m[name]}.${String(m[`${base}_nsec`]).padStart(9, '0')}`];
  }
  return [`${name}=${printValue(m, row, item)}`];
}

function printValue(m: Values, row: MessageRow, item: RowItem): string {
  const { name, kind, counter } = item;
  if (kind === 'string' && counter) return list((m[name] as unknown as string[]).slice(0, m[counter]));
  if (kind === 'string') return quote(m[name] as unknown as string);
  if (kind === 'qid' && counter) {
    const qids = Array.from({ length: m[counter] }, (_, i) => printQid((word) => uints(m, `${name}_${word}`)[i]));
    return `[${qids.join(',')}]`;
  }
  if (kind === 'qid') return printQid((word) => m[`qid_${word}`]);
  if (kind === 'opaque') return String(u64(m[`${name}_hi`], m[`${name}_lo`]));
  const print = PRINTERS[`${row.name}.${name}`] ?? PRINTERS[name];
  return print ? print(m[name]) : String(m[name]);
}

function list(names: readonly string[]): string {
  return `[${names.map(quote).join(',')}]`;
}

function uints(m: Values, name: string): ArrayLike<number> {
  return m[name] as unknown as ArrayLike<number>;
}

function u64(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

const QID_LETTERS: Bits = [
  ['d', P9.QTDIR],
  ['a', P9.QTAPPEND],
  ['l', P9.QTEXCL],
  ['M', P9.QTMOUNT],
  ['A', P9.QTAUTH],
  ['t', P9.QTTMP],
  ['L', P9.QTSYMLINK],
  ['h', P9.QTLINK],
];

function printQid(field: (word: string) => number): string {
  const path = u64(field('path_hi'), field('path_lo')).toString(16);
  const type = QID_LETTERS.filter(([, bit]) => (field('type') & bit) !== 0).map(([letter]) => letter);
  return `(${path} ${field('version')} ${type.join('') || '-'})`;
}

/** Names of bits. */
type Bits = [name: string, bits: number][];

/** The constants whose names begin with `prefix`; `cut` characters are removed from the names. */
function constants(prefix: string, cut: number = prefix.length): Bits {
  const all = Object.entries({ ...LINUX, ...P9 }) as [string, unknown][];
  return all
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0].startsWith(prefix))
    .map(([name, value]) => [name.slice(cut), value]);
}

/** Formats the bits of a value: the names of those that are set, widest first, and the rest in the given base. */
function flags(names: Bits, base: 8 | 16): (value: number) => string {
  const widest = names.filter(([, bits]) => bits !== 0).sort((a, b) => bitCount(b[1]) - bitCount(a[1]) || a[1] - b[1]);
  const none = names.find(([, bits]) => bits === 0)?.[0] ?? '0';
  return (value) => {
    let rest = value;
    const found: string[] = [];
    for (const [name, bits] of widest) {
      if ((rest & bits) !== bits) continue;
      found.push(name);
      rest &= ~bits;
    }
    if (rest !== 0) found.push((base === 8 ? '0' : '0x') + (rest >>> 0).toString(base));
    return found.join('|') || none;
  };
}

function bitCount(bits: number): number {
  return bits.toString(2).replaceAll('0', '').length;
}

function oneOf(names: Bits): (value: number) => string {
  return (value) => names.find(([, number]) => number === value)?.[0] ?? String(value);
}

const printFid = oneOf([['NOFID', P9.NOFID]]);
const printLockType = oneOf(constants('LOCK_TYPE_'));
const openBits = flags(
  constants('O_', 0).filter(([name]) => !['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'].includes(name)),
  8,
);

function printOpenFlags(value: number): string {
  const mode = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', '03'][value & LINUX.O_ACCMODE];
  const rest = value & ~LINUX.O_ACCMODE;
  return rest === 0 ? mode : `${mode}|${openBits(rest)}`;
}

/** Formatters of fields, by message and field name, or by field name alone. */
const PRINTERS: Record<string, (value: number) => string> = {
  ecode: errnoName,
  mode: (value) => `0${value.toString(8)}`,
  fid: printFid,
  afid: printFid,
  newfid: printFid,
  dfid: printFid,
  n_uname: oneOf([['NONUNAME', P9.NONUNAME]]),
  fstype: (value) => `0x${value.toString(16)}`,
  request_mask: flags(constants('GETATTR_'), 16),
  ltype: printLockType,
  status: oneOf([...constants('LOCK_')].filter(([name]) => /^(SUCCESS|BLOCKED|ERROR|GRACE)$/.test(name))),
  'Rgetattr.valid': flags(constants('GETATTR_'), 16),
  'Tsetattr.valid': flags(constants('SETATTR_'), 16),
  'Tlopen.flags': printOpenFlags,
  'Tlcreate.flags': printOpenFlags,
  'Tunlinkat.flags': flags(constants('AT_', 0), 16),
  'Tlock.flags': flags(constants('LOCK_FLAGS_'), 16),
  'Txattrcreate.flags': flags(constants('XATTR_', 0), 16),
};
