// stdin, stdout and stderr as JavaScript functions, text or console lines. Runs in a browser.
import { E } from '../../../vfs/linux/errno.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { check } from '../../../vfs/lib/options.ts';
import { FILETYPE } from '../abi/structs.ts';
import { Descriptor } from './descriptor.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT } from '../abi/rights.ts';
import { putPlainStat } from './stat.ts';

/** Most bytes that a function for stdout is given at once: overlapping ranges can be far longer than the memory. */
const OUTPUT_MAX = 1 << 20;

/** A line on the console that has grown to so many characters is printed. */
export const LINE_MAX = 1 << 16;

const part = new Iov();

/** Copies `length` bytes of the ranges, from byte `from` of them on, into one array of its own. */
function gather(iov: Iov, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  part.slice(iov, from, length);
  let at = 0;
  for (let i = 0; i < part.count; i++) {
    bytes.set(iov.u8.subarray(part.start[i]!, part.end[i]!), at);
    at += part.end[i]! - part.start[i]!;
  }
  return bytes;
}

/** Copies bytes into the ranges: how many. */
function scatter(bytes: Uint8Array, iov: Iov): number {
  let at = 0;
  for (let i = 0; i < iov.count && at < bytes.length; i++) {
    const size = Math.min(iov.end[i]! - iov.start[i]!, bytes.length - at);
    iov.u8.set(bytes.subarray(at, at + size), iov.start[i]!);
    at += size;
  }
  return at;
}

/** A stream of the host that is no file of ours. */
export abstract class StreamDescriptor extends Descriptor {
  filetype: number;
  private readonly ino: number;

  constructor(filetype: number, rights: number, ino: number) {
    super(rights, rights);
    this.filetype = filetype;
    this.ino = ino;
  }

  override close(): number {
    // stdin, stdout and stderr are the host's, and it goes on using them.
    return 0;
  }

  override stat(m: GuestMemory, ptr: number): number {
    putPlainStat(m, ptr, this.filetype, 0, this.ino);
    return 0;
  }
}

/** stdout or stderr that is given the bytes of each write, of long ones 1 MiB at a time. */
abstract class OutputDescriptor extends StreamDescriptor {
  constructor() {
    super(FILETYPE.UNKNOWN, RIGHTS_STREAM_OUT, 0);
  }

  protected abstract put(bytes: Uint8Array): void;

  override write(iov: Iov, m: GuestMemory): number {
    const { total } = iov;
    for (let at = 0; at < total; at += OUTPUT_MAX) {
      iov.u8 = m.fresh();
      const bytes = gather(iov, at, Math.min(OUTPUT_MAX, total - at));
      m.leave(() => this.put(bytes));
    }
    return total;
  }
}

/** stdout or stderr as a function. */
export class FunctionOutput extends OutputDescriptor {
  private readonly output: (bytes: Uint8Array) => void;

  constructor(output: (bytes: Uint8Array) => void) {
    super();
    this.output = output;
  }

  protected override put(bytes: Uint8Array): void {
    this.output(bytes);
  }
}

/** stdout or stderr as lines on the console; a line of 64 Ki characters and more is several. */
export class LineOutput extends OutputDescriptor {
  private readonly print: (line: string) => void;
  private readonly decoder = new TextDecoder();
  private rest = '';

  constructor(fd: 1 | 2) {
    super();
    // eslint-disable-next-line no-console -- this is what a program's output is in a browser
    this.print = (line) => (fd === 1 ? console.log : console.error)(line);
    // To a terminal the guest's libc hands out lines as they are complete.
    this.setTerminal(true);
  }

  protected override put(bytes: Uint8Array): void {
    const lines = this.decoder.decode(bytes, { stream: true }).split('\n');
    // Only what is new is searched, and a long line is not copied each time that it grows.
    lines[0] = this.rest + lines[0]!;
    this.rest = lines.at(-1)!.length < LINE_MAX ? lines.pop()! : '';
    for (const line of lines) this.print(line);
  }

  /** A last line without an end is printed, too. */
  override close(): number {
    if (this.rest !== '') this.print(this.rest);
    this.rest = '';
    return 0;
  }
}

/** What a function for stdin may return: the next bytes, or nothing at the end. */
export type InputChunk = Uint8Array | string | null | undefined;

const encoder = new TextEncoder();

/** stdin as a function that gives the next bytes, or null at the end. */
export class FunctionInput extends StreamDescriptor {
  private readonly input: (max: number) => InputChunk;
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;
  private asking = false;

  constructor(input: (max: number) => InputChunk) {
    super(FILETYPE.UNKNOWN, RIGHTS_STREAM_IN, 0);
    this.input = input;
  }

  override read(iov: Iov, m: GuestMemory): number {
    if (iov.total === 0) return 0;
    // The function is the guest's caller: it cannot wait for itself.
    if (this.asking) return -E.EDEADLK;
    if (this.rest.length === 0 && !this.ended) this.pull(iov.total, m);
    iov.u8 = m.fresh();
    const count = scatter(this.rest, iov);
    this.rest = this.rest.subarray(count);
    return count;
  }

  private pull(max: number, m: GuestMemory): void {
    this.asking = true;
    const chunk = m.leave(() => this.input(max)) ?? this.rest;
    this.asking = false;
    check(chunk, 'string|Uint8Array', 'stdin()');
    this.rest = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    this.ended = this.rest.length === 0;
  }

  override readable(): number {
    return this.rest.length;
  }
}

/** stdin that gives a text or bytes, and then ends. */
export function textInput(text: string | Uint8Array): FunctionInput {
  let rest: InputChunk = text;
  return new FunctionInput(() => {
    const chunk = rest;
    rest = null;
    return chunk;
  });
}
