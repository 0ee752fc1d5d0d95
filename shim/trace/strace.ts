// A tracer in the style of strace(1): each WASI call with its arguments and result, then the 9P messages that it sent.
import { printMessage } from '../../vfs/9p/print.ts';
import { wasiErrnoName } from '../../vfs/linux/errno.ts';
import { ObservedTransport } from '../../vfs/transport/observed.ts';
import type { Attachment, GuestServer, ServerObserver } from '../../vfs/connect/attachment.ts';
import { quote } from '../../vfs/lib/quote.ts';
import {
  EVENTTYPE,
  FDFLAGS,
  entriesOf,
  FSTFLAGS,
  LOOKUPFLAGS,
  OFLAGS,
  STRUCTS,
  WHENCE,
} from '../preview1/abi/structs.ts';
import { check } from '../../vfs/lib/options.ts';
import { RIGHTS, RIGHTS_ALL, rightsNames } from '../preview1/abi/rights.ts';
import { parametersOf, type CallName, type Parameter } from '../preview1/abi/signatures.ts';
import type { TracedGuest, Tracer } from '../preview1/tracer.ts';
import { wrapWhole, type Args, type WholeCall } from './whole-calls.ts';

export type { Tracer } from '../preview1/tracer.ts';

type Memory = TracedGuest['memory'];

const INDENT = '    ';
/** Bytes of a path or of data that are printed. */
const TEXT_MAX = 64;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The names of the set bits, joined by `|`; `0` if there are none. */
function bits(value: number, names: object): string {
  const set = entriesOf(names).filter(([, bit]) => (value & bit) !== 0);
  return set.length === 0 ? '0' : set.map(([name]) => name).join('|');
}

function nameOf(value: number, names: object): string {
  return entriesOf(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

function quoteBytes(bytes: Uint8Array): string {
  const text = quote(decoder.decode(bytes.slice(0, TEXT_MAX)));
  return bytes.length > TEXT_MAX ? `${text}…` : text;
}

/** Prints an input argument: flags by name, paths and written data as text, the sizes of a read's ranges. */
function printInput(m: Memory, p: Parameter, args: Args): string {
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

function printText(m: Memory, ptr: number, length: number): string {
  return m.fits(ptr, length) ? quoteBytes(m.u8.subarray(ptr, ptr + length)) : `(bad pointer ${ptr}+${length})`;
}

function printSizes(m: Memory, ptr: number, count: number): string {
  if (!m.fits(ptr, count * STRUCTS.iovec.size)) return `bad pointer ${ptr}`;
  const sizes: number[] = [];
  for (let i = 0; i < Math.min(count, 16); i++) sizes.push(m.view.getUint32(ptr + i * 8 + 4, true));
  return sizes.join(', ') + (count > 16 ? ', …' : '');
}

/** Prints the first bytes of the first range that is not empty, and the total size of all ranges. */
function printData(m: Memory, ptr: number, count: number): string {
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
function printOutput(m: Memory, p: Parameter, args: Args): string | null {
  const ptr = Number(args[p.index]) >>> 0;
  if (p.type === 'u32' || p.type === 'fd') return m.fits(ptr, 4) ? `${p.name}=${m.view.getUint32(ptr, true)}` : null;
  if (p.type === 'size' || p.type === 'time') {
    return m.fits(ptr, 8) ? `${p.name}=${m.view.getBigUint64(ptr, true)}` : null;
  }
  if (p.type === 'filestat' && m.fits(ptr, STRUCTS.filestat.size)) return printFilestat(m, ptr);
  if (p.type === 'events') return `(${nameOf(m.view.getUint8(ptr + STRUCTS.event.fields.type[0]), EVENTTYPE)})`;
  return null;
}

function printFilestat(m: Memory, ptr: number): string {
  const f = STRUCTS.filestat.fields;
  const field = (offset: number) => m.view.getBigUint64(ptr + offset, true);
  return `{ino=${field(f.ino[0])} nlink=${field(f.nlink[0])} size=${field(f.size[0])}}`;
}

/**
 * Traces the calls of one guest as strace(1) does: a line for each call, and indented below it the 9P messages that the
 * call caused and the orphans that it made or reclaimed.
 * @param write Gets each line, without a line end.
 * @returns A tracer for the `trace` option of one WASI object.
 * @throws TypeError if `write` is not a function.
 */
export function strace(write: (line: string) => void): Tracer {
  check(write, 'function', 'write');
  let depth = 0;
  let between = false;
  let below: string[] = [];

  function note(line: string): void {
    if (depth > 0) below.push(line);
    else {
      if (!between) write('(no call: the program has ended, or has not begun)');
      between = true;
      write(`${INDENT}${line}`);
    }
  }

  function flush(line: string): void {
    between = false;
    write(line);
    for (const message of below) write(`${INDENT}${message}`);
    below = [];
  }

  function traced(guest: TracedGuest, name: CallName, call: WholeCall): WholeCall {
    const parameters = parametersOf(name);
    const m = guest.memory;
    return (...args) => {
      const inputs = parameters.filter((p) => !p.out).map((p) => `${p.name}=${printInput(m, p, args)}`);
      const head = `${name}(${inputs.join(', ')})`;
      depth++;
      let result = ' does not return';
      try {
        const wasiErrno = call(...args);
        // proc_exit has no result.
        if (wasiErrno === undefined) return wasiErrno;
        const outputs = wasiErrno === 0 ? parameters.filter((p) => p.out).map((p) => printOutput(m, p, args)) : [];
        result = ` = ${[wasiErrnoName(wasiErrno), ...outputs.filter((text) => text !== null)].join(' ')}`;
        return wasiErrno;
      } finally {
        depth--;
        flush(head + result);
      }
    };
  }

  return {
    wrap: (calls, guest) => wrapWhole(calls, (name, call) => traced(guest, name, call)),

    listen({ server, client }: Attachment): void {
      // A server of another process has no observers.
      const { observers } = server as Partial<GuestServer>;
      const observer: ServerObserver = {
        orphan: (inode) => note(`* inode ${inode.ino} has no name any more: an orphan, kept by ${fids(inode.refs)}`),
        reclaimed: (inode) => note(`* inode ${inode.ino} reclaimed`),
      };
      observers?.add(observer);
      client.transport = new ObservedTransport(client.transport, {
        message: (message) => note(printMessage(message)),
        closed: () => observers?.delete(observer),
      });
    },
  };
}

function fids(count: number): string {
  return count === 1 ? '1 fid' : `${count} fids`;
}
