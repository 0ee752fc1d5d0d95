// Prints the arguments and the results of a WASI call, for traces.
import { quote } from '../../vfs/lib/quote.ts';
import { decodeText } from '../../vfs/lib/utf8.ts';
import {
  EVENTTYPE,
  FDFLAGS,
  enumEntries,
  FSTFLAGS,
  LOOKUPFLAGS,
  OFLAGS,
  STRUCTS,
  WHENCE,
} from '../preview1/abi/structs.ts';
import { RIGHTS, RIGHTS_ALL, rightsNames } from '../preview1/abi/rights.ts';
import type { Parameter } from '../preview1/abi/signatures.ts';
import type { TracedGuest } from '../preview1/tracer.ts';
import type { Args } from './whole-calls.ts';

type TracedMemory = TracedGuest['memory'];

/** Bytes of a path or of data that are printed. */
const TEXT_MAX = 64;

/** The names of the set bits, joined by `|`; `0` if there are none. */
function bits(value: number, names: object): string {
  const set = enumEntries(names).filter(([, bit]) => (value & bit) !== 0);
  return set.length === 0 ? '0' : set.map(([name]) => name).join('|');
}

function nameOf(value: number, names: object): string {
  return enumEntries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

function quoteBytes(bytes: Uint8Array): string {
  const text = quote(decodeText(bytes.slice(0, TEXT_MAX)));
  return bytes.length > TEXT_MAX ? `${text}…` : text;
}

/** Prints an input argument: flags by name, paths and written data as text, the sizes of a read's ranges. */
export function printInput(m: TracedMemory, p: Parameter, args: Args): string {
  const value = args[p.index]!;
  const number = Number(value);
  switch (p.type) {
    case 'path':
      return printText(m, number >>> 0, Number(args[p.index + 1]) >>> 0);
    case 'ciovs':
      return printData(m, number >>> 0, Number(args[p.index + 1]) >>> 0);
    case 'iovs':
      return `[${printSizes(m, number >>> 0, Number(args[p.index + 1]) >>> 0)}]`;
    case 'buf':
      return `[${Number(args[p.index + 1]) >>> 0}]`;
    case 'oflags':
      return bits(number, OFLAGS);
    case 'fdflags':
      return bits(number, FDFLAGS);
    case 'fstflags':
      return bits(number, FSTFLAGS);
    case 'lookupflags':
      return bits(number, LOOKUPFLAGS);
    case 'whence':
      return nameOf(number, WHENCE);
    case 'rights':
      return printRights(value as bigint);
    default:
      return String(typeof value === 'number' ? value >>> 0 : value);
  }
}

function printRights(rights: bigint): string {
  const known = Number(rights & 0xffff_ffffn) & RIGHTS_ALL;
  if (known === RIGHTS_ALL) return 'ALL';
  const set = rightsNames().filter((name) => (known & RIGHTS[name]) !== 0);
  return set.length > 4 ? `${set.length} rights` : set.join('|') || '0';
}

function printText(m: TracedMemory, ptr: number, length: number): string {
  return m.fits(ptr, length) ? quoteBytes(m.u8.subarray(ptr, ptr + length)) : `(bad pointer ${ptr}+${length})`;
}

function printSizes(m: TracedMemory, ptr: number, count: number): string {
  if (!m.fits(ptr, count * STRUCTS.iovec.size)) return `bad pointer ${ptr}`;
  const sizes: number[] = [];
  for (let i = 0; i < Math.min(count, 16); i++) sizes.push(m.view.getUint32(ptr + i * 8 + 4, true));
  return sizes.join(', ') + (count > 16 ? ', …' : '');
}

/** Prints the first bytes of the first range that is not empty, and the total size of all ranges. */
function printData(m: TracedMemory, ptr: number, count: number): string {
  if (!m.fits(ptr, count * STRUCTS.iovec.size)) return `(bad pointer ${ptr})`;
  let total = 0;
  let first = '""';
  for (let i = 0; i < count; i++) {
    const start = m.view.getUint32(ptr + i * 8, true);
    const length = m.view.getUint32(ptr + i * 8 + 4, true);
    if (total === 0 && length > 0) first = printText(m, start, Math.min(length, TEXT_MAX + 1));
    total += length;
  }
  return `${first} [${total}]`;
}

/** Prints the value at an out-pointer after a call that succeeded; null for a type that is not printed. */
export function printOutput(m: TracedMemory, p: Parameter, args: Args): string | null {
  const ptr = Number(args[p.index]) >>> 0;
  if (p.type === 'u32' || p.type === 'fd') return m.fits(ptr, 4) ? `${p.name}=${m.view.getUint32(ptr, true)}` : null;
  if (p.type === 'size' || p.type === 'time') {
    return m.fits(ptr, 8) ? `${p.name}=${m.view.getBigUint64(ptr, true)}` : null;
  }
  if (p.type === 'filestat' && m.fits(ptr, STRUCTS.filestat.size)) return printFilestat(m, ptr);
  if (p.type === 'events') return `(${nameOf(m.view.getUint8(ptr + STRUCTS.event.fields.type[0]), EVENTTYPE)})`;
  return null;
}

function printFilestat(m: TracedMemory, ptr: number): string {
  const f = STRUCTS.filestat.fields;
  const field = (offset: number) => m.view.getBigUint64(ptr + offset, true);
  return `{ino=${field(f.ino[0])} nlink=${field(f.nlink[0])} size=${field(f.size[0])}}`;
}
